"""Intents: judged once, answered at once, sent only when approved."""

from decimal import Decimal

import pytest

from crossbook.messages.base import Operation, OrderState, Side
from crossbook.messages.gateway import AmendOrder, CancelOrder, PlaceOrder
from crossbook.messages.orders import Accepted, CancelAllIntent, CancelIntent, Denied, OrderUpdate
from crossbook.order_ids import unpack
from oms.rows import Order, Verdict
from testkit.oms_desk import GATEWAY, PERP, STRATEGY, Desk, answers, sent


@pytest.fixture
def desk() -> Desk:
    return Desk().open_for_business()


def test_an_accepted_intent_is_an_order_a_verdict_and_a_command_in_one_turn(desk: Desk) -> None:
    intent = desk.intent(Side.SELL, 7, 500_010)
    turn = desk.feed(intent, STRATEGY)
    (answer,) = answers(turn)
    assert isinstance(answer, Accepted)
    assert unpack(answer.order_id) == (1, 1, 1)
    (command,) = sent(turn)
    assert isinstance(command, PlaceOrder)
    assert (command.order_id, command.instrument, command.side) == (answer.order_id, PERP, Side.SELL)
    assert (command.price_ticks, command.qty_lots, command.post_only) == (500_010, 7, True)
    assert (command.oms_epoch, command.valid_until_ns) == (1, intent.valid_until_ns)
    assert [type(row) for row in turn.rows] == [Order, Verdict]
    (update,) = desk.published(OrderUpdate, [turn])
    assert (update.state, update.intent_id) == (OrderState.PENDING, intent.intent_id)


def test_order_ids_count_up_within_the_epoch(desk: Desk) -> None:
    assert [unpack(desk.place().order_id).sequence for _ in range(3)] == [1, 2, 3]


def test_a_denied_intent_uses_no_order_id_and_reserves_nothing(desk: Desk) -> None:
    denied = desk.denied(desk.intent(lots=1_000_000))
    assert denied.code == "qty_above_max"
    assert "max" in denied.context
    assert desk.core.state.orders == {}
    assert unpack(desk.place().order_id).sequence == 1


def test_the_same_intent_again_gets_the_same_verdict_and_is_sent_once(desk: Desk) -> None:
    intent = desk.intent()
    first = answers(desk.feed(intent, STRATEGY))[0]
    again = desk.feed(intent, STRATEGY)
    assert isinstance(first, Accepted)
    assert [a.order_id for a in answers(again) if isinstance(a, Accepted)] == [first.order_id]
    assert sent(again) == []
    assert len(desk.commands(PlaceOrder)) == 1


def test_a_denied_intent_again_is_denied_for_the_same_reason(desk: Desk) -> None:
    intent = desk.intent(lots=1_000_000)
    first, again = desk.denied(intent), desk.denied(intent)
    assert (first.code, first.context) == (again.code, again.context)


def test_a_peer_that_has_not_said_hello_is_told_to(desk: Desk) -> None:
    assert desk.denied(desk.intent(), peer=b"mm.2").code == "hello_first"


def test_a_strategy_cannot_speak_for_another(desk: Desk) -> None:
    assert desk.denied(desk.intent(strategy="other")).code == "hello_first"


def test_an_instrument_without_gateway_is_denied(desk: Desk) -> None:
    denied = desk.denied(desk.intent(instrument="ETH-USDT@binance"))
    assert (denied.code, denied.context) == ("gateway_absent", "account=main instrument=ETH-USDT@binance")


def test_nothing_is_placed_before_the_first_comparison_with_the_venue() -> None:
    desk = Desk()
    desk.gateway_hello()
    desk.strategy_hello()
    desk.beats()
    desk.tops()
    assert desk.denied(desk.intent()).code == "recovering"


def test_a_market_its_gateway_is_not_ready_for_is_denied_with_the_gateways_reason(desk: Desk) -> None:
    from crossbook.messages.gateway import GatewayBeat

    desk.feed(GatewayBeat("binance", 1, 1, {"usdm": False}, {"usdm": "no listen key"}, 0), GATEWAY)
    denied = desk.denied(desk.intent())
    assert (denied.code, denied.context) == ("gateway_not_ready", "market=usdm reason=no listen key")


def test_a_cancel_by_order_id_and_by_intent(desk: Desk) -> None:
    first, second = desk.resting(), desk.resting()
    turn = desk.cancel(first)
    assert [type(m) for m in sent(turn)] == [CancelOrder]
    assert first.state is OrderState.PENDING_CANCEL
    desk.feed(CancelIntent(900, "mm", 0, second.intent_id, desk.now.monotonic_ns), STRATEGY)
    assert second.state is OrderState.PENDING_CANCEL
    assert [c.order_id for c in desk.commands(CancelOrder)] == [first.order_id, second.order_id]


def test_an_order_can_be_cancelled_before_the_venue_has_answered_its_place(desk: Desk) -> None:
    order = desk.place()
    desk.cancel(order)
    desk.ack(order)
    desk.report(order, OrderState.CANCELLED)
    states = [update.state for update in desk.published(OrderUpdate)]
    assert states == ["pending", "pending_cancel", "pending_cancel", "cancelled"]  # the third names the venue's id


@pytest.mark.parametrize(("order_id", "code"), [(12345, "unknown_order"), (0, "unknown_order")])
def test_a_cancel_of_nothing_says_so(desk: Desk, order_id: int, code: str) -> None:
    assert desk.denied(CancelIntent(900, "mm", order_id, 0, 0)).code == code


