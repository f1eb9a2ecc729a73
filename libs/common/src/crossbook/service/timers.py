"""Repeated calls on the event loop."""

import asyncio
from collections.abc import Callable


class Timer:
    """Calls `callback` every `interval_ms`; what an overloaded loop could not do in time is left out, not caught up."""

    def __init__(self, loop: asyncio.AbstractEventLoop, interval_ms: int, callback: Callable[[], object]) -> None:
        """First call one interval from now; raises ValueError for an interval that is not positive."""
        if interval_ms <= 0:
            raise ValueError(f"a timer cannot have an interval of {interval_ms} ms")
        self._loop, self._callback = loop, callback
        self._interval_s = interval_ms / 1_000
        self._due_s = loop.time() + self._interval_s
        self._handle = loop.call_at(self._due_s, self._fire)

    def cancel(self) -> None:
        """Call no more."""
        self._handle.cancel()

    def _fire(self) -> None:
        self._due_s = max(self._due_s + self._interval_s, self._loop.time())
        self._handle = self._loop.call_at(self._due_s, self._fire)  # before the callback, which may cancel
        self._callback()
