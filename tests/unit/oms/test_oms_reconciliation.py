"""Comparison with the venue: found, looked at twice, adopted, told; no loops, no false alarms."""

from decimal import Decimal as D

import pytest

from crossbook.messages import gateway as g
from crossbook.messages.base import OrderState, Side
from crossbook.messages.health import Alert
from oms.rows import Adjustment, Opening
from testkit.oms_desk import GATEWAY, PERP, SPOT, Desk, sent


def compare(desk: Desk, held: dict[str, str] | None = None, open_ids: tuple[int, ...] = ()) -> None:
    """One whole comparison, as a gateway answers it."""
    desk.balances()
    desk.positions(held)
    desk.reconciled(open_ids)


def next_pass(desk: Desk, milliseconds: int = 700) -> None:
    """Wait until the OMS asks again."""
    before = len(desk.commands(g.Reconcile))
    desk.wait_ms(milliseconds)
    assert len(desk.commands(g.Reconcile)) == before + 1


def mismatches(desk: Desk) -> list[Alert]:
    return [a for a in desk.published(Alert) if a.kind == "inventory_mismatch" and not a.cleared]


def test_what_is_found_first_opens_the_books_without_an_alarm() -> None:
    desk = Desk().open_for_business({PERP: "0.5"})
    assert desk.position() == D("0.5")
    assert mismatches(desk) == []
    rows = [row for turn in desk.turns for row in turn.rows]
    assert [r.subject for r in rows if isinstance(r, Adjustment)] == [PERP]
    assert [(r.market, r.time_ns) for r in rows if isinstance(r, Opening)] == [("usdm", desk.now.time_ns - 1_000_000)]


def test_the_spot_position_is_the_balance_less_the_baseline() -> None:
    desk = Desk(instruments=(SPOT,)).open_for_business(spot={"BTC": "101.5", "USDT": "1000"})
    assert desk.position() == D("1.5")


def test_a_difference_seen_once_is_only_looked_at_again_soon() -> None:
    desk = Desk().open_for_business()
    next_pass(desk, 15_200)
    compare(desk, {PERP: "0.003"})
    assert (desk.position(), mismatches(desk)) == (D(0), [])
    next_pass(desk)
    compare(desk)
    assert (desk.position(), mismatches(desk)) == (D(0), [])


def test_a_difference_seen_twice_is_adopted_frozen_and_told_once() -> None:
    desk = Desk().open_for_business()
    next_pass(desk, 15_200)
    compare(desk, {PERP: "0.003"})
    next_pass(desk)
    compare(desk, {PERP: "0.003"})
    assert desk.position() == D("0.003")
    assert [(a.severity, a.subject) for a in mismatches(desk)] == [("page", PERP)]
    assert "we count 0, the venue holds 0.003" in mismatches(desk)[0].text
    assert desk.denied(desk.intent()).code == "halted"
    next_pass(desk)
    compare(desk, {PERP: "0.003"})
    assert len(mismatches(desk)) == 1
    assert desk.place().state is OrderState.PENDING


def test_a_position_that_vanished_at_the_venue_is_found_though_it_is_not_named() -> None:
    desk = Desk().open_for_business({PERP: "0.5"})
    next_pass(desk, 15_200)
    for _ in range(2):
        compare(desk, {})
        desk.wait_ms(700)
    assert desk.position() == D(0)


def test_a_fill_that_arrives_with_the_comparison_is_no_difference() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    next_pass(desk, 15_200)
    desk.positions({PERP: "0.004"})
    desk.fill(order, 4)
    desk.balances()
    desk.reconciled((order.order_id,))
    assert (desk.position(), mismatches(desk)) == (D("0.004"), [])


def test_the_real_fill_that_comes_after_its_quantity_was_adopted_is_not_counted_twice() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    late = desk.venue_fill(order, 4)
    next_pass(desk, 15_200)
    for _ in range(2):
        compare(desk, {PERP: "0.004"}, (order.order_id,))
        desk.wait_ms(700)
    assert desk.position() == D("0.004")
    desk.feed(late, GATEWAY)
    assert desk.position() == D("0.004")
    assert order.filled_lots == 4
    assert desk.core.state.holdings["main", PERP, "mm"].qty == D("0.004")


def test_money_that_came_from_elsewhere_moves_a_spot_position_and_is_told() -> None:
    desk = Desk(instruments=(SPOT,)).open_for_business()
    next_pass(desk, 15_200)
    for _ in range(2):
        desk.balances({"USDT": "10000000", "BTC": "99"}, market="spot")
        desk.reconciled()
        desk.wait_ms(700)
    assert desk.position() == D(-1)
    assert [a.subject for a in mismatches(desk)] == ["binance.main.spot.BTC"]


