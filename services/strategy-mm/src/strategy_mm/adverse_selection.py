"""How much the price moves against us after our fills: EWMA of the negative markout at 10 s, per quote level."""

from collections import deque
from typing import NamedTuple

from crossbook.messages.base import Side
from strategy_mm.parameters import SpreadParameters

HORIZON_NS = 10_000_000_000
_MAX_WAITING = 10_000


class _Waiting(NamedTuple):
    due_ns: int
    level: int
    side: Side
    price: float


class AdverseSelection:
    """Fed with our maker fills and with mids; starts at the pessimistic prior."""

    __slots__ = ("_cost_bps", "_prior_bps", "_share", "_waiting")

    def __init__(self, parameters: SpreadParameters) -> None:
        """`adverse_fills` is the number of fills the average remembers."""
        self.retune(parameters)
        self._cost_bps: dict[int, float] = {}
        self._waiting: deque[_Waiting] = deque(maxlen=_MAX_WAITING)

    def retune(self, parameters: SpreadParameters) -> None:
        """New prior and memory; what was measured is kept."""
        self._prior_bps = parameters.adverse_prior_bps
        self._share = 1.0 / parameters.adverse_fills

    def on_fill(self, level: int, side: Side, price: float, now_ns: int) -> None:
        """A maker fill of the given level; its markout is taken 10 s later."""
        self._waiting.append(_Waiting(now_ns + HORIZON_NS, level, side, price))

    def on_mid(self, mid: float, now_ns: int) -> None:
        """Take the markouts that have fallen due, at this mid."""
        while self._waiting and self._waiting[0].due_ns <= now_ns:
            fill = self._waiting.popleft()
            cost_bps = -1e4 * fill.side * (mid / fill.price - 1.0)
            before = self._cost_bps.get(fill.level, self._prior_bps)
            self._cost_bps[fill.level] = before + self._share * (cost_bps - before)

    def bps(self, level: int) -> float:
        """Expected loss per fill of a level, in bps; never below zero: a lucky streak is no reason to quote nearer."""
        return max(0.0, self._cost_bps.get(level, self._prior_bps))
