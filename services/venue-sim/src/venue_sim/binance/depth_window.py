"""Changes of a book gathered over one interval of a depth stream."""

from __future__ import annotations

from dataclasses import dataclass, field

from venue_sim.exchange.api import Atoms, LevelChanged, Side


@dataclass(frozen=True, slots=True)
class DepthDiff:
    """One depth event to be: last quantity of every touched price, and the span of update ids it covers."""

    symbol: str
    first_id: int
    last_id: int
    previous_last_id: int
    """`last_id` of the event before it on the same stream."""
    bids: dict[Atoms, Atoms]
    asks: dict[Atoms, Atoms]
    changed_ms: int


@dataclass(slots=True)
class DepthWindow:
    """Gathers level changes until it is due; `speed_ms` 0 is due whenever something changed."""

    symbol: str
    speed_ms: int
    last_id: int
    due_ms: int = 0
    _first_id: int = 0
    _previous_last_id: int = 0
    _bids: dict[Atoms, Atoms] = field(default_factory=dict)
    _asks: dict[Atoms, Atoms] = field(default_factory=dict)
    _changed_ms: int = 0

    def add(self, change: LevelChanged) -> None:
        """Note a change; only the last quantity of a price counts."""
        if not self._first_id:
            self._first_id, self._previous_last_id = change.update_id, self.last_id
        self.last_id = change.update_id
        self._changed_ms = change.time_ms
        (self._bids if change.side is Side.BUY else self._asks)[change.price] = change.quantity

    def take(self, now_ms: int) -> DepthDiff | None:
        """What has gathered, when the interval is over and anything did; a new interval begins."""
        if now_ms < self.due_ms:
            return None
        if self.speed_ms:
            self.due_ms = now_ms - now_ms % self.speed_ms + self.speed_ms
        if not self._first_id:
            return None
        bids, asks = self._bids, self._asks
        diff = DepthDiff(
            self.symbol, self._first_id, self.last_id, self._previous_last_id, bids, asks, self._changed_ms
        )
        self._first_id, self._bids, self._asks = 0, {}, {}
        return diff
