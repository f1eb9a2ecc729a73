"""Keeps a fault that repeats from flooding the log: few lines a second of each event and of all, the rest counted."""

from collections.abc import Callable
from typing import Any, Final

import structlog
from structlog.typing import EventDict

_SECOND_NS: Final = 1_000_000_000
_MAX_EVENTS: Final = 1_000
"""Events remembered at once; text that varies in `event` itself must not become a leak."""


class LineLimit:
    """Lets `per_event` lines a second of each event pass, and `in_total` of all; says later how many it held back."""

    def __init__(self, now_ns: Callable[[], int], *, per_event: int = 10, in_total: int = 50) -> None:
        """`now_ns` gives monotonic time."""
        self._now_ns = now_ns
        self._per_event, self._in_total = per_event, in_total
        self._window_ns = now_ns()
        self._passed: dict[str, int] = {}
        self._total = 0
        self._held: dict[str, int] = {}

    def __call__(self, logger: Any, method: str, event: EventDict) -> EventDict:
        """structlog processor: raises DropEvent for a line too many, else adds `repeated` where some were held back.

        What ends a process (`critical`) is never held back.
        """
        if method == "critical":
            return event
        key = f"{event.get('event')}/{event.get('logger', '')}"
        if not self.passes(key):
            raise structlog.DropEvent
        held = self._held.pop(key, 0)
        if held:
            event["repeated"] = held
        return event

    def passes(self, key: str) -> bool:
        """Whether one more line of `key` may be written now; counts it, written or not."""
        now_ns = self._now_ns()
        if now_ns - self._window_ns >= _SECOND_NS:
            self._window_ns, self._total = now_ns, 0
            self._passed.clear()
        passed = self._passed.get(key, 0)
        if passed >= self._per_event or self._total >= self._in_total:
            key = key if key in self._held or len(self._held) < _MAX_EVENTS else "others/"
            self._held[key] = self._held.get(key, 0) + 1
            return False
        self._passed[key] = passed + 1
        self._total += 1
        return True

    def take_held(self) -> dict[str, int]:
        """How many lines of each event were held back and never mentioned, and forget them."""
        held, self._held = self._held, {}
        return held
