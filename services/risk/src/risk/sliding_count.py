"""How often something happened within the last while, by key."""

from collections import deque
from collections.abc import Hashable


class SlidingCount:
    """Counts by key over a window of time, in memory that holds no more than the window."""

    def __init__(self, window_ns: int) -> None:
        """What happened longer than `window_ns` ago is forgotten."""
        self._window_ns = window_ns
        self._events: deque[tuple[int, Hashable]] = deque()
        self._counts: dict[Hashable, int] = {}

    def add(self, key: Hashable, now_ns: int) -> int:
        """Count it once more; how often it happened within the window, this time included."""
        self._forget(now_ns)
        self._events.append((now_ns, key))
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count

    def count(self, key: Hashable, now_ns: int) -> int:
        """How often it happened within the window."""
        self._forget(now_ns)
        return self._counts.get(key, 0)

    def reset(self, key: Hashable) -> None:
        """Forget what happened to `key` so far."""
        self._counts.pop(key, None)
        self._events = deque(event for event in self._events if event[1] != key)

    def _forget(self, now_ns: int) -> None:
        events, counts = self._events, self._counts
        while events and now_ns - events[0][0] >= self._window_ns:
            key = events.popleft()[1]
            counts[key] -= 1
            if not counts[key]:
                del counts[key]
