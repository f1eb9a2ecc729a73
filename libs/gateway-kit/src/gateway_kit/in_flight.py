"""Requests that left and are not answered yet, each with a deadline after which its outcome is unknown."""

from dataclasses import dataclass

from crossbook.messages.base import Operation
from crossbook.messages.gateway import AmendOrder, CancelOrder, PlaceOrder
from gateway_kit.order_records import OrderRecord
from gateway_kit.requests import Channel, Outgoing

_FORGET_OVERDUE_NS = 600_000_000_000


@dataclass(slots=True)
class Sent:
    """One request on its way, and the command it came from."""

    outgoing: Outgoing
    operation: Operation
    record: OrderRecord
    command: PlaceOrder | AmendOrder | CancelOrder
    overdue: bool = False


class InFlight:
    """By key. An overdue request stays here for ten minutes: its late answer is still the venue's word."""

    def __init__(self, timeout_ms: int) -> None:
        """`timeout_ms`: from sending to "unknown"."""
        self._timeout_ns = timeout_ms * 1_000_000
        self._sent: dict[int, Sent] = {}
        self._key = 0

    def next_key(self) -> int:
        """A number for the next request; odd, so that keys of questions (even) never meet it."""
        self._key += 2
        return self._key + 1

    def add(self, sent: Sent) -> None:
        """It is about to leave."""
        self._sent[sent.outgoing.key] = sent

    def take(self, key: int) -> Sent | None:
        """Answered: it is no longer in flight. None when no such request is known."""
        return self._sent.pop(key, None)

    def take_all(self, channel: Channel) -> list[Sent]:
        """Everything that left over this channel and is not overdue; none of it will be answered."""
        lost = [s for s in self._sent.values() if s.outgoing.channel is channel]
        for sent in lost:
            del self._sent[sent.outgoing.key]
        return [sent for sent in lost if not sent.overdue]

    def overdue(self, now_ns: int) -> list[Sent]:
        """Requests whose time has just run out; each is named once."""
        late = [s for s in self._sent.values() if not s.overdue and now_ns - s.outgoing.sent_ns > self._timeout_ns]
        for sent in late:
            sent.overdue = True
        for key in [k for k, s in self._sent.items() if now_ns - s.outgoing.sent_ns > _FORGET_OVERDUE_NS]:
            del self._sent[key]
        return late

    def __len__(self) -> int:
        """Number of requests without an answer."""
        return sum(not sent.overdue for sent in self._sent.values())
