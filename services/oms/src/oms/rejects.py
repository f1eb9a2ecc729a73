"""Reject storms: many refusals of a venue in a short time are told to a human once, until they stop."""

from collections import deque

from crossbook.messages.gateway import OrderRejected
from oms.context import Context
from oms.rows import Order

WINDOW_NS = 10_000_000_000


class Rejects:
    """Counts rejects per instrument over ten seconds."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._times: dict[str, deque[int]] = {}
        self._storms: dict[str, None] = {}

    def count(self, order: Order, message: OrderRejected) -> None:
        """Count one; the one that makes it a storm raises the alert."""
        now_ns = self._context.now_ns
        times = self._times.setdefault(order.instrument, deque())
        times.append(now_ns)
        while times and times[0] <= now_ns - WINDOW_NS:
            times.popleft()
        if len(times) < self._context.settings.reject_storm:
            self._storms.pop(order.instrument, None)
        elif order.instrument not in self._storms:
            self._storms[order.instrument] = None
            text = f"{len(times)} rejects within 10 s, the last: {message.code} {message.message}"
            self._context.out.alert("page", "reject_storm", order.instrument, text)
