"""Cancels that could not be sent yet: each is tried again until it leaves, or for ten seconds."""

from typing import NamedTuple

from crossbook.messages.gateway import CancelOrder

_AGAIN_NS = 100_000_000
_GIVE_UP_NS = 10_000_000_000


class _PutOff(NamedTuple):
    order: CancelOrder
    due_ns: int
    first_ns: int


class PutOffCancels:
    """By order id; a cancel is wanted even when it is late, but the OMS must hear when it cannot be had."""

    def __init__(self) -> None:
        """None put off."""
        self._waiting: dict[int, _PutOff] = {}

    def __len__(self) -> int:
        """Number of cancels that wait."""
        return len(self._waiting)

    def put_off(self, order: CancelOrder, now_ns: int, *, at_once: bool = False) -> bool:
        """Try it again soon; False when it has been tried for too long and is given up."""
        known = self._waiting.get(order.order_id)
        first_ns = known.first_ns if known else now_ns
        if now_ns - first_ns > _GIVE_UP_NS:
            del self._waiting[order.order_id]
            return False
        self._waiting[order.order_id] = _PutOff(order, now_ns if at_once else now_ns + _AGAIN_NS, first_ns)
        return True

    def drop(self, order_id: int) -> None:
        """It was sent, or the order ended."""
        self._waiting.pop(order_id, None)

    def due(self, now_ns: int) -> list[CancelOrder]:
        """Those to try now."""
        return [put_off.order for put_off in self._waiting.values() if now_ns >= put_off.due_ns]
