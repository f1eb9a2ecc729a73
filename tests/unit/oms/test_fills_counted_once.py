"""Fills: each counted exactly once, whoever tells it, whenever, however often."""

from decimal import Decimal as D

import pytest

from crossbook.messages.base import OrderState, Side
from crossbook.messages.gateway import Reconcile
from crossbook.messages.health import Alert
from crossbook.messages.inventory import Position
from crossbook.messages.orders import Fill
from oms.rows import AppliedFill
from oms.settings import Settings
from testkit.oms_desk import GATEWAY, PERP, SPOT, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk().open_for_business()


def spot_desk() -> Desk:
    return Desk(instruments=(SPOT,)).open_for_business()


def test_a_fill_moves_position_order_strategy_and_is_published(desk: Desk) -> None:
    order = desk.resting(lots=10)
    turn = desk.fill(order, 4, "t1")
    assert desk.position() == D("0.004")
    assert (order.state, order.filled_lots) == (OrderState.PARTIALLY_FILLED, 4)
    assert desk.core.state.holdings["main", PERP, "mm"].qty == D("0.004")
    (fill,) = desk.published(Fill, [turn])
    assert (fill.order_id, fill.strategy, fill.qty, fill.price) == (order.order_id, "mm", D("0.004"), D("49999.0"))
    assert fill.fair_price == 50_000.05
    (position,) = desk.published(Position, [turn])
    assert (position.qty, position.open_buy, position.open_orders) == (D("0.004"), D("0.006"), 1)


def test_the_same_fill_from_stream_query_and_comparison_counts_once(desk: Desk) -> None:
    order = desk.resting()
    for source in ("stream", "query", "reconcile", "stream"):
        desk.fill(order, 4, "t1", source=source)
    assert desk.position() == D("0.004")
    assert len(desk.published(Fill)) == 1
    assert desk.core.parts.fills.duplicates == 3


def test_the_same_trade_id_on_another_instrument_is_another_fill() -> None:
    desk = Desk(instruments=(PERP, SPOT)).open_for_business()
    desk.fill(desk.resting(), 1, "7")
    desk.fill(desk.resting(instrument=SPOT, lots=10_000, ticks=4_999_900), 1_000, "7")
    assert (desk.position(PERP), desk.position(SPOT)) == (D("0.001"), D("0.01"))


def test_remembered_and_applied_stand_in_the_same_record(desk: Desk) -> None:
    order = desk.resting()
    turn = desk.fill(order, 4, "t1")
    kinds = [type(row).__name__ for row in turn.rows]
    assert kinds[0] == "AppliedFill"
    assert {"Holding", "Order"} <= set(kinds)
    (row,) = [row for row in turn.rows if isinstance(row, AppliedFill)]
    assert row.fill.venue_trade_id == "t1"


def test_a_fill_before_the_acknowledgement_counts(desk: Desk) -> None:
    order = desk.place()
    desk.fill(order, 4)
    desk.ack(order)
    assert (order.state, desk.position()) == (OrderState.PARTIALLY_FILLED, D("0.004"))


def test_a_fill_after_the_cancel_is_a_fill(desk: Desk) -> None:
    order = desk.resting()
    desk.cancel(order)
    desk.report(order, OrderState.CANCELLED, cumulative=4)
    assert (order.state, order.awaits_fills) == (OrderState.CANCELLED, True)
    desk.fill(order, 4)
    assert (order.state, order.is_done, desk.position()) == (OrderState.CANCELLED, True, D("0.004"))


def test_a_whole_fill_outranks_the_cancel_that_raced_it(desk: Desk) -> None:
    order = desk.resting()
    desk.cancel(order)
    desk.fill(order, 10)
    assert order.state is OrderState.FILLED


def test_an_order_that_ended_with_fills_missing_has_them_asked_for(desk: Desk) -> None:
    order = desk.resting()
    before = len(desk.commands(Reconcile))
    desk.report(order, OrderState.FILLED, cumulative=10)
    desk.wait_ms(600)
    assert len(desk.commands(Reconcile)) == before + 1
    desk.fill(order, 10)
    assert order.is_done


