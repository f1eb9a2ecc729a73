"""Time as an argument: what a process reads the time from, and what a test winds by hand.

Two times, never mixed. `monotonic_ns` is CLOCK_MONOTONIC of the host: the same in every process on it, and never set
back, so ages, deadlines and `*_ns` stamps use it. `time_ns` is the wall clock (Unix epoch) for what people and venues
read, `*_time_ns`. Core code never reads a clock: it is given `now_ns`.
"""

import time
from typing import Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """Where a shell reads the time."""

    def monotonic_ns(self) -> int:
        """Nanoseconds of CLOCK_MONOTONIC, comparable between the processes of one host."""
        ...

    def time_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""
        ...


class SystemClock:
    """The host's clocks. The methods are the functions of `time` themselves: no Python frame in between."""

    monotonic_ns = staticmethod(time.monotonic_ns)
    time_ns = staticmethod(time.time_ns)


class ManualClock:
    """A clock that moves only when told to; both times move together unless the wall clock is stepped."""

    def __init__(self, monotonic_ns: int = 0, time_ns: int = 1_700_000_000_000_000_000) -> None:
        self._monotonic_ns = monotonic_ns
        self._time_ns = time_ns

    def monotonic_ns(self) -> int:
        """The hand-set monotonic time."""
        return self._monotonic_ns

    def time_ns(self) -> int:
        """The hand-set wall-clock time."""
        return self._time_ns

    def advance_ns(self, nanoseconds: int) -> int:
        """Move both clocks on and return the new monotonic time; raises ValueError if asked to move it back."""
        if nanoseconds < 0:
            raise ValueError(f"a monotonic clock cannot go back by {-nanoseconds} ns")
        self._monotonic_ns += nanoseconds
        self._time_ns += nanoseconds
        return self._monotonic_ns

    def advance_ms(self, milliseconds: int) -> int:
        """`advance_ns` in milliseconds."""
        return self.advance_ns(milliseconds * 1_000_000)

    def step_wall_clock_ns(self, nanoseconds: int) -> None:
        """Set the wall clock on or back, as NTP or an operator may; the monotonic time does not notice."""
        self._time_ns += nanoseconds
