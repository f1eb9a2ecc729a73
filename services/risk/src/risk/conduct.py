"""Whether a strategy repeats itself: the same order again and again is a bug, not a wish."""

from risk.config import Conduct as ConductConfig
from risk.sliding_count import SlidingCount

NS_PER_MS = 1_000_000

SameOrder = tuple[object, ...]
"""What makes two orders the same: strategy, account, instrument, side, type, price and quantity (amends: the order)."""


class Conduct:
    """Counts what was sent and what was tried."""

    def __init__(self, config: ConductConfig) -> None:
        """Nothing was sent yet."""
        self._sent = SlidingCount(config.duplicate_window_ms * NS_PER_MS)
        self._tried = SlidingCount(config.runaway_window_ms * NS_PER_MS)

    def sent(self, same: SameOrder, now_ns: int) -> int:
        """How many like it were sent within the duplicate window."""
        return self._sent.count(same, now_ns)

    def tried(self, same: SameOrder, now_ns: int) -> int:
        """How many like it were asked for within the runaway window."""
        return self._tried.count(same, now_ns)

    def note_sent(self, same: SameOrder, now_ns: int) -> None:
        """It was approved."""
        self._sent.add(same, now_ns)

    def note_tried(self, same: SameOrder, now_ns: int) -> None:
        """It was asked for, and nothing but its repetition spoke against it."""
        self._tried.add(same, now_ns)
