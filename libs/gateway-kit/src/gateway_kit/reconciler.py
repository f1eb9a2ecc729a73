"""Asks a venue for its whole picture of our account, after a start, a reconnect, or when the OMS wants it.

A procedure that yields questions and hands each answer on as words: open orders first, then the fills since a time,
then balances and positions, so that what moved in between shows in a later part (FAILURES B6). Trade histories name
orders by the venue's id; where such an id is not known, the order history is asked for the client id that goes with
it. A part that cannot be had makes the whole picture incomplete, which is said and never glossed over.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from gateway_kit.order_words import (
    Answer,
    BalancesWord,
    Fills,
    FillWord,
    NoAnswer,
    Orders,
    OrderWord,
    PositionsWord,
    Refusal,
)
from gateway_kit.outcome_resolver import Heard, Pause, Step
from gateway_kit.requests import Ask, Kind

T = TypeVar("T", bound=Answer)

_MAX_PAGES = 50
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked."""

    symbols: tuple[str, ...]
    fills_since_ms: int
    now_ms: int
    """Unix time now; longer spans than the venue answers at once are asked piece by piece."""
    window_ms: int
    has_positions: bool
    wants_fills_of: tuple[str, ...] = ()
    """Symbols whose fills are wanted; none: all of `symbols`."""


@dataclass(slots=True)
class Picture:
    """What came of it; the words themselves were handed on while they came."""

    open_orders: list[OrderWord] = field(default_factory=list)
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who takes the words, and who knows an order by its venue id."""

    order: Callable[[OrderWord], None]
    fill: Callable[[FillWord], None]
    account: Callable[[BalancesWord | PositionsWord], None]
    knows: Callable[[str, str], bool]


def reconcile(scope: Scope, hands: Hands) -> Generator[Step, Heard | None, Picture]:
    """Fetch and hand on the picture. Ends in any case; `failed` says what is missing."""
    picture = Picture()
    try:
        yield from _open_orders(scope, hands, picture)
        for symbol in scope.wants_fills_of or scope.symbols:
            yield from _fills(scope, hands, symbol)
        hands.account((yield from _wanted(Ask(Kind.BALANCES), BalancesWord)))
        if scope.has_positions:
            hands.account((yield from _wanted(Ask(Kind.POSITIONS), PositionsWord)))
    except _Incomplete as gap:
        picture.failed = str(gap)
    return picture


class _Incomplete(Exception):
    """A part of the picture could not be had."""


def _open_orders(scope: Scope, hands: Hands, picture: Picture) -> Generator[Step, Heard | None, None]:
    for symbol in scope.symbols:
        orders = yield from _wanted(Ask(Kind.OPEN_ORDERS, symbol), Orders)
        for word in orders.words:
            picture.open_orders.append(word)
            hands.order(word)


def _fills(scope: Scope, hands: Hands, symbol: str) -> Generator[Step, Heard | None, None]:
    fills: list[FillWord] = []
    for start_ms in range(scope.fills_since_ms, scope.now_ms + 1, scope.window_ms):
        fills += yield from _pages(symbol, start_ms)
    strangers = [fill for fill in fills if not hands.knows(symbol, fill.venue_order_id)]
    names = (yield from _names(symbol, scope.fills_since_ms, strangers)) if strangers else {}
    for fill in fills:
        hands.fill(_named(fill, names))


def _pages(symbol: str, start_ms: int) -> Generator[Step, Heard | None, list[FillWord]]:
    """One window of trades, page by page from the id after the last one."""
    answer = yield from _wanted(Ask(Kind.TRADES, symbol, since_ms=start_ms), Fills)
    fills = list(answer.words)
    for _ in range(_MAX_PAGES):
        if not answer.more or not answer.words:
            return fills
        next_id = max(int(word.trade_id) for word in answer.words) + 1
        answer = yield from _wanted(Ask(Kind.TRADES, symbol, from_id=next_id), Fills)
        fills += answer.words
    raise _Incomplete(f"trades of {symbol}: more than {_MAX_PAGES} pages")


def _names(symbol: str, since_ms: int, fills: Iterable[FillWord]) -> Generator[Step, Heard | None, dict[str, str]]:
    """Client ids by venue id, from the order history and, for orders older than it, one by one."""
    history = yield from _wanted(Ask(Kind.HISTORY, symbol, since_ms=since_ms), Orders)
    names = {word.venue_order_id: word.client_order_id for word in history.words}
    for venue_id in sorted({fill.venue_order_id for fill in fills} - set(names)):
        heard = yield Ask(Kind.QUERY, symbol, venue_order_id=venue_id)
        if heard is not None and isinstance(heard.answer, OrderWord):
            names[venue_id] = heard.answer.client_order_id
    return names


def _named(fill: FillWord, names: dict[str, str]) -> FillWord:
    name = names.get(fill.venue_order_id)
    return replace(fill, client_order_id=name) if name and not fill.client_order_id else fill


def _wanted(ask: Ask, kind: type[T]) -> Generator[Step, Heard | None, T]:
    """The answer of the kind that is wanted; tries a few times. Raises _Incomplete."""
    text = "nothing"
    for attempt in range(_TRIES):
        if attempt:
            yield Pause(200 * 2**attempt)
        heard = yield ask
        answer = heard.answer if heard is not None else None
        if isinstance(answer, kind):
            return answer
        text = _why(answer)
    raise _Incomplete(f"{ask.kind} {ask.symbol}: {text}")


def _why(answer: Answer | None) -> str:
    if isinstance(answer, Refusal):
        return f"{answer.error_class} {answer.code} {answer.message}"
    return answer.reason if isinstance(answer, NoAnswer) else type(answer).__name__
