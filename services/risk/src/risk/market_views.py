"""The OMS's own view of each instrument's market: an order's price and age are held against it."""

from dataclasses import dataclass

from crossbook.messages.base import Side
from crossbook.messages.market import BookDepth, BookInvalid, BookProved, BookTop

_BELIEVABLE = 1e15
"""No price of anything traded is above it."""


@dataclass(slots=True)
class MarketView:
    """Best prices, last good mid, and when the venue last proved them."""

    bid: float = 0.0
    bid_size: float = 0.0
    ask: float = 0.0
    ask_size: float = 0.0
    mid: float = 0.0
    """Last good mid: of the last book that had both sides and was not crossed; 0 when there was none."""
    proved_ns: int = 0
    update_id: int = -1
    invalid: str = "no market data yet"
    """Why nothing may be priced from this book; empty when it is good."""
    depth: BookDepth | None = None

    def on_top(self, top: BookTop) -> None:
        """Take a new top of book. One that is one-sided, crossed or not finite leaves the last good mid alone."""
        self.bid, self.bid_size, self.ask, self.ask_size = top.bid, top.bid_size, top.ask, top.ask_size
        self.update_id = top.update_id
        if 0.0 < top.bid < top.ask < _BELIEVABLE:
            self.mid = (top.bid + top.ask) / 2
            self.proved_ns = max(self.proved_ns, top.received_ns)
            self.invalid = ""
        else:
            self.invalid = "one_sided" if not top.bid or not top.ask else "crossed"

    def on_invalid(self, message: BookInvalid) -> None:
        """The book may be wrong: nothing is priced from it until the next good top."""
        self.invalid = message.reason or "invalid"
        self.depth = None

    def on_proved(self, message: BookProved) -> None:
        """A quiet book was compared with the venue and still holds."""
        if not self.invalid:
            self.proved_ns = max(self.proved_ns, message.proved_ns)

    def on_depth(self, depth: BookDepth) -> None:
        """Take the levels behind the top."""
        self.depth = depth

    def opposite(self, side: Side) -> float:
        """The best price an order on `side` could take; 0 when there is none."""
        return self.ask if side is Side.BUY else self.bid

    def size_within(self, side: Side, limit: float) -> float:
        """Base quantity that an order on `side` could take at `limit` or better."""
        best, size = (self.ask, self.ask_size) if side is Side.BUY else (self.bid, self.bid_size)
        at_top = size if best and side * (limit - best) >= 0 else 0.0
        if self.depth is None:
            return at_top
        levels = self.depth.asks if side is Side.BUY else self.depth.bids
        behind = sum(
            levels[at + 1]
            for at in range(0, len(levels) - 1, 2)
            if side * (limit - levels[at]) >= 0 and side * (levels[at] - best) > 0
        )
        return at_top + behind
