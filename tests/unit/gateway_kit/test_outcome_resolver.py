"""The outcome resolver asks until the venue has proven one outcome, and never concludes from silence."""

from collections.abc import Callable

import pytest

from crossbook.errors import ErrorClass
from crossbook.messages.base import Operation, OrderState, Side
from gateway_kit.client_ids import render
from gateway_kit.order_words import Answer, Fills, FillWord, NoAnswer, Orders, OrderWord, Refusal
from gateway_kit.outcome_resolver import Absent, Found, Question, ResolverSettings, Settled, resolve
from gateway_kit.requests import Ask, Kind
from testkit.procedure_runner import Runner

ORDER = 1 << 56
NOT_FOUND = Refusal(ErrorClass.NOT_FOUND, "-2013", "Order does not exist.")
SILENCE = NoAnswer("no answer within 3 s", True)
SETTINGS = ResolverSettings(first_ms=200, ceiling_ms=2_000, absent_answers=3, absent_over_ms=5_000)


def word(
    client_id: str, state: OrderState = OrderState.OPEN, cumulative: str = "0.000", venue_id: str = "v1"
) -> OrderWord:
    return OrderWord("BTCUSDT", client_id, venue_id, state, Side.BUY, "50000", "1", cumulative, "", 5)


def question(*client_ids: str, adopted: bool = False, venue_id: str = "") -> Question:
    ids = client_ids or (render(ORDER),)
    return Question(ORDER, Operation.PLACE, "BTCUSDT", ids, venue_id, 1_000_000, adopted)


def never() -> bool:
    return False


def venue(**by_kind: Answer) -> Callable[[Ask, int], Answer]:
    """A venue that answers each kind of question always the same."""
    return lambda ask, now_ms: by_kind[ask.kind.value]


EMPTY = {"open_orders": Orders(()), "history": Orders(())}


def test_an_order_that_is_there_is_found_at_the_first_question() -> None:
    runner = Runner(venue(query=word(render(ORDER))))
    verdict = runner.run(resolve(question(), SETTINGS, never))
    assert verdict == Found(word(render(ORDER)), Fills(()))
    assert [(at, ask.kind, ask.client_order_id) for at, ask in runner.asked] == [(200, Kind.QUERY, render(ORDER))]


def test_fills_of_a_found_order_are_fetched_and_named() -> None:
    trade = FillWord("BTCUSDT", "", "v1", "t1", Side.BUY, "50000", "0.4", "0.1", "USDT", True, 5)
    found = word(render(ORDER), OrderState.PARTIALLY_FILLED, "0.400")
    runner = Runner(venue(query=found, trades=Fills((trade,))))
    verdict = runner.run(resolve(question(), SETTINGS, never))
    assert isinstance(verdict, Found)
    assert [(fill.trade_id, fill.client_order_id) for fill in verdict.trades.words] == [("t1", render(ORDER))]
    assert runner.asked[-1][1] == Ask(Kind.TRADES, "BTCUSDT", venue_order_id="v1")


def test_absence_needs_three_answers_over_five_seconds_and_two_lists() -> None:
    runner = Runner(venue(query=NOT_FOUND, **EMPTY))
    verdict = runner.run(resolve(question(), SETTINGS, never))
    assert isinstance(verdict, Absent)
    queries = [at for at, ask in runner.asked if ask.kind is Kind.QUERY]
    assert len(queries) >= 3
    assert queries[-1] - queries[0] >= 5_000
    assert [ask.kind for _, ask in runner.asked[-2:]] == [Kind.OPEN_ORDERS, Kind.HISTORY]
    assert runner.asked[-1][1].since_ms == 1_000_000 - 60_000


def test_an_order_that_shows_up_late_is_found() -> None:
    def answer(ask: Ask, now_ms: int) -> Answer:
        return word(render(ORDER)) if now_ms > 4_900 else NOT_FOUND

    assert isinstance(Runner(answer).run(resolve(question(), SETTINGS, never)), Found)


@pytest.mark.parametrize("where", ["open_orders", "history"])
def test_a_list_that_holds_it_outranks_every_not_found(where: str) -> None:
    lists = {**EMPTY, where: Orders((word("other"), word(render(ORDER))))}
    verdict = Runner(venue(query=NOT_FOUND, **lists)).run(resolve(question(), SETTINGS, never))
    assert verdict == Found(word(render(ORDER)), Fills(()))


@pytest.mark.parametrize(
    "answers",
    [
        {"query": SILENCE},
        {"query": Refusal(ErrorClass.UNKNOWN_OUTCOME, "-1007", "")},
        {"query": Refusal(ErrorClass.RATE_LIMIT, "-1003", "")},
        {"query": NOT_FOUND, "open_orders": SILENCE},
        {"query": NOT_FOUND, "open_orders": Orders(()), "history": SILENCE},
    ],
)
def test_ten_minutes_of_silence_prove_nothing(answers: dict[str, Answer]) -> None:
    runner = Runner(venue(**answers))
    with pytest.raises(AssertionError, match="not at its end"):
        runner.run(resolve(question(), SETTINGS, never), limit_ms=600_000)
    pauses = [later - earlier for (earlier, _), (later, _) in zip(runner.asked, runner.asked[1:], strict=False)]
    assert max(pauses) <= SETTINGS.ceiling_ms + 10


def test_silence_between_two_not_founds_does_not_count_as_one() -> None:
    def answer(ask: Ask, now_ms: int) -> Answer:
        if ask.kind is not Kind.QUERY:
            return Orders(())
        return NOT_FOUND if now_ms < 300 or now_ms > 60_000 else SILENCE

    runner = Runner(answer)
    assert isinstance(runner.run(resolve(question(), SETTINGS, never)), Absent)
    assert runner.now_ms > 60_000


def test_it_stops_when_the_stream_was_faster() -> None:
    runner = Runner(venue(query=NOT_FOUND))
    assert runner.run(resolve(question(), SETTINGS, lambda: runner.now_ms >= 1_000)) == Settled()


def test_of_a_replacement_the_new_leg_is_looked_for_and_the_old_one_told() -> None:
    new, old = render(ORDER, 1), render(ORDER)

    def answer(ask: Ask, now_ms: int) -> Answer:
        if ask.kind is not Kind.QUERY:
            return Orders((word(old),))
        return word(old) if ask.client_order_id == old else NOT_FOUND

    verdict = Runner(answer).run(resolve(question(new, old), SETTINGS, never))
    assert isinstance(verdict, Absent)
    assert verdict.older == word(old)


def test_a_cancelled_leg_of_an_adopted_order_may_have_a_living_successor() -> None:
    legs = Orders((word(render(ORDER), OrderState.CANCELLED), word(render(ORDER, 2), venue_id="v3"), word("foreign")))
    answers = venue(query=word(render(ORDER), OrderState.CANCELLED), history=legs)
    runner = Runner(answers)
    verdict = runner.run(resolve(question(adopted=True, venue_id="v1"), SETTINGS, never))
    assert isinstance(verdict, Found)
    assert verdict.word.client_order_id == render(ORDER, 2)
    assert runner.asked[0][1] == Ask(Kind.QUERY, "BTCUSDT", venue_order_id="v1")
