"""What to ask for, given what is wanted and what stands: the fewest actions, and a quote in place is left in its queue.

Moving is asymmetric (STRATEGIES A.4): a quote that is too aggressive moves at once, one that could stand nearer only
after it has aged, and an unchanged target is never touched.
"""

from typing import NamedTuple

from crossbook.messages.base import Side
from strategy_mm.own_quotes import OwnQuote, OwnQuotes
from strategy_mm.parameters import RequoteParameters
from strategy_mm.quote_planner import Target


class Place(NamedTuple):
    """A new order for an empty slot."""

    target: Target


class Amend(NamedTuple):
    """Change a standing order; `lots` is the new total with its filled part."""

    quote: OwnQuote
    ticks: int
    lots: int


class Cancel(NamedTuple):
    """Take an order off."""

    quote: OwnQuote


Action = Place | Amend | Cancel


def diff_side(
    side: Side,
    targets: list[Target],
    own: OwnQuotes,
    parameters: RequoteParameters,
    half_ticks: float,
    now_ns: int,
    may_place: bool,
) -> list[Action]:
    """The actions of one side. `half_ticks` is the half spread, in ticks, that the tolerances are fractions of.

    `may_place` False (cool-down, back-off) still cancels and moves what is too aggressive, but adds nothing.
    """
    wanted = {(side, target.level): target for target in targets}
    actions: list[Action] = [Cancel(quote) for quote in own.of_side(side) if quote.slot not in wanted and _idle(quote)]
    for slot, target in wanted.items():
        quote = own.at(slot)
        if quote is None:
            if may_place:
                actions.append(Place(target))
        elif _idle(quote):
            action = _adjust(quote, target, parameters, half_ticks, now_ns, may_place)
            if action is not None:
                actions.append(action)
    return actions


def _idle(quote: OwnQuote) -> bool:
    return not quote.action_intent_id and quote.rests


def _adjust(
    quote: OwnQuote, target: Target, parameters: RequoteParameters, half_ticks: float, now_ns: int, may_add: bool
) -> Action | None:
    drift = target.side * (quote.ticks - target.ticks)  # above zero: our quote is more aggressive than its target
    if drift > 0 and drift >= max(parameters.away_ticks, parameters.away_fraction * half_ticks):
        return _move(quote, target, parameters)
    aged = now_ns - quote.placed_ns >= parameters.toward_min_age_ms * 1e6
    if may_add and aged and -drift >= max(parameters.toward_ticks, parameters.toward_fraction * half_ticks):
        return _move(quote, target, parameters)
    return _resize(quote, target, parameters, may_add and aged)


def _move(quote: OwnQuote, target: Target, parameters: RequoteParameters) -> Action:
    """A partly filled quote is replaced: where an amend makes a new order, that could fill the filled part again."""
    if parameters.reprice == "replace" or quote.filled_lots:
        return Cancel(quote)
    return Amend(quote, target.ticks, target.lots)


def _resize(quote: OwnQuote, target: Target, parameters: RequoteParameters, may_grow: bool) -> Action | None:
    """Correct a size that is off by more than the tolerance: down in place, up only when it has aged.

    The rest of a partly filled quote keeps its place in the queue until little of it is left: then it is renewed.
    """
    surplus = quote.leaves - target.lots
    tolerance = parameters.size_fraction * target.lots
    if surplus > tolerance:
        shrunk = Amend(quote, quote.ticks, quote.filled_lots + target.lots)
        return shrunk if parameters.amend_size_down else Cancel(quote)
    too_small = quote.leaves <= tolerance if quote.filled_lots else -surplus > tolerance
    return _move(quote, target, parameters) if too_small and may_grow else None
