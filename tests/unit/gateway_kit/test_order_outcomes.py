"""Every way a request can end has one meaning; what is unknown stays so until the venue speaks."""

from decimal import Decimal

import pytest

from crossbook.errors import ErrorClass
from crossbook.messages import gateway as g
from crossbook.messages.base import Operation, OrderState
from gateway_kit.client_ids import render
from gateway_kit.order_words import Accepted, Fills, FillWord, NoAnswer, Refusal
from gateway_kit.outcome_resolver import Absent, Found
from gateway_kit.requests import Channel
from testkit.desk_rig import DeskRig

UNKNOWN: list[NoAnswer | Refusal] = [
    NoAnswer("no answer within 3 s", True),
    Refusal(ErrorClass.UNKNOWN_OUTCOME, "-1007", "Timeout waiting for response"),
    Refusal(ErrorClass.DUPLICATE_ID, "-2010", "Duplicate order sent."),
]
NOT_DONE: list[NoAnswer | Refusal] = [
    NoAnswer("connection refused", False),
    Refusal(ErrorClass.RATE_LIMIT, "-1015", "Too many new orders"),
    Refusal(ErrorClass.RETRY, "-1008", "overloaded"),
]


@pytest.mark.parametrize("answer", UNKNOWN)
def test_an_unknown_outcome_of_a_place_is_asked_for_and_never_ends_the_order(answer: NoAnswer | Refusal) -> None:
    rig = DeskRig()
    order_id = rig.place()
    rig.answer(answer)
    assert rig.only(g.OrderUnknown).operation is Operation.PLACE
    assert [(q.order_id, q.client_ids) for q in rig.questions] == [(order_id, (render(order_id),))]
    assert len(rig.desk.book) == 1


@pytest.mark.parametrize("answer", NOT_DONE)
def test_what_certainly_was_not_done_is_not_sent(answer: NoAnswer | Refusal) -> None:
    rig = DeskRig()
    rig.place()
    rig.answer(answer)
    assert (rig.only(g.OrderNotSent).code, rig.questions, len(rig.desk.book)) == ("not_done", [], 0)


@pytest.mark.parametrize(
    "error_class", [ErrorClass.POST_ONLY, ErrorClass.INSUFFICIENT, ErrorClass.FILTER, ErrorClass.CLOCK, ErrorClass.AUTH]
)
def test_a_refusal_is_told_with_the_venues_code_and_our_class(error_class: ErrorClass) -> None:
    rig = DeskRig()
    rig.place()
    rig.answer(Refusal(error_class, "-42", "no"))
    rejected = rig.only(g.OrderRejected)
    assert (rejected.code, rejected.message, rejected.error_class) == ("-42", "no", error_class.value)
    assert len(rig.desk.book) == 0


def test_silence_becomes_unknown_at_the_deadline_and_a_late_answer_still_counts() -> None:
    rig = DeskRig()
    order_id = rig.place()
    rig.pass_ms(1_000)
    assert rig.told == []
    rig.pass_ms(1)
    assert rig.only(g.OrderUnknown).order_id == order_id
    rig.pass_ms(1_000)
    assert len(rig.told) == 1
    rig.accept("v1")
    assert rig.only(g.OrderAcked).order_id == order_id
    assert rig.desk.outcomes.is_settled(rig.questions[0])


def test_an_answer_with_a_number_that_is_none_is_an_unknown_outcome() -> None:
    rig = DeskRig()
    order_id = rig.place()
    rig.accept(word=rig.word(render(order_id), OrderState.FILLED, cumulative="a lot"))
    assert rig.only(g.OrderUnknown).order_id == order_id
    assert [question.order_id for question in rig.questions] == [order_id]


def test_a_lost_link_makes_all_its_requests_unknown_and_no_others() -> None:
    rig = DeskRig()
    rig.resting()
    in_flight = rig.place()
    rig.desk.channel = Channel.REST
    rig.place()
    rig.desk.on_link_lost(Channel.WS, "connection lost")
    assert rig.only(g.OrderUnknown).order_id == in_flight


