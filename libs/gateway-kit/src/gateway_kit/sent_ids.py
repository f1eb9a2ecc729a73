"""Which orders were already sent: the same place must never leave twice (promise P1).

Order ids grow, and commands of one OMS arrive in order, so the newest ids suffice as memory: an id below the oldest
one remembered can only be a repeat, and counts as sent.
"""

from collections import deque


class SentIds:
    """A bounded memory of order ids that errs on the side of "was sent"."""

    def __init__(self, capacity: int = 200_000) -> None:
        """Nothing sent yet."""
        self._order: deque[int] = deque()
        self._ids: set[int] = set()
        self._capacity = capacity
        self._floor = -1

    def __contains__(self, order_id: int) -> bool:
        """Whether it was sent, or is so old that it must have been."""
        return order_id <= self._floor or order_id in self._ids

    def add(self, order_id: int) -> None:
        """Remember it; the oldest one goes below the floor when there are too many."""
        if order_id in self._ids:
            return
        self._ids.add(order_id)
        self._order.append(order_id)
        if len(self._order) > self._capacity:
            oldest = self._order.popleft()
            self._ids.discard(oldest)
            self._floor = max(self._floor, oldest)
