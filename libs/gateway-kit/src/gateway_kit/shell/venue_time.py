"""The venue's clock as requests need it, and how sure it is."""

from collections.abc import Callable

from crossbook.clock import Clock
from gateway_kit.clock_offset import ClockOffset


class VenueTime:
    """Milliseconds of the venue's clock, kept slightly behind: a stamp from the future is refused outright."""

    def __init__(self, clock: Clock, offset: ClockOffset, resync: Callable[[], None]) -> None:
        """`offset` is kept up by the market side; `resync` asks the venue for its time now."""
        self._clock = clock
        self._offset = offset
        self.resync = resync

    def ms(self, now_ns: int) -> int:
        """Unix milliseconds at the venue now; this host's own clock while the venue's has not been read."""
        if self._offset.is_known:
            return (self._offset.venue_time_ns(now_ns) - self._offset.round_trip_ns // 2) // 1_000_000
        return self._clock.time_ns() // 1_000_000

    def unsure(self, now_ns: int, limit_ms: float) -> str:
        """Why no order should be stamped with it; empty when it is good."""
        if not self._offset.is_known:
            return "the venue's clock has not been read yet"
        ahead_ms = self._offset.ahead_ms(now_ns, self._clock.time_ns())
        return f"the venue's clock is {ahead_ms:.0f} ms ahead of ours" if abs(ahead_ms) > limit_ms else ""
