"""Finds out what became of an order whose request was not answered (promise P10: only the venue's word ends an order).

A procedure that asks and waits, written as a generator: it yields a question or a pause and is sent the answer, so it
is pure and can be tested second by second. It ends in one of three ways: somebody else heard the venue's word first,
the venue showed the order, or the venue proved that it never had it. It does not end by growing tired.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from crossbook.errors import ErrorClass
from crossbook.messages.base import Operation, OrderState
from gateway_kit.client_ids import parse
from gateway_kit.order_words import Answer, Fills, Orders, OrderWord, Refusal
from gateway_kit.requests import Ask, Kind

_LOOK_BACK_MS = 60_000


class Pause(NamedTuple):
    """Wait so long, in milliseconds."""

    ms: int


class Heard(NamedTuple):
    """An answer and when it came (monotonic)."""

    answer: Answer
    received_ns: int


Step: TypeAlias = Ask | Pause
"""What a procedure wants next. A question is answered with `Heard`, a pause with None."""


@dataclass(frozen=True, slots=True)
class ResolverSettings:
    """How patient, and when sure. See `[orders]` of the configuration for what each value costs."""

    first_ms: int = 200
    ceiling_ms: int = 5_000
    absent_answers: int = 3
    absent_over_ms: int = 5_000


@dataclass(frozen=True, slots=True)
class Question:
    """Which order, and which operation on it."""

    order_id: int
    operation: Operation
    symbol: str
    client_ids: tuple[str, ...]
    """Newest leg first: the replacement that may have happened, then the leg it would have replaced."""
    venue_order_id: str
    created_ms: int
    """Unix time before which the order cannot have existed at the venue."""
    adopted: bool = False
    """The order was sent by an earlier life of the gateway: a newer leg than those named may exist."""


class Found(NamedTuple):
    """The venue showed the order; `trades` are its fills, when it has any."""

    word: OrderWord
    trades: Fills


class Absent(NamedTuple):
    """Proven: not at the venue. `older` is the leg that a replacement, itself proven absent, would have replaced."""

    evidence: str
    older: OrderWord | None


class Settled(NamedTuple):
    """The venue's word came by another way."""


Verdict: TypeAlias = Found | Absent | Settled


def resolve(
    question: Question, settings: ResolverSettings, is_settled: Callable[[], bool]
) -> Generator[Step, Heard | None, Verdict]:
    """Ask until the venue has proven one outcome."""
    delay_ms, first_ns, last_ns, times = settings.first_ms, 0, 0, 0
    while True:
        yield Pause(delay_ms)
        if is_settled():
            return Settled()
        heard = yield _first_query(question)
        if heard is None:
            continue
        if isinstance(heard.answer, OrderWord):
            return (yield from _found(question, heard.answer))
        if _says_not_found(heard.answer):
            times, last_ns = times + 1, heard.received_ns
            first_ns = first_ns or last_ns
            over_ms = (last_ns - first_ns) // 1_000_000
            if times >= settings.absent_answers and over_ms >= settings.absent_over_ms:
                verdict = yield from _cross_check(question, times, over_ms)
                if verdict is not None:
                    return verdict
        delay_ms = min(max(2 * delay_ms, 50), settings.ceiling_ms)


def _query(question: Question, client_id: str) -> Ask:
    return Ask(Kind.QUERY, question.symbol, client_order_id=client_id)


def _first_query(question: Question) -> Ask:
    """By venue id where only that is certain: the client ids of an adopted order's later legs are not known."""
    if question.adopted and question.venue_order_id:
        return Ask(Kind.QUERY, question.symbol, venue_order_id=question.venue_order_id)
    return _query(question, question.client_ids[0])


def _newest_leg(question: Question, word: OrderWord) -> Generator[Step, Heard | None, OrderWord]:
    """A cancelled leg of an adopted order may have been replaced by one that we have never heard of."""
    if not question.adopted or word.state is not OrderState.CANCELLED:
        return word
    since_ms = max(0, question.created_ms - _LOOK_BACK_MS)
    heard = yield Ask(Kind.HISTORY, question.symbol, since_ms=since_ms)
    legs = heard.answer.words if heard is not None and isinstance(heard.answer, Orders) else ()
    named = [(said.replacement, leg) for leg in legs if (said := parse(leg.client_order_id)) is not None]
    own = parse(word.client_order_id)
    newer = [pair for pair in named if own and _same_order(pair[1], own.order_id) and pair[0] > own.replacement]
    return max(newer, key=lambda pair: pair[0])[1] if newer else word


def _same_order(word: OrderWord, order_id: int) -> bool:
    said = parse(word.client_order_id)
    return said is not None and said.order_id == order_id


def _found(question: Question, word: OrderWord) -> Generator[Step, Heard | None, Verdict]:
    """With the trades of an order that has some: its fills may be what the lost answer would have told."""
    word = yield from _newest_leg(question, word)
    trades = Fills(())
    if word.cumulative.strip("0."):
        heard = yield Ask(Kind.TRADES, question.symbol, venue_order_id=word.venue_order_id)
        if heard is not None and isinstance(heard.answer, Fills):
            trades = Fills(tuple(replace(fill, client_order_id=word.client_order_id) for fill in heard.answer.words))
    return Found(word, trades)


def _cross_check(question: Question, times: int, over_ms: int) -> Generator[Step, Heard | None, Verdict | None]:
    """Open orders and history must agree before absence is proven; None when one of them could not be read."""
    since_ms = max(0, question.created_ms - _LOOK_BACK_MS)
    for ask in (Ask(Kind.OPEN_ORDERS, question.symbol), Ask(Kind.HISTORY, question.symbol, since_ms=since_ms)):
        heard = yield ask
        if heard is None or not isinstance(heard.answer, Orders):
            return None
        for word in heard.answer.words:
            if word.client_order_id == question.client_ids[0]:
                return (yield from _found(question, word))
    older = None
    for client_id in question.client_ids[1:]:
        heard = yield _query(question, client_id)
        if heard is None or not (isinstance(heard.answer, OrderWord) or _says_not_found(heard.answer)):
            return None
        if isinstance(heard.answer, OrderWord):
            older = heard.answer
            break
    return Absent(f"not_found={times} over_ms={over_ms} open_orders=absent history=absent", older)


def _says_not_found(answer: Answer) -> bool:
    return isinstance(answer, Refusal) and answer.error_class is ErrorClass.NOT_FOUND
