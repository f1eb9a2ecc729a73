"""What gateways say about orders, in every order and number it may come."""

import pytest

from crossbook.messages import gateway as g
from crossbook.messages.base import Operation, OrderState, Side
from crossbook.messages.health import Alert
from crossbook.messages.orders import OrderUpdate
from testkit.oms_desk import GATEWAY, PERP, Desk, sent

S, Op = OrderState, Operation


@pytest.fixture
def desk() -> Desk:
    return Desk().open_for_business()


def not_sent(desk: Desk, order_id: int, operation: Operation) -> None:
    desk.feed(g.OrderNotSent(order_id, operation, "expired", "late_ms=3"), GATEWAY)


def test_an_order_is_acked_once_and_a_second_ack_changes_nothing(desk: Desk) -> None:
    order = desk.resting()
    desk.ack(order)
    assert (order.state, order.venue_order_ids) == (S.OPEN, (f"v{order.order_id}",))


def test_a_refused_place_ends_with_the_venues_code(desk: Desk) -> None:
    order = desk.place()
    desk.reject(order, code="-2010")
    assert (order.state, order.reason) == (S.REJECTED, "-2010 no")
    assert desk.core.state.live == {}


@pytest.mark.parametrize("error", ["duplicate_id", "unknown_outcome", "not_found", "bug", "a class of next year"])
def test_a_refusal_that_proves_nothing_makes_the_order_unknown_and_is_asked_about(desk: Desk, error: str) -> None:
    order = desk.place()
    turn = desk.reject(order, error=error)
    assert (order.state, order.unknown_operation) == (S.UNKNOWN, Op.PLACE)
    assert [(m.order_id, m.operation) for m in sent(turn) if isinstance(m, g.QueryOrder)] == [
        (order.order_id, Op.PLACE)
    ]


def test_a_place_that_never_left_is_denied_with_the_gateways_words(desk: Desk) -> None:
    order = desk.place()
    not_sent(desk, order.order_id, Op.PLACE)
    assert (order.state, order.reason) == (S.DENIED, "expired late_ms=3")


def test_never_sent_is_not_believed_of_an_order_the_venue_knows(desk: Desk) -> None:
    order = desk.resting()
    not_sent(desk, order.order_id, Op.PLACE)
    assert order.state is S.OPEN
    assert desk.published(Alert)[-1].kind == "order_contradiction"


@pytest.mark.parametrize("operation", [Op.AMEND, Op.CANCEL])
def test_an_amend_or_cancel_that_never_left_leaves_the_order_as_it_was(desk: Desk, operation: Operation) -> None:
    order = desk.resting()
    if operation is Op.AMEND:
        desk.amend(order, 499_980, 5)
    else:
        desk.cancel(order)
    not_sent(desk, order.order_id, operation)
    assert (order.state, order.price_ticks, order.qty_lots) == (S.OPEN, 499_990, 10)
    assert order.pending_qty_lots == 0


def test_a_cancel_that_never_left_leaves_an_unanswered_place_pending(desk: Desk) -> None:
    order = desk.place()
    desk.cancel(order)
    not_sent(desk, order.order_id, Op.CANCEL)
    assert order.state is S.PENDING


def test_an_unanswered_operation_becomes_unknown_and_is_asked_about_again_and_again(desk: Desk) -> None:
    order = desk.place()
    desk.wait_ms(5_200)
    assert (order.state, order.unknown_operation) == (S.UNKNOWN, Op.PLACE)
    desk.wait_ms(5_200)
    assert [q.order_id for q in desk.commands(g.QueryOrder)] == [order.order_id] * 2


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("rests", S.OPEN),
        ("absent", S.REJECTED),
        ("cancelled", S.CANCELLED),
        ("rejected", S.REJECTED),
        ("acked", S.OPEN),
    ],
)
def test_an_unknown_place_ends_by_the_venues_word(desk: Desk, word: str, state: OrderState) -> None:
    order = desk.place()
    desk.feed(g.OrderUnknown(order.order_id, Op.PLACE, "timeout", 0), GATEWAY)
    match word:
        case "rests":
            desk.report(order, S.OPEN, source="query")
        case "absent":
            desk.feed(g.OrderAbsent(order.order_id, "twice"), GATEWAY)
        case "cancelled":
            desk.report(order, S.CANCELLED)
        case "rejected":
            desk.reject(order)
        case _:
            desk.ack(order)
    assert (order.state, order.unknown_operation) == (state, None)