def test_a_cancel_of_an_ended_order_says_so(desk: Desk) -> None:
    order = desk.resting()
    desk.report(order, OrderState.CANCELLED)
    assert desk.denied(CancelIntent(900, "mm", order.order_id, 0, 0)).code == "order_ended"


def test_a_second_cancel_is_accepted_and_not_sent_again(desk: Desk) -> None:
    order = desk.resting()
    desk.cancel(order)
    again = desk.cancel(order)
    assert isinstance(answers(again)[0], Accepted)
    assert sent(again) == []


def test_cancel_all_of_a_strategy_touches_all_its_orders(desk: Desk) -> None:
    orders = [desk.resting(ticks=499_000 - number) for number in range(3)]
    desk.feed(CancelAllIntent(901, "mm", "mm", "", "", "", 0), STRATEGY)
    assert {order.state for order in orders} == {OrderState.PENDING_CANCEL}
    assert sorted(c.order_id for c in desk.commands(CancelOrder)) == [order.order_id for order in orders]


@pytest.mark.parametrize(
    ("venue", "account", "instrument", "hit"),
    [
        ("binance", "", "", True),
        ("okx", "", "", False),
        ("", "main", "", True),
        ("", "other", "", False),
        ("", "", PERP, True),
        ("", "", "ETH-USDT@binance", False),
    ],
)
def test_cancel_all_keeps_to_its_scope(desk: Desk, venue: str, account: str, instrument: str, hit: bool) -> None:
    order = desk.resting()
    desk.feed(CancelAllIntent(902, "x", "", venue, account, instrument, 0), b"anybody")
    assert (order.state is OrderState.PENDING_CANCEL) is hit


def test_an_amend_is_sent_with_old_and_new_and_takes_effect_with_its_ack(desk: Desk) -> None:
    order = desk.resting(lots=10, ticks=499_990)
    turn = desk.amend(order, 499_980, 6)
    (command,) = sent(turn)
    assert isinstance(command, AmendOrder)
    assert (command.price_ticks, command.qty_lots) == (499_980, 6)
    assert (command.old_price_ticks, command.old_qty_lots) == (499_990, 10)
    assert (order.state, order.price_ticks, order.pending_price_ticks) == (OrderState.PENDING_AMEND, 499_990, 499_980)
    desk.ack(order, Operation.AMEND, "v-new")
    assert (order.state, order.price_ticks, order.qty_lots) == (OrderState.OPEN, 499_980, 6)
    assert (order.pending_price_ticks, order.venue_order_id) == (0, "v-new")


@pytest.mark.parametrize("state", [OrderState.PENDING, OrderState.PENDING_AMEND, OrderState.PENDING_CANCEL])
def test_an_order_with_something_pending_is_not_amended(desk: Desk, state: OrderState) -> None:
    order = desk.place()
    if state is OrderState.PENDING_AMEND:
        desk.ack(order)
        desk.amend(order, 499_980, 10)
    elif state is OrderState.PENDING_CANCEL:
        desk.cancel(order)
    answer = answers(desk.amend(order, 499_970, 10))[0]
    assert isinstance(answer, Denied)
    assert (answer.code, answer.context) == ("order_not_amendable", f"state={state}")


def test_a_pair_waits_for_its_second_half_and_is_sent_together(desk: Desk) -> None:
    first = desk.feed(desk.intent(pair_id=5), STRATEGY)
    assert (answers(first), sent(first)) == ([], [])
    second = desk.feed(desk.intent(Side.SELL, ticks=500_010, pair_id=5), STRATEGY)
    assert [type(a) for a in answers(second)] == [Accepted, Accepted]
    assert [c.side for c in desk.commands(PlaceOrder)] == [Side.BUY, Side.SELL]


def test_a_pair_with_one_bad_half_sends_neither(desk: Desk) -> None:
    desk.feed(desk.intent(pair_id=5), STRATEGY)
    turn = desk.feed(desk.intent(Side.SELL, lots=1_000_000, ticks=500_010, pair_id=5), STRATEGY)
    assert [a.code for a in answers(turn) if isinstance(a, Denied)] == ["qty_above_max", "qty_above_max"]
    assert desk.commands(PlaceOrder) == []


def test_half_a_pair_is_denied_when_its_time_is_over(desk: Desk) -> None:
    desk.feed(desk.intent(pair_id=5), STRATEGY)
    turns = desk.wait_ms(600)
    denied = [a for turn in turns for a in answers(turn) if isinstance(a, Denied)]
    assert [d.code for d in denied] == ["pair_incomplete"]


def test_worst_case_exposure_never_passes_the_limit_by_one_lot() -> None:
    from testkit.oms_desk import limits

    narrow = limits().model_dump()
    narrow["instruments"][PERP]["max_position_base"] = Decimal("0.025")
    desk = Desk(risk=limits(instruments=narrow["instruments"])).open_for_business()
    first, second = desk.resting(lots=10), desk.resting(lots=10, ticks=499_980)
    assert desk.denied(desk.intent(lots=6, ticks=499_970)).code == "position_limit"
    desk.fill(first, 10)
    desk.cancel(second)
    assert desk.denied(desk.intent(lots=6, ticks=499_970)).code == "position_limit"
    desk.report(second, OrderState.CANCELLED, cumulative=4)
    assert desk.denied(desk.intent(lots=12, ticks=499_970)).code == "position_limit"
    desk.fill(second, 4)
    assert desk.place(lots=11, ticks=499_960).state is OrderState.PENDING