def test_what_the_stream_has_shown_is_not_unknown() -> None:
    rig = DeskRig()
    order_id = rig.place()
    rig.stream(render(order_id), OrderState.OPEN)
    rig.pass_ms(2_000)
    assert rig.told == [rig.only(g.OrderReport)]


def test_the_streams_word_settles_the_question_about_a_place() -> None:
    rig = DeskRig()
    order_id = rig.place()
    rig.answer(UNKNOWN[0])
    assert not rig.desk.outcomes.is_settled(rig.questions[0])
    rig.stream(render(order_id), OrderState.OPEN)
    assert rig.desk.outcomes.is_settled(rig.questions[0])


def test_a_cancel_that_finds_no_order_is_a_question_and_no_answer() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.cancel(order_id)
    rig.answer(Refusal(ErrorClass.NOT_FOUND, "-2011", "Unknown order sent."))
    assert rig.told == []
    (question,) = rig.questions
    filled = rig.word(render(order_id), OrderState.FILLED, cumulative="1.000")
    rig.desk.outcomes.verdict(question, Found(filled, Fills(())), rig.now_ns)
    assert rig.only(g.OrderReport).state is OrderState.FILLED


def test_an_order_that_survived_its_cancel_is_cancelled_again() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.cancel(order_id)
    rig.answer(UNKNOWN[0])
    alive = rig.word(render(order_id), OrderState.OPEN)
    rig.desk.outcomes.verdict(rig.questions[0], Found(alive, Fills(())), rig.now_ns)
    rig.pass_ms(20)
    assert [rig.text(i).split()[0] for i in range(len(rig.sent))] == ["place", "cancel", "cancel"]


@pytest.mark.parametrize("answer", [*NOT_DONE, Refusal(ErrorClass.CLOCK, "-1021", "outside of the recvWindow")])
def test_a_cancel_that_was_not_done_is_sent_again(answer: NoAnswer | Refusal) -> None:
    rig = DeskRig()
    rig.cancel(rig.resting())
    rig.answer(answer)
    rig.pass_ms(200)
    assert [rig.text(i).split()[0] for i in range(len(rig.sent))] == ["place", "cancel", "cancel"]
    assert rig.told == []


def test_found_fills_are_told_before_the_state_and_named() -> None:
    rig = DeskRig()
    order_id = rig.place()
    rig.answer(UNKNOWN[0])
    word = rig.word(render(order_id), OrderState.FILLED, "v8", cumulative="1.000")
    trade = FillWord("BTCUSDT", render(order_id), "v8", "t1", word.side, "50000", "1.000", "0.2", "USDT", False, 4)
    rig.told.clear()
    rig.desk.outcomes.verdict(rig.questions[0], Found(word, Fills((trade,))), rig.now_ns)
    fill, report = rig.told
    assert isinstance(fill, g.VenueFill)
    assert isinstance(report, g.OrderReport)
    assert (fill.order_id, fill.qty, fill.fee, fill.venue_trade_id) == (
        order_id,
        Decimal("1.000"),
        Decimal("0.2"),
        "t1",
    )
    assert (report.state, report.cumulative_lots, report.source) == (OrderState.FILLED, 1_000, "query")


def test_a_proven_absence_ends_the_order() -> None:
    rig = DeskRig()
    order_id = rig.place()
    rig.answer(UNKNOWN[0])
    rig.desk.outcomes.verdict(rig.questions[0], Absent("not_found=3", None), rig.now_ns)
    assert rig.only(g.OrderAbsent).order_id == order_id
    assert len(rig.desk.book) == 0


def test_the_old_legs_end_waits_for_the_answer_to_the_replacement() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id)
    rig.stream(render(order_id), OrderState.CANCELLED)
    assert rig.told == []
    rig.accept("v2", client_id=render(order_id, 1))
    assert [type(message) for message in rig.told] == [g.OrderAcked]
    rig.stream(render(order_id), OrderState.CANCELLED)  # told again, late
    rig.stream(render(order_id, 1), OrderState.OPEN, "v2", price="50001.00")
    report = rig.only(g.OrderReport)
    assert (report.venue_order_id, report.price_ticks, report.state) == ("v2", 5_000_100, OrderState.OPEN)