def test_a_fill_nobody_here_ordered_moves_inventory_and_is_told(desk: Desk) -> None:
    order = desk.resting()
    desk.fill(order, 5, order_id=0, side=Side.SELL)
    assert desk.position() == D("-0.005")
    assert order.filled_lots == 0
    assert ("main", PERP, "mm") not in desk.core.state.holdings
    assert desk.published(Alert)[-1].kind == "external_fill"


def test_a_fill_forty_minutes_late_counts_once(desk: Desk) -> None:
    order = desk.resting()
    late = desk.venue_fill(order, 4, "t1")
    desk.wait_ms(60_000)
    desk.pass_ns(40 * 60 * 10**9)
    for _ in range(2):
        desk.feed(late, GATEWAY)
    assert desk.position() == D("0.004")


def test_a_fill_older_than_memory_is_told_and_left_to_comparison() -> None:
    desk = Desk(settings=Settings(fill_memory_ms=60_000)).open_for_business()
    order = desk.resting()
    late = desk.venue_fill(order, 4, "t1")
    desk.pass_ns(61 * 10**9)
    desk.feed(late, GATEWAY)
    assert desk.position() == D(0)
    assert desk.published(Alert)[-1].kind == "fill_too_old"


def test_a_trade_from_before_the_books_were_opened_lies_in_the_holdings_found_then(desk: Desk) -> None:
    order = desk.resting()
    desk.fill(order, 4, venue_time_ns=desk.core.state.openings["binance", "main", "usdm"].time_ns)
    assert desk.position() == D(0)


@pytest.mark.parametrize(
    ("asset", "fee", "btc", "usdt", "position", "fees"),
    [
        ("USDT", "0.5", "100.01", "9999499.51", "0.01", "0.5"),
        ("BTC", "0.00001", "100.00999", "9999500.01", "0.00999", "0.4999900"),
        ("BNB", "0.001", "100.01", "9999500.01", "0.01", "0"),
    ],
)
def test_every_asset_moves_by_what_the_venue_took(
    asset: str, fee: str, btc: str, usdt: str, position: str, fees: str
) -> None:
    desk = spot_desk()
    before = desk.position()
    order = desk.resting(lots=1_000, ticks=4_999_900)
    desk.fill(order, 1_000, fee=D(fee), fee_asset=asset)
    held = {key[3]: row.expected for key, row in desk.core.state.assets.items()}
    assert held["BTC"] == D(btc)
    assert held["USDT"] == D(usdt)
    assert desk.position() - before == D(position)
    assert desk.core.state.holdings["main", SPOT, ""].fees == D(fees)
    if asset == "BNB":
        assert held["BNB"] == -D(fee)
        assert "fee_unvalued" in [alert.kind for alert in desk.published(Alert)]


def test_the_venues_balance_overtaking_its_fill_changes_nothing() -> None:
    desk = spot_desk()
    order = desk.resting(lots=1_000, ticks=4_999_900)
    before = desk.position()
    desk.balances({"BTC": "100.01", "USDT": "9999500.01"}, market="spot", complete=False)
    desk.fill(order, 1_000)
    assert desk.position() - before == D("0.01")
    assert desk.core.state.assets["binance", "main", "spot", "BTC"].expected == D("100.01")


def test_a_perpetuals_margin_moves_by_result_and_fee_only(desk: Desk) -> None:
    desk.fill(desk.resting(), 10, fee=D("0.1"))
    sell = desk.resting(Side.SELL, ticks=500_010)
    desk.fill(sell, 10, fee=D("0.1"))
    held = desk.core.state.assets["binance", "main", "usdm", "USDT"].expected
    assert held == D(10_000_000) + D("0.010") * (D("50001.0") - D("49999.0")) - D("0.2")
