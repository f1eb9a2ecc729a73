"""Volatility of the mid: EWMA of squared changes on a 1 s grid, the larger of a fast and a slow one."""

import math

from strategy_mm.parameters import VolatilityParameters

_GRID_NS = 1_000_000_000
_MAX_STEP_NS = 10 * _GRID_NS


class Volatility:
    """Feed it mids; read `bps`: the standard deviation of the relative change over one second, in bps."""

    __slots__ = ("_fast", "_last_mid", "_last_ns", "_parameters", "_seen_s", "_slow")

    def __init__(self, parameters: VolatilityParameters) -> None:
        """Both estimates start at the configured initial one."""
        self._parameters = parameters
        initial = (parameters.initial_bps / 1e4) ** 2
        self._fast = initial
        self._slow = initial
        self._last_mid = 0.0
        self._last_ns = 0
        self._seen_s = 0.0

    def retune(self, parameters: VolatilityParameters) -> None:
        """New time constants; what was measured is kept."""
        self._parameters = parameters

    def on_mid(self, mid: float, now_ns: int) -> None:
        """Take the mid once a second; more frequent calls cost one comparison. After a hole it starts a new step."""
        elapsed_ns = now_ns - self._last_ns
        if elapsed_ns < _GRID_NS:
            return
        if self._last_mid > 0 and elapsed_ns <= _MAX_STEP_NS:
            self._step(mid / self._last_mid - 1.0, elapsed_ns / 1e9)
        self._last_mid, self._last_ns = mid, now_ns

    def _step(self, change: float, seconds: float) -> None:
        variance = change * change / seconds
        self._fast += (1 - math.exp(-seconds / self._parameters.fast_seconds)) * (variance - self._fast)
        self._slow += (1 - math.exp(-seconds / self._parameters.slow_seconds)) * (variance - self._slow)
        self._seen_s += seconds

    @property
    def bps(self) -> float:
        """Expected move in bps per square-root second; never under the initial estimate while warming up."""
        measured = 1e4 * math.sqrt(max(self._fast, self._slow))
        if self._seen_s < self._parameters.warm_up_seconds:
            return max(measured, self._parameters.initial_bps)
        return measured