def test_an_unknown_order_stays_unknown_for_as_long_as_nobody_knows(desk: Desk) -> None:
    order = desk.place()
    desk.feed(g.OrderUnknown(order.order_id, Op.PLACE, "timeout", 0), GATEWAY)
    desk.wait_ms(600_000)
    assert order.state is S.UNKNOWN


def test_a_cancel_of_an_order_the_venue_does_not_find_is_a_question_not_an_end(desk: Desk) -> None:
    order = desk.resting()
    desk.cancel(order)
    turn = desk.reject(order, Op.CANCEL, "-2011", "not_found")
    assert (order.state, order.unknown_operation) == (S.UNKNOWN, Op.CANCEL)
    assert [type(m) for m in sent(turn)] == [g.QueryOrder]
    desk.report(order, S.FILLED, cumulative=10, source="query")
    assert order.state is S.FILLED
    assert order.awaits_fills


def test_an_unknown_cancel_answered_by_it_still_rests_is_cancelled_again(desk: Desk) -> None:
    order = desk.resting()
    desk.cancel(order)
    desk.feed(g.OrderUnknown(order.order_id, Op.CANCEL, "timeout", 0), GATEWAY)
    turn = desk.report(order, S.OPEN, source="query")
    assert order.state is S.PENDING_CANCEL
    assert [type(m) for m in sent(turn)] == [g.CancelOrder]


def test_an_old_report_from_the_stream_does_not_answer_an_unknown_cancel(desk: Desk) -> None:
    order = desk.resting()
    desk.cancel(order)
    desk.feed(g.OrderUnknown(order.order_id, Op.CANCEL, "timeout", 0), GATEWAY)
    desk.report(order, S.OPEN, source="stream")
    assert (order.state, order.unknown_operation) == (S.UNKNOWN, Op.CANCEL)


def test_a_cancel_the_venue_does_not_end_is_sent_again(desk: Desk) -> None:
    order = desk.resting()
    desk.cancel(order)
    desk.wait_ms(2_500)
    assert len(desk.commands(g.CancelOrder)) == 3


def test_a_report_of_the_old_price_does_not_end_a_pending_amend_one_of_the_new_does(desk: Desk) -> None:
    order = desk.resting()
    desk.amend(order, 499_980, 8)
    desk.report(order, S.OPEN, price_ticks=499_990, qty_lots=10)
    assert order.state is S.PENDING_AMEND
    desk.report(order, S.OPEN, price_ticks=499_980, qty_lots=8)
    assert (order.state, order.price_ticks, order.qty_lots) == (S.OPEN, 499_980, 8)


def test_an_order_that_ends_during_an_amend_is_asked_about_for_the_amend_may_have_replaced_it(desk: Desk) -> None:
    order = desk.resting()
    desk.amend(order, 499_980, 8)
    turn = desk.report(order, S.CANCELLED)
    assert (order.state, order.unknown_operation) == (S.UNKNOWN, Op.AMEND)
    assert [type(m) for m in sent(turn)] == [g.QueryOrder]
    desk.report(order, S.OPEN, source="query", price_ticks=499_980, qty_lots=8, venue_order_id="v-new")
    assert (order.state, order.price_ticks, order.venue_order_id) == (S.OPEN, 499_980, "v-new")


