"""The fewest actions: what is in place keeps its place in the queue."""

from crossbook.messages.base import OrderState, Side
from strategy_mm.own_quotes import OwnQuote, OwnQuotes
from strategy_mm.parameters import RequoteParameters
from strategy_mm.quote_differ import Action, Amend, Cancel, Place, diff_side
from strategy_mm.quote_planner import Target
from testkit.mm_builders import MS, START

RULES = RequoteParameters(away_ticks=1, away_fraction=0.25, toward_ticks=2, toward_fraction=0.5, toward_min_age_ms=400)
HALF_TICKS = 20.0


def standing(ticks: int = 1000, lots: int = 10, filled: int = 0, **changes: object) -> tuple[OwnQuotes, OwnQuote]:
    quote = OwnQuote((Side.BUY, 0), 1, 7, ticks, lots, filled, OrderState.OPEN, START, 0, START)
    for name, value in changes.items():
        setattr(quote, name, value)
    own = OwnQuotes()
    own.add(quote)
    return own, quote


def diff(own: OwnQuotes, ticks: int, lots: int = 10, age_ms: int = 0, may_place: bool = True) -> list[Action]:
    targets = [Target(Side.BUY, 0, ticks, lots)]
    return diff_side(Side.BUY, targets, own, RULES, HALF_TICKS, START + age_ms * MS, may_place)


def test_an_unchanged_target_is_never_touched() -> None:
    own, _ = standing()
    assert diff(own, 1000, age_ms=3_600_000) == []


def test_an_empty_slot_is_filled_unless_placing_is_paused() -> None:
    assert diff(OwnQuotes(), 1000) == [Place(Target(Side.BUY, 0, 1000, 10))]
    assert diff(OwnQuotes(), 1000, may_place=False) == []


def test_a_too_aggressive_quote_moves_at_once_when_beyond_the_tolerance() -> None:
    own, quote = standing()
    assert diff(own, 996) == []
    assert diff(own, 995) == [Amend(quote, 995, 10)]
    assert diff(own, 995, may_place=False) == [Amend(quote, 995, 10)]


def test_a_quote_that_could_stand_nearer_waits_until_it_has_aged() -> None:
    own, quote = standing()
    assert diff(own, 1010, age_ms=399) == []
    assert diff(own, 1009, age_ms=400) == []
    assert diff(own, 1010, age_ms=400) == [Amend(quote, 1010, 10)]
    assert diff(own, 1010, age_ms=400, may_place=False) == []


def test_replace_mode_cancels_first() -> None:
    own, quote = standing()
    rules = RULES.model_copy(update={"reprice": "replace"})
    assert diff_side(Side.BUY, [Target(Side.BUY, 0, 990, 10)], own, rules, HALF_TICKS, START, True) == [Cancel(quote)]


def test_a_partly_filled_quote_is_replaced_rather_than_amended_to_another_price() -> None:
    own, quote = standing(lots=10, filled=4)
    assert diff(own, 990, lots=10) == [Cancel(quote)]


def test_a_smaller_size_names_the_total_with_the_filled_part() -> None:
    own, quote = standing(lots=30, filled=4)
    assert diff(own, 1000, lots=10) == [Amend(quote, 1000, 14)]


def test_a_size_that_is_too_large_shrinks_in_place_and_one_too_small_grows_when_aged() -> None:
    own, quote = standing(lots=14)
    assert diff(own, 1000, lots=10) == [Amend(quote, 1000, 10)]
    own, quote = standing(lots=6)
    assert diff(own, 1000, lots=10) == []
    assert diff(own, 1000, lots=10, age_ms=400) == [Amend(quote, 1000, 10)]
    own, _ = standing(lots=12)
    assert diff(own, 1000, lots=10, age_ms=400) == []


def test_the_rest_of_a_partly_filled_quote_stays_until_little_is_left() -> None:
    own, _ = standing(lots=10, filled=7)
    assert diff(own, 1000, lots=10, age_ms=400) == []
    own, quote = standing(lots=10, filled=8)
    assert diff(own, 1000, lots=10) == []
    assert diff(own, 1000, lots=10, age_ms=400) == [Cancel(quote)]


def test_what_is_no_longer_wanted_is_cancelled_once() -> None:
    own, quote = standing()
    assert diff_side(Side.BUY, [], own, RULES, HALF_TICKS, START, True) == [Cancel(quote)]
    own.begin(quote, 99, START)
    assert diff_side(Side.BUY, [], own, RULES, HALF_TICKS, START, True) == []


def test_one_action_at_a_time_per_slot() -> None:
    own, quote = standing()
    own.begin(quote, 99, START)
    assert diff(own, 900) == []


def test_an_unknown_order_is_left_to_the_oms() -> None:
    own, _ = standing(state=OrderState.UNKNOWN)
    assert diff(own, 900) == []
    assert diff_side(Side.BUY, [], own, RULES, HALF_TICKS, START, True) == []
