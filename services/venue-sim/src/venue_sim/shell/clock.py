"""The venue's clock: the host's wall clock plus a skew that a fault can set."""

from __future__ import annotations

import time


class VenueClock:
    """Wall-clock time as the venue sees it, never going backwards by itself.

    `trading_ns` drives the exchange and is not skewed; `server_ms` is what requests are judged by and replies carry.
    """

    def __init__(self) -> None:
        self.skew_ms = 0
        self._last_ns = 0

    def trading_ns(self) -> int:
        """Unix epoch in nanoseconds, never decreasing."""
        self._last_ns = max(self._last_ns, time.time_ns())
        return self._last_ns

    def trading_ms(self) -> int:
        """Unix epoch in milliseconds, never decreasing."""
        return self.trading_ns() // 1_000_000

    def server_ms(self) -> int:
        """What the venue believes the time to be."""
        return self.trading_ms() + self.skew_ms
