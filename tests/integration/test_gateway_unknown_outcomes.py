"""No answer is not no order: what the gateway says and finds out when requests, answers or connections are lost."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from crossbook.messages import gateway as g
from crossbook.messages.base import Operation, OrderState, Side
from gateway_kit.client_ids import render
from testkit.gateway_rig import ED25519_KEY, ED25519_PEM, MARKET, PERP, SPOT, Rig
from testkit.oms_peers import until
from testkit.processes import Processes

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("instrument", [SPOT, PERP])
QTY = 0.01
HASTY = """
[orders]
request_timeout_ms = 400
absent_over_ms = 1000
query_first_ms = 50
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Rig]:
    async with Rig.running(extra=HASTY) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def rig(shared: Rig) -> Rig:
    return await shared.clean()


@BOTH
async def test_a_lost_answer_leaves_one_live_order_that_is_found(rig: Rig, instrument: str) -> None:
    await rig.fault("drop_events", market=MARKET[instrument])
    await rig.fault("drop_ack", market=MARKET[instrument], endpoint="order.place", count=1)
    order_id = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
    unknown = await rig.oms.wait(g.OrderUnknown, order_id)
    assert unknown.operation is Operation.PLACE
    report = await rig.oms.state(order_id, OrderState.OPEN)
    assert report.source == "query"
    assert await rig.open_orders() == [render(order_id)]
    assert rig.oms.got(g.OrderAbsent) == []


@BOTH
async def test_the_stream_may_settle_it_first(rig: Rig, instrument: str) -> None:
    await rig.fault("drop_ack", market=MARKET[instrument], endpoint="order.place", count=1)
    order_id = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
    report = await rig.oms.state(order_id, OrderState.OPEN)
    assert report.source == "stream"
    await asyncio.sleep(0.6)  # past the deadline of the answer
    assert rig.oms.got(g.OrderUnknown, order_id) == []


@BOTH
async def test_a_lost_request_is_proven_absent_and_not_before_its_time(rig: Rig, instrument: str) -> None:
    await rig.fault("lost_request", market=MARKET[instrument], endpoint="order.place", count=1)
    order_id = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
    unknown = await rig.oms.wait(g.OrderUnknown, order_id)
    absent = await rig.oms.wait(g.OrderAbsent, order_id)
    facts = dict(fact.split("=") for fact in absent.evidence.split())
    assert int(facts["not_found"]) >= 3
    assert int(facts["over_ms"]) >= 1000
    assert rig.oms.heard.index(unknown) < rig.oms.heard.index(absent)
    assert await rig.orders(order_id) == []


@BOTH
async def test_a_lost_answer_to_a_market_order_brings_its_fills(rig: Rig, instrument: str) -> None:
    await rig.fault("drop_events", market=MARKET[instrument])
    await rig.fault("drop_ack", market=MARKET[instrument], endpoint="order.place", count=1)
    order_id = rig.oms.take(instrument, Side.BUY, QTY)
    await rig.oms.state(order_id, OrderState.FILLED)
    told = {fill.venue_trade_id: fill.qty for fill in rig.oms.got(g.VenueFill, order_id)}
    assert sum(told.values()) == Decimal(str(QTY))


@BOTH
async def test_a_lost_answer_to_a_cancel_ends_in_a_cancelled_order(rig: Rig, instrument: str) -> None:
    order_id = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
    await rig.oms.wait(g.OrderAcked, order_id)
    await rig.fault("lost_request", market=MARKET[instrument], endpoint="order.cancel", count=1)
    rig.oms.cancel(instrument, order_id)
    assert (await rig.oms.wait(g.OrderUnknown, order_id)).operation is Operation.CANCEL
    await rig.oms.state(order_id, OrderState.CANCELLED)  # found open, so it was cancelled again
    assert await rig.open_orders() == []


async def test_a_lost_answer_to_a_replacement_finds_the_new_leg(rig: Rig) -> None:
    price = await rig.price(SPOT)
    order_id = rig.oms.place(SPOT, Side.BUY, price, QTY)
    await rig.oms.wait(g.OrderAcked, order_id)
    await rig.fault("drop_events", market="spot")
    await rig.fault("drop_ack", market="spot", endpoint="order.cancelReplace", count=1)
    rig.oms.amend(SPOT, order_id, Side.BUY, (price, QTY), (price + 10, QTY))
    assert (await rig.oms.wait(g.OrderUnknown, order_id)).operation is Operation.AMEND
    tick = rig.oms.definitions[SPOT].tick_size
    report = await rig.oms.wait(g.OrderReport, order_id, lambda m: m.price_ticks * tick == Decimal(price + 10))
    assert report.state is OrderState.OPEN
    assert await rig.open_orders() == [render(order_id, 1)]
    await rig.heal()
    rig.oms.cancel(SPOT, order_id)
    await rig.oms.state(order_id, OrderState.CANCELLED)
    assert await rig.open_orders() == []


async def test_a_lost_replacement_leaves_the_order_as_it_was(rig: Rig) -> None:
    price = await rig.price(SPOT)
    order_id = rig.oms.place(SPOT, Side.BUY, price, QTY)
    await rig.oms.wait(g.OrderAcked, order_id)
    await rig.fault("lost_request", market="spot", endpoint="order.cancelReplace", count=1)
    rig.oms.amend(SPOT, order_id, Side.BUY, (price, QTY), (price + 10, QTY))
    await rig.oms.wait(g.OrderUnknown, order_id)
    report = await rig.oms.wait(g.OrderReport, order_id, lambda m: m.source == "query")
    assert (report.state, report.price_ticks * rig.oms.definitions[SPOT].tick_size) == (OrderState.OPEN, Decimal(price))