def test_a_movement_with_its_identity_counts_once_and_is_no_difference() -> None:
    desk = Desk().open_for_business()
    moved = g.BalanceMoved("binance", "main", "usdm", "", "USDT", D(-1_000), "transfer", "x1", 1, 1)
    for _ in range(2):
        desk.feed(moved, GATEWAY)
    assert desk.core.state.assets["binance", "main", "usdm", "USDT"].expected == D(9_999_000)


def test_funding_is_a_line_of_its_own_and_counts_once() -> None:
    desk = Desk().open_for_business({PERP: "1"})
    paid = g.BalanceMoved("binance", "main", "usdm", PERP, "USDT", D("-2.5"), "funding", "f1", 1, 1)
    for _ in range(2):
        desk.feed(paid, GATEWAY)
    holding = desk.core.state.holdings["main", PERP, ""]
    assert (holding.funding, holding.realised, holding.qty) == (D("-2.5"), D(0), D(1))


def test_rounding_of_the_venue_is_adopted_without_an_alarm() -> None:
    desk = Desk().open_for_business()
    next_pass(desk, 15_200)
    desk.balances({"USDT": "10000000.00003"})
    desk.positions()
    desk.reconciled()
    assert desk.core.state.assets["binance", "main", "usdm", "USDT"].expected == D("10000000.00003")
    assert mismatches(desk) == []


def test_an_order_the_venue_does_not_list_is_asked_about_not_ended() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    next_pass(desk, 15_200)
    compare(desk, None, ())
    assert [q.order_id for q in desk.commands(g.QueryOrder)] == [order.order_id]
    assert order.state is OrderState.OPEN


def test_an_order_younger_than_the_picture_is_not_asked_about() -> None:
    desk = Desk().open_for_business()
    next_pass(desk, 15_200)
    desk.pass_ns(5_000_000)
    desk.resting()
    compare(desk, None, ())
    assert desk.commands(g.QueryOrder) == []


def test_a_failed_comparison_opens_nothing_and_is_tried_again() -> None:
    desk = Desk()
    desk.gateway_hello()
    desk.strategy_hello()
    desk.beats()
    desk.reconciled(failed="HTTP 503")
    desk.tops()
    assert desk.denied(desk.intent()).code == "recovering"
    next_pass(desk)


def test_an_answer_to_an_earlier_question_is_not_taken_for_the_present_one() -> None:
    desk = Desk()
    desk.gateway_hello()
    desk.strategy_hello()
    desk.beats()
    desk.feed(g.ReconcileReport(99, "binance", "main", ("usdm",), (), 0, 0, ""), GATEWAY)
    desk.tops()
    assert desk.denied(desk.intent()).code == "recovering"


def test_fills_are_asked_for_from_before_the_last_known_one() -> None:
    desk = Desk().open_for_business()
    opened = desk.core.state.openings["binance", "main", "usdm"].time_ns
    desk.wait_ms(120_000)
    order = desk.resting()
    desk.fill(order, 4)
    filled_ns = desk.now.time_ns
    desk.reconciled()
    next_pass(desk, 15_200)
    asked = desk.commands(g.Reconcile)
    assert (asked[1].fills_since_time_ns, asked[-1].fills_since_time_ns) == (opened, filled_ns - 60_000_000_000)


@pytest.mark.parametrize(("held", "asks"), [("0.003", True), ("0", False)])
def test_a_position_named_by_the_stream_that_differs_for_a_second_calls_for_a_comparison(held: str, asks: bool) -> None:
    desk = Desk().open_for_business()
    desk.positions({PERP: held}, complete=False)
    turns = desk.wait_ms(1_500)
    assert bool(desk.commands(g.Reconcile, turns)) is asks


def test_liquidation_without_an_order_of_ours_is_found_within_two_seconds() -> None:
    desk = Desk().open_for_business({PERP: "1"})
    desk.positions({PERP: "0.6"}, complete=False)
    for _ in range(30):
        turn = desk.wait_ms(100)[-1]
        if any(isinstance(m, g.Reconcile) for m in sent(turn)):
            compare(desk, {PERP: "0.6"})
    assert desk.position() == D("0.6")


def test_foreign_orders_are_reported_and_left_alone() -> None:
    desk = Desk().open_for_business()
    turn = desk.feed(g.ForeignOrder(PERP, "web_abc", "77", Side.BUY, D(49_000), D("0.1"), 1), GATEWAY)
    assert sent(turn) == []
    assert desk.published(Alert, [turn])[0].kind == "foreign_order"
