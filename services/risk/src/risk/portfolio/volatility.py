"""Volatility of a mid: a fast and a slow estimate, and the largest move within a second. Signals, so floats."""

import math

from risk.portfolio.sliding_max import SlidingMax

NS_PER_S = 1_000_000_000
_STEP_NS = NS_PER_S
"""The estimates move on a grid of one second, so that a flicker of the top within it is no volatility."""


class VolatilityEstimate:
    """EWMA of squared returns per second, in bps, with two time constants."""

    def __init__(self, fast_s: float, slow_s: float) -> None:
        """Nothing is known yet."""
        self._fast_s, self._slow_s = fast_s, slow_s
        self._fast = self._slow = 0.0
        self._log_mid = 0.0
        self._at_ns: int | None = None
        self._highs, self._lows = SlidingMax[float](NS_PER_S), SlidingMax[float](NS_PER_S)
        self.age_s = 0.0
        """Seconds of data so far."""
        self.jump_bps = 0.0
        """Largest distance of the last mid from any mid within the second before it."""

    @property
    def fast_bps(self) -> float:
        """Fast estimate, bps per square root of a second."""
        return math.sqrt(self._fast)

    @property
    def slow_bps(self) -> float:
        """Slow estimate, bps per square root of a second."""
        return math.sqrt(self._slow)

    def on_mid(self, mid: float, now_ns: int) -> None:
        """Take a mid, finite and above zero."""
        log_mid = math.log(mid)
        up = log_mid + self._lows.add(-log_mid, now_ns)
        down = self._highs.add(log_mid, now_ns) - log_mid
        self.jump_bps = 1e4 * max(up, down)
        if self._at_ns is None:
            self._log_mid, self._at_ns = log_mid, now_ns
        elif now_ns - self._at_ns >= _STEP_NS:
            self._step(log_mid, now_ns - self._at_ns)
            self._log_mid, self._at_ns = log_mid, now_ns

    def _step(self, log_mid: float, passed_ns: int) -> None:
        passed_s = passed_ns / NS_PER_S
        squared = (1e4 * (log_mid - self._log_mid)) ** 2 / passed_s
        self._fast += (1 - math.exp(-passed_s / self._fast_s)) * (squared - self._fast)
        self._slow += (1 - math.exp(-passed_s / self._slow_estimate_s(passed_s))) * (squared - self._slow)
        self.age_s += passed_s

    def _slow_estimate_s(self, passed_s: float) -> float:
        """While there is less data than the time constant all of it counts alike: the start would weigh too much."""
        return min(self._slow_s, max(self.age_s, passed_s))