def test_an_amend_refused_for_good_leaves_the_old_order(desk: Desk) -> None:
    order = desk.resting()
    desk.amend(order, 499_980, 8)
    desk.reject(order, Op.AMEND, "-5027", "rejected")
    assert (order.state, order.price_ticks, order.qty_lots) == (S.OPEN, 499_990, 10)


def test_an_amend_answered_after_a_cancel_was_sent_leaves_the_cancel_pending(desk: Desk) -> None:
    order = desk.resting()
    desk.amend(order, 499_980, 8)
    desk.cancel(order)
    desk.ack(order, Op.AMEND)
    assert (order.state, order.price_ticks, order.qty_lots) == (S.PENDING_CANCEL, 499_980, 8)


def test_absent_is_not_believed_of_an_order_with_fills(desk: Desk) -> None:
    order = desk.resting()
    desk.fill(order, 3)
    desk.wait_ms(100)
    desk.feed(g.OrderUnknown(order.order_id, Op.CANCEL, "timeout", 0), GATEWAY)
    desk.feed(g.OrderAbsent(order.order_id, "twice"), GATEWAY)
    assert order.state is S.UNKNOWN
    assert desk.published(Alert)[-1].severity == "page"


def test_an_order_of_ours_that_rests_and_is_not_known_here_is_cancelled_and_told(desk: Desk) -> None:
    order = desk.resting()
    stray = order.order_id + 500
    turn = desk.report(order, S.OPEN, source="reconcile", order_id=stray, venue_order_id="v9")
    assert [(m.order_id, m.instrument) for m in sent(turn) if isinstance(m, g.CancelOrder)] == [(stray, PERP)]
    assert desk.published(Alert, [turn])[0].kind == "order_unknown_here"


def test_an_order_held_for_ended_that_rests_at_the_venue_is_cancelled_there(desk: Desk) -> None:
    order = desk.place()
    desk.reject(order)
    desk.pass_ns(1_000_000)
    turn = desk.report(order, S.OPEN, source="reconcile")
    assert [type(m) for m in sent(turn)] == [g.CancelOrder]
    assert order.state is S.REJECTED


def test_an_end_never_goes_back(desk: Desk) -> None:
    order = desk.resting()
    desk.report(order, S.CANCELLED)
    desk.ack(order)
    desk.report(order, S.OPEN)
    desk.reject(order, Op.CANCEL, "-2011", "not_found")
    assert order.state is S.CANCELLED


def test_the_unknown_operation_is_published_while_it_lasts(desk: Desk) -> None:
    order = desk.resting(Side.SELL, ticks=500_010)
    desk.cancel(order)
    desk.feed(g.OrderUnknown(order.order_id, Op.CANCEL, "timeout", 0), GATEWAY)
    desk.report(order, S.CANCELLED, source="query")
    updates = [u for u in desk.published(OrderUpdate) if u.order_id == order.order_id]
    assert [(u.state, u.unknown_operation) for u in updates][-2:] == [(S.UNKNOWN, Op.CANCEL), (S.CANCELLED, None)]


def test_rejects_in_a_row_raise_one_alert_until_they_stop(desk: Desk) -> None:
    for _ in range(25):
        desk.reject(desk.place())
    assert [a.kind for a in desk.published(Alert)].count("reject_storm") == 1


def test_what_everybody_has_heard_already_is_not_published_again(desk: Desk) -> None:
    order = desk.resting()
    before = len(desk.published(OrderUpdate))
    desk.report(order, S.OPEN)
    desk.report(order, S.OPEN, source="reconcile")
    desk.ack(order)
    assert len(desk.published(OrderUpdate)) == before
    desk.amend(order, 499_980, 8)
    desk.ack(order, Op.AMEND)
    desk.report(order, S.OPEN, price_ticks=499_980, qty_lots=8)
    assert [u.state for u in desk.published(OrderUpdate)[before:]] == [S.PENDING_AMEND, S.OPEN]