def test_the_new_leg_on_the_stream_before_the_answer_is_the_order() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id)
    rig.stream(render(order_id), OrderState.CANCELLED)
    rig.stream(render(order_id, 1), OrderState.OPEN, "v2", price="50001.00")
    assert rig.only(g.OrderReport).venue_order_id == "v2"
    rig.cancel(order_id)
    assert rig.text().split()[-1] == "v2"


def test_a_refused_replacement_leaves_the_order_unless_it_ended_meanwhile() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id)
    rig.answer(Refusal(ErrorClass.REJECTED, "-2011", "Order was not canceled due to cancel restrictions."))
    assert rig.operations(g.OrderRejected) == [Operation.AMEND]
    assert len(rig.desk.book) == 1
    rig.told.clear()
    rig.amend(order_id)
    rig.stream(render(order_id), OrderState.CANCELLED)
    rig.answer(Refusal(ErrorClass.REJECTED, "-2010", "no"))
    assert rig.only(g.OrderReport).state is OrderState.CANCELLED


def test_half_a_replacement_is_a_cancelled_order() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id)
    cancelled = rig.word(render(order_id), OrderState.CANCELLED)
    rig.answer(Refusal(ErrorClass.INSUFFICIENT, "-2010", "no money", cancelled=cancelled))
    assert [type(m) for m in rig.told] == [g.OrderRejected, g.OrderReport]
    assert rig.only(g.OrderReport).state is OrderState.CANCELLED
    assert len(rig.desk.book) == 0


def test_an_unknown_replacement_asks_for_the_new_leg_first() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id)
    rig.answer(UNKNOWN[0])
    (question,) = rig.questions
    assert question.client_ids == (render(order_id, 1), render(order_id))
    old = rig.word(render(order_id), OrderState.OPEN)
    rig.told.clear()
    rig.desk.outcomes.verdict(question, Absent("not_found=3", old), rig.now_ns)
    assert (rig.only(g.OrderReport).state, rig.only(g.OrderReport).price_ticks) == (OrderState.OPEN, 5_000_000)
    rig.amend(order_id)
    assert rig.text().split()[2] == render(order_id, 2)


def test_a_cancel_asked_for_during_a_replacement_reaches_the_new_leg() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id)
    rig.cancel(order_id)
    rig.answer(Refusal(ErrorClass.NOT_FOUND, "-2011", "Unknown order sent."))
    assert rig.questions == []
    rig.desk.on_answer(rig.sent[1].key, rig_accepts(order_id), rig.now_ns)
    rig.pass_ms(20)
    assert rig.text() == f"cancel BTCUSDT {render(order_id, 1)} v2"


def rig_accepts(order_id: int) -> Accepted:
    return Accepted(render(order_id, 1), "v2", 5)


def test_an_order_seen_only_in_an_answer_makes_the_stream_suspect() -> None:
    rig = DeskRig()
    rig.place()
    rig.accept()
    assert rig.desk.canary.suspect(rig.now_ns + 2_000_000_000) == ""
    assert rig.desk.canary.suspect(rig.now_ns + 2_000_000_001) != ""
    rig.stream(rig.text().split()[1], OrderState.OPEN)
    assert rig.desk.canary.suspect(rig.now_ns + 9_000_000_000) == ""


def test_a_fill_after_the_end_is_a_fill() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.stream(render(order_id), OrderState.CANCELLED)
    rig.fill(render(order_id), "t9")
    assert rig.only(g.VenueFill).order_id == order_id


def test_an_old_word_after_the_end_revives_nothing() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.stream(render(order_id), OrderState.CANCELLED)
    rig.told.clear()
    rig.stream(render(order_id), OrderState.OPEN)
    assert (rig.told, len(rig.desk.book)) == ([], 0)
