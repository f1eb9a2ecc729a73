"""Orders through a real gateway process at a simulated venue, on both markets: the usual ways they go."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from crossbook.messages import gateway as g
from crossbook.messages.base import Operation, OrderState, Side, Tif
from gateway_kit.client_ids import render
from testkit.gateway_rig import PERP, SPOT, Rig

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("instrument", [SPOT, PERP])
QTY = 0.01


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Rig]:
    async with Rig.running() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def rig(shared: Rig) -> Rig:
    return await shared.clean()


@BOTH
async def test_an_order_is_placed_acknowledged_and_cancelled(rig: Rig, instrument: str) -> None:
    price = await rig.price(instrument)
    order_id = rig.oms.place(instrument, Side.BUY, price, QTY)
    acked = await rig.oms.wait(g.OrderAcked, order_id)
    (at_venue,) = await rig.orders(order_id)
    assert (at_venue["status"], Decimal(at_venue["price"])) == ("NEW", Decimal(price))
    assert (at_venue["client_order_id"], str(at_venue["venue_order_id"])) == (render(order_id), acked.venue_order_id)
    assert 0 < acked.sent_ns < acked.acked_ns
    rig.oms.cancel(instrument, order_id)
    await rig.oms.state(order_id, OrderState.CANCELLED)
    assert await rig.open_orders() == []


@BOTH
async def test_a_market_order_fills_and_each_trade_is_told_with_its_fee(rig: Rig, instrument: str) -> None:
    order_id = rig.oms.take(instrument, Side.BUY, QTY)
    report = await rig.oms.state(order_id, OrderState.FILLED)
    lots = report.cumulative_lots
    assert lots * rig.oms.definitions[instrument].lot_size == Decimal(str(QTY))
    truth = [f for f in (await rig.truth())["fills"] if f["client_order_id"] == render(order_id)]
    told = {f.venue_trade_id: f for f in rig.oms.got(g.VenueFill, order_id)}
    assert {(str(f["trade_id"]), Decimal(f["quantity"]), Decimal(f["fee"]), f["fee_asset"]) for f in truth} == {
        (t, f.qty, f.fee, f.fee_asset) for t, f in told.items()
    }
    assert all(not f.maker and f.side is Side.BUY and f.fee > 0 for f in told.values())


@BOTH
async def test_a_post_only_order_that_would_trade_is_rejected_as_such(rig: Rig, instrument: str) -> None:
    order_id = rig.oms.place(instrument, Side.BUY, await rig.price(instrument) * 1.05, QTY)
    rejected = await rig.oms.wait(g.OrderRejected, order_id)
    assert rejected.error_class == "post_only", rejected
    assert await rig.open_orders() == []


@BOTH
async def test_an_immediate_order_that_cannot_trade_expires(rig: Rig, instrument: str) -> None:
    price = await rig.price(instrument)
    order_id = rig.oms.place(instrument, Side.BUY, price, QTY, tif=Tif.IOC, post_only=False)
    await rig.oms.state(order_id, OrderState.EXPIRED)
    assert rig.oms.got(g.VenueFill, order_id) == []


@BOTH
async def test_an_amend_moves_the_order_and_its_cancel_finds_it(rig: Rig, instrument: str) -> None:
    price = await rig.price(instrument)
    order_id = rig.oms.place(instrument, Side.BUY, price, QTY)
    await rig.oms.wait(g.OrderAcked, order_id)
    rig.oms.amend(instrument, order_id, Side.BUY, (price, QTY), (price + 10, 0.02))
    definition = rig.oms.definitions[instrument]
    amended = await rig.oms.wait(g.OrderAcked, order_id, lambda m: m.operation is Operation.AMEND)
    assert amended.price_ticks * definition.tick_size == Decimal(price + 10)
    assert amended.qty_lots * definition.lot_size == Decimal("0.02")
    live = [o for o in await rig.orders(order_id) if o["status"] == "NEW"]
    assert [(Decimal(o["price"]), Decimal(o["quantity"])) for o in live] == [(Decimal(price + 10), Decimal("0.02"))]
    rig.oms.cancel(instrument, order_id)
    await rig.oms.state(order_id, OrderState.CANCELLED)
    assert await rig.open_orders() == []


async def test_a_smaller_size_on_spot_keeps_the_order_and_its_venue_id(rig: Rig) -> None:
    price = await rig.price(SPOT)
    order_id = rig.oms.place(SPOT, Side.BUY, price, QTY)
    acked = await rig.oms.wait(g.OrderAcked, order_id)
    rig.oms.amend(SPOT, order_id, Side.BUY, (price, QTY), (price, 0.006))
    amended = await rig.oms.wait(g.OrderAcked, order_id, lambda m: m.operation is Operation.AMEND)
    (at_venue,) = await rig.orders(order_id)
    assert (amended.venue_order_id, Decimal(at_venue["quantity"])) == (acked.venue_order_id, Decimal("0.006"))


async def test_reducing_orders_are_marked_so_on_usdm_and_refused_on_spot(rig: Rig) -> None:
    on_perp = rig.oms.take(PERP, Side.SELL, QTY, reduce_only=True)
    assert (await rig.oms.wait(g.OrderRejected, on_perp)).error_class == "reduce_only"
    on_spot = rig.oms.take(SPOT, Side.SELL, QTY, reduce_only=True)
    assert (await rig.oms.wait(g.OrderNotSent, on_spot)).code == "reduce_only_unsupported"


@BOTH
async def test_what_is_late_old_or_twice_never_reaches_the_venue(rig: Rig, instrument: str) -> None:
    price, oms = await rig.price(instrument), rig.oms
    late = oms.place(instrument, Side.BUY, price, QTY, valid_until_ns=oms.clock.monotonic_ns() - 1)
    other_epoch = oms.place(instrument, Side.BUY, price, QTY, oms_epoch=oms.epoch + 1)
    old_rules = oms.place(instrument, Side.BUY, price, QTY, revision=1)
    no_price = oms.place(instrument, Side.BUY, 0.0, QTY)
    codes = [(await oms.wait(g.OrderNotSent, order_id)).code for order_id in (late, other_epoch, old_rules, no_price)]
    assert codes == ["expired", "old_epoch", "old_revision", "bad_price"]
    sent = oms.place(instrument, Side.BUY, price, QTY)
    await oms.wait(g.OrderReport, sent, lambda report: report.source == "stream")
    oms.place(instrument, Side.BUY, price, QTY, order_id=sent)
    await oms.wait(g.OrderReport, sent, lambda report: report.source == "query")
    at_venue = [order["client_order_id"] for order in (await rig.truth())["orders"]]
    assert at_venue.count(render(sent)) == 1
    assert not {render(order_id) for order_id in (late, other_epoch, old_rules, no_price)} & set(at_venue)


async def test_money_is_told_when_it_moves(rig: Rig) -> None:
    await rig.fault("transfer", market="spot", account="main", asset="USDT", quantity="123.5")
    moved = await rig.oms.wait(g.BalanceMoved)
    assert (moved.market, moved.asset, moved.amount, moved.kind) == ("spot", "USDT", Decimal("123.5"), "transfer")
    rig.oms.take(PERP, Side.BUY, QTY)
    await rig.oms.wait(g.PositionReport, where=lambda m: any(p.qty == Decimal(str(QTY)) for p in m.positions))
    await rig.fault("funding", market="usdm", symbol="BTCUSDT", rate="0.0001")
    funding = await rig.oms.wait(g.BalanceMoved, where=lambda m: m.kind == "funding")
    assert (funding.market, funding.asset) == ("usdm", "USDT")
    assert funding.amount < 0