@BOTH
async def test_an_executed_request_with_a_server_error_is_found(rig: Rig, instrument: str) -> None:
    await rig.fault("drop_events", market=MARKET[instrument])
    await rig.fault("status_unknown", market=MARKET[instrument], endpoint="order.place", count=1, executed=True)
    order_id = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
    await rig.oms.wait(g.OrderUnknown, order_id)
    await rig.oms.state(order_id, OrderState.OPEN)
    assert len(await rig.orders(order_id)) == 1


@BOTH
async def test_a_cut_connection_loses_no_order_and_no_fill(rig: Rig, instrument: str) -> None:
    resting = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
    await rig.oms.wait(g.OrderAcked, resting)
    await rig.fault("close", market=MARKET[instrument])
    await rig.by_hand(
        account="main", market=MARKET[instrument], symbol="BTCUSDT", action="fill", quantity=str(QTY),
        client_order_id=render(resting),
    )  # fmt: skip
    fill = await rig.oms.wait(g.VenueFill, resting)
    assert fill.qty == Decimal(str(QTY))
    await rig.until_ready(MARKET[instrument])
    assert rig.oms.got(g.OrderAbsent) == []


async def test_an_expired_listen_key_is_replaced_and_the_hole_is_filled(rig: Rig) -> None:
    resting = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    await rig.oms.wait(g.OrderAcked, resting)
    await rig.oms.wait(g.OrderReport, resting, lambda m: m.source == "stream")
    await rig.fault("listen_key_expire", market="usdm", account="main")
    await rig.by_hand(
        account="main",
        market="usdm",
        symbol="BTCUSDT",
        action="fill",
        quantity=str(QTY),
        client_order_id=render(resting),
    )
    await rig.oms.wait(g.VenueFill, resting)
    await rig.until_ready()
    again = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    assert (await rig.oms.wait(g.OrderReport, again)).source == "stream"


async def test_a_stream_that_ends_in_silence_is_noticed_by_our_own_orders(rig: Rig) -> None:
    await rig.fault("listen_key_expire", market="usdm", account="main", executed=True)
    first = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    await rig.oms.wait(g.OrderAcked, first)
    report = await rig.oms.wait(g.OrderReport, first)
    assert report.source == "reconcile"
    await rig.until_ready()
    again = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    assert (await rig.oms.wait(g.OrderReport, again)).source == "stream"


@BOTH
async def test_a_restarted_gateway_finds_the_order_and_its_fills(rig: Rig, instrument: str) -> None:
    price = await rig.price(instrument)
    resting = rig.oms.place(instrument, Side.BUY, price, QTY)
    await rig.oms.wait(g.OrderAcked, resting)
    rig.stop_gateway(9)
    await rig.by_hand(
        account="main", market=MARKET[instrument], symbol="BTCUSDT", action="fill", quantity="0.004",
        client_order_id=render(resting),
    )  # fmt: skip
    rig.oms.heard.clear()
    rig.oms.ready.clear()
    rig.start_gateway()
    await rig.until_ready()
    since_ns = rig.oms.clock.time_ns() - 60_000_000_000
    rig.oms.send(g.Reconcile(7, rig.oms.epoch, since_ns))
    report = await rig.oms.wait(g.ReconcileReport, where=lambda m: m.request_id == 7)
    assert (report.failed, report.open_order_ids) == ("", (resting,))
    assert {fill.qty for fill in rig.oms.got(g.VenueFill, resting)} == {Decimal("0.004")}
    rig.oms.query(instrument, resting)
    assert (await rig.oms.state(resting, OrderState.PARTIALLY_FILLED)).cumulative_lots > 0
    rig.oms.cancel(instrument, resting)
    await rig.oms.state(resting, OrderState.CANCELLED)


async def test_a_rate_limited_place_was_never_sent_and_cancels_still_go(rig: Rig) -> None:
    resting = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    await rig.oms.wait(g.OrderAcked, resting)
    await rig.fault("http", market="usdm", endpoint="order.place", status=429, count=1)
    limited = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    assert (await rig.oms.wait(g.OrderNotSent, limited)).code == "not_done"
    rig.oms.cancel(PERP, resting)
    await rig.oms.state(resting, OrderState.CANCELLED)
    assert await rig.orders(limited) == []


async def test_orders_go_over_rest_when_that_is_preferred(run_dir: Path, processes: Processes) -> None:
    rig = Rig(run_dir, processes)
    try:
        await rig.begin(extra='[orders]\nprefer = "rest"\n')
        for instrument in (SPOT, PERP):
            price = await rig.price(instrument)
            order_id = rig.oms.place(instrument, Side.BUY, price, QTY)
            await rig.oms.wait(g.OrderAcked, order_id)
            rig.oms.amend(instrument, order_id, Side.BUY, (price, QTY), (price + 10, QTY))
            await rig.oms.wait(g.OrderAcked, order_id, lambda m: m.operation is Operation.AMEND)
            rig.oms.cancel(instrument, order_id)
            await rig.oms.state(order_id, OrderState.CANCELLED)
        assert await rig.open_orders() == []
    finally:
        await rig.close()


async def test_an_ed25519_key_logs_the_session_on_once(run_dir: Path, processes: Processes) -> None:
    rig = Rig(run_dir, processes)
    pem = run_dir / "key.pem"
    pem.touch(mode=0o600)
    pem.write_text(ED25519_PEM)
    try:
        await rig.begin(key=f'api_key = "{ED25519_KEY}"\nprivate_key_file = "{pem}"\n')
        for instrument in (SPOT, PERP):
            order_id = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
            await rig.oms.wait(g.OrderAcked, order_id)
        await until(lambda: len(rig.oms.got(g.OrderReport)) >= 2, "both orders on their streams")
    finally:
        await rig.close()
