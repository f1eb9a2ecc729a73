"""Cancels every order of ours, and nothing of anybody else's, and proves it (FAILURES C10, C11).

The venue's own list of open orders decides, not our memory: what is ours by its client id is cancelled one by one, the
list is read again, until it shows none and no request of ours is still under way that could add one. Venues' own
"cancel everything" would take orders placed by hand with it (FAILURES C10), so it is not used.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from gateway_kit.client_ids import parse_of_desk
from gateway_kit.order_words import Orders, OrderWord
from gateway_kit.outcome_resolver import Heard, Pause, Step
from gateway_kit.requests import Ask, Kind

_LOOK_AGAIN_MS = 100
_LOOK_AGAIN_CEILING_MS = 1_000


@dataclass(frozen=True, slots=True)
class CancelScope:
    """Whose orders, where, and how often to look before giving an honest number."""

    desk: int
    symbols: tuple[str, ...]
    rounds: int = 20


@dataclass(frozen=True, slots=True)
class Remaining:
    """Orders of ours still open at the last look (-1: the venue could not be asked), and what failed."""

    count: int
    failed: str
    cancelled: int


def cancel_all(
    scope: CancelScope, undecided: Callable[[], int], on_order: Callable[[OrderWord], None]
) -> Generator[Step, Heard | None, Remaining]:
    """Cancel and verify. `undecided`: our requests that may yet open an order; `on_order` hears what was cancelled."""
    count, failed, cancelled, delay_ms = -1, "", 0, _LOOK_AGAIN_MS
    for round_number in range(scope.rounds):
        if round_number:
            yield Pause(delay_ms)
            delay_ms = min(2 * delay_ms, _LOOK_AGAIN_CEILING_MS)
        waiting = undecided()
        ours, failed = yield from _open(scope)
        count = -1 if failed else len(ours)
        if not failed and not ours:
            if not waiting:
                return Remaining(0, "", cancelled)
            failed = f"{waiting} requests undecided"
        for word in ours:
            heard = yield Ask(
                Kind.CANCEL, word.symbol, client_order_id=word.client_order_id, venue_order_id=word.venue_order_id
            )
            if heard is not None and isinstance(heard.answer, OrderWord):
                cancelled += 1
                on_order(heard.answer)
    return Remaining(count, failed or f"{count} orders still open", cancelled)


def _open(scope: CancelScope) -> Generator[Step, Heard | None, tuple[list[OrderWord], str]]:
    ours: list[OrderWord] = []
    for symbol in scope.symbols:
        heard = yield Ask(Kind.OPEN_ORDERS, symbol)
        if heard is None or not isinstance(heard.answer, Orders):
            return ours, f"open orders of {symbol} could not be read"
        ours += [w for w in heard.answer.words if parse_of_desk(w.client_order_id, scope.desk) is not None]
    return ours, ""
