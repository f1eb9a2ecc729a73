"""The messages of one market's captures in order, moved in time so that the first is now."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from venue_sim.background.capture import Captured, market_of, parse_line

_PEEKED = 400
"""Messages looked at to recognise the market and to measure the recorder's clock against the venue's."""
_MS = 1_000_000

OpenLines = Callable[[], Iterator[str]]
"""Opens a capture from its beginning; called again at each rewind."""


class ReplayStream:
    """Captures of one market read one after the other, lazily. Raises ValueError for what is no capture."""

    def __init__(self, openers: list[OpenLines]) -> None:
        self._openers = openers
        self._ahead: deque[Captured] = deque()
        self._messages: Iterator[Captured] = iter(())
        self.restart()
        self.market = self._recognised()
        self.first_received_ns = self._ahead[0].received_ns
        self._clock_error_ms = self._measured_clock_error()

    def restart(self) -> None:
        """Back to the first line."""
        lines = chain.from_iterable(opened() for opened in self._openers)
        parsed = (parse_line(line) for line in lines)
        self._messages = (captured for captured in parsed if captured is not None)
        self._ahead.clear()
        for captured in self._messages:
            self._ahead.append(captured)
            if len(self._ahead) >= _PEEKED:
                break

    def peek(self) -> Captured | None:
        """The next message, None at the end."""
        if not self._ahead:
            following = next(self._messages, None)
            if following is None:
                return None
            self._ahead.append(following)
        return self._ahead[0]

    def take(self) -> Captured:
        """The next message, removed (IndexError at the end)."""
        self.peek()
        return self._ahead.popleft()

    def moved(self, captured: Captured, shift_ns: int, now_ms: int) -> dict[str, Any]:
        """The message with its times moved by `shift_ns`, freed of the recorder's clock error, never after now."""
        message = dict(captured.message)
        shift_ms = shift_ns // _MS - self._clock_error_ms
        for key in ("E", "T"):
            stamp = message.get(key)
            if isinstance(stamp, int):
                message[key] = min(now_ms, stamp + shift_ms)
        return message

    def _recognised(self) -> str:
        told = {market_of(captured) for captured in self._ahead if captured.channel != "snapshot"} - {None}
        told = told or {market_of(captured) for captured in self._ahead} - {None}
        if not told:
            raise ValueError("no message of a known market in the beginning of the capture")
        if len(told) > 1:
            raise ValueError("messages of spot and USD-M in one capture: record each market into its own file")
        return str(told.pop())

    def _measured_clock_error(self) -> int:
        """Least (event time - receive time), ms: what the venue's clock was ahead, transit taken as nothing."""
        ahead = [
            captured.event_ms - captured.received_ns // _MS for captured in self._ahead if captured.event_ms is not None
        ]
        return max(ahead, default=0)
