"""The largest of the values seen within the last while."""

from collections import deque
from decimal import Decimal
from typing import Generic, TypeVar

Value = TypeVar("Value", float, Decimal)


class SlidingMax(Generic[Value]):
    """Keeps only values that could still become the largest, so that each costs a constant time."""

    def __init__(self, window_ns: int) -> None:
        """Values older than `window_ns` no longer count; the newest always does."""
        self._window_ns = window_ns
        self._values: deque[tuple[int, Value]] = deque()

    def add(self, value: Value, now_ns: int) -> Value:
        """Add a value; the largest within the window, this one included."""
        values = self._values
        while values and values[-1][1] <= value:
            values.pop()
        values.append((now_ns, value))
        while now_ns - values[0][0] > self._window_ns:
            values.popleft()
        return values[0][1]

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
