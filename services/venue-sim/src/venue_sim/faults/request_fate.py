"""What befalls one request: never looked at, refused, or done with a reply that is late, lost or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from venue_sim.faults.fault import Fault, FaultKind


@dataclass(frozen=True, slots=True)
class Wording:
    """A refusal the fault words itself: HTTP status, code, message, and how long to wait."""

    status: int
    code: int
    message: str
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RequestFate:
    """`executed` is whether the exchange sees the request, `answered` whether the client sees any reply."""

    executed: bool = True
    answered: bool = True
    delay_ms: int = 0
    events_first: bool = False
    fill_on_place: bool = False
    """A new order that rests is filled at once, and its fill goes out before the reply."""
    fill_on_cancel: bool = False
    wording: Wording | None = None
    """What the client is told instead of the truth."""


_UNKNOWN_STATUS = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
_HTTP_WORDS = {
    418: (
        -1003,
        "Way too much request weight used; IP banned. Please use WebSocket Streams for live updates to avoid bans.",
    ),
    429: (
        -1003,
        "Too much request weight used. Please use WebSocket Streams for live updates to avoid polling the API.",
    ),
    503: (-1000, "Unknown error, please check your request or try again later."),
}


def fate(faults: Mapping[FaultKind, Fault]) -> RequestFate:
    """Combine the faults that befall a request; the gravest decides whether it is executed and answered."""
    if FaultKind.LOST_REQUEST in faults:
        return RequestFate(executed=False, answered=False)
    wording, executed = _wording(faults)
    delayed = faults.get(FaultKind.DELAY_ACK)
    early = faults.get(FaultKind.FILL_BEFORE_ACK)
    delay_ms = max(delayed.delay_ms if delayed else 0, early.delay_ms if early else 0)
    return RequestFate(
        executed=executed,
        answered=FaultKind.DROP_ACK not in faults,
        delay_ms=delay_ms,
        events_first=early is not None or delay_ms > 0,
        fill_on_place=early is not None,
        fill_on_cancel=FaultKind.FILL_ON_CANCEL in faults,
        wording=wording,
    )


def _wording(faults: Mapping[FaultKind, Fault]) -> tuple[Wording | None, bool]:
    if (reject := faults.get(FaultKind.REJECT)) is not None:
        return Wording(400, reject.code, reject.message or "Rejected by a fault."), reject.executed
    if (http := faults.get(FaultKind.HTTP)) is not None:
        code, message = _HTTP_WORDS.get(http.status, (-1000, "An unknown error occurred while processing the request."))
        wait_ms = http.retry_after_ms if http.status in (418, 429) else None
        return Wording(http.status, code, http.message or message, wait_ms), http.executed
    if (unknown := faults.get(FaultKind.STATUS_UNKNOWN)) is not None:
        return Wording(408, -1007, unknown.message or _UNKNOWN_STATUS), unknown.executed
    return None, True
