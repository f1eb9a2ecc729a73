"""How the venue's clock stands to ours, from request mid-points; the exchange with the shortest round trip counts.

Measured against the host's monotonic clock, so that a wall clock that jumps (NTP, a resumed laptop) moves nothing that
is sent to the venue.
"""

from collections import deque
from typing import NamedTuple


class _Sample(NamedTuple):
    round_trip_ns: int
    offset_ns: int


class ClockOffset:
    """The venue's time as seen from here, over the last `window` exchanges."""

    __slots__ = ("_samples",)

    def __init__(self, window: int = 8) -> None:
        """Not known yet."""
        self._samples: deque[_Sample] = deque(maxlen=window)

    def take(self, sent_ns: int, received_ns: int, venue_time_ns: int) -> None:
        """An answer, sent for and received at these monotonic times, said that it is `venue_time_ns` (Unix).

        Raises ValueError when it was received before it was sent.
        """
        round_trip = received_ns - sent_ns
        if round_trip < 0:
            raise ValueError(f"an answer was received {-round_trip} ns before it was asked for")
        self._samples.append(_Sample(round_trip, venue_time_ns - (sent_ns + round_trip // 2)))

    @property
    def is_known(self) -> bool:
        """Whether there was any exchange."""
        return bool(self._samples)

    @property
    def round_trip_ns(self) -> int:
        """The shortest round trip in the window, twice the most that the estimate can be wrong; 0 when unknown."""
        return min(self._samples).round_trip_ns if self._samples else 0

    def venue_time_ns(self, now_ns: int) -> int:
        """The venue's Unix time at monotonic time `now_ns`; raises LookupError before any exchange."""
        if not self._samples:
            raise LookupError("the venue's clock has not been read yet")
        return now_ns + min(self._samples).offset_ns

    def ahead_ms(self, now_ns: int, now_time_ns: int) -> float:
        """How far the venue's clock is ahead of our wall clock; 0 when unknown. For health and alerts."""
        return (self.venue_time_ns(now_ns) - now_time_ns) / 1e6 if self._samples else 0.0
