"""What is known of one instrument's market: its newest book, whether it may be priced from, and how old it is."""

from crossbook.messages.base import Liveness
from crossbook.messages.market import BookDepth, BookInvalid, BookProved, BookTop, VenueHealth
from strategy_mm.parameters import GuardParameters
from strategy_mm.quote_state import Blocked, Reason


class MarketView:
    """Newest top and depth of an instrument, with the moment the venue last proved the top."""

    __slots__ = ("_health", "_invalid", "depth", "proved_ns", "seq", "top")

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.top: BookTop | None = None
        self.depth: BookDepth | None = None
        self.seq = 0
        self.proved_ns = 0
        self._invalid = ""
        self._health: VenueHealth | None = None

    def on_top(self, top: BookTop, seq: int) -> None:
        """A new best quote: the book is valid again."""
        self.top, self.seq, self.proved_ns, self._invalid = top, seq, top.received_ns, ""

    def on_depth(self, depth: BookDepth) -> None:
        """A new picture of the levels behind the top."""
        self.depth = depth

    def on_invalid(self, message: BookInvalid) -> None:
        """Nothing may be priced from the book until the next top."""
        self.top = self.depth = None
        self._invalid = message.reason

    def on_proved(self, message: BookProved) -> None:
        """The venue confirmed the present book: its age counts from there."""
        if self.top is not None:
            self.proved_ns = max(self.proved_ns, message.proved_ns)

    def on_health(self, health: VenueHealth) -> None:
        """Health of the instrument's venue and market."""
        self._health = health

    def lost(self) -> None:
        """Messages were missed: what is known may be wrong until the present state has been sent again."""
        self.top = self.depth = None
        self._invalid = "bus_gap"

    def usable_top(self, guards: GuardParameters, now_ns: int) -> BookTop:
        """The newest top if it may be priced from. Raises Blocked with the reason why not."""
        if self._health is not None and self._health.state in (Liveness.DOWN, Liveness.MAINTENANCE):
            raise Blocked(Reason.VENUE_DOWN, f"state={self._health.state} reason={self._health.reason}")
        if self.top is None:
            if self._invalid:
                raise Blocked(Reason.BOOK_INVALID, f"cause={self._invalid}")
            raise Blocked(Reason.NO_BOOK)
        self._check_age(guards, now_ns)
        _check_shape(self.top, guards)
        return self.top

    def _check_age(self, guards: GuardParameters, now_ns: int) -> None:
        age_ms = (now_ns - self.proved_ns) / 1e6
        if age_ms > guards.max_data_age_ms:
            raise Blocked(Reason.BOOK_STALE, f"age_ms={age_ms:.0f} limit_ms={guards.max_data_age_ms:.0f}")


def _check_shape(top: BookTop, guards: GuardParameters) -> None:
    if not (top.bid > 0 and top.ask > 0 and top.bid_size > 0 and top.ask_size > 0):
        raise Blocked(Reason.BOOK_ONE_SIDED, f"bid={top.bid} ask={top.ask}")
    if top.bid >= top.ask:
        raise Blocked(Reason.BOOK_CROSSED, f"bid={top.bid} ask={top.ask}")
    spread_bps = 2e4 * (top.ask - top.bid) / (top.ask + top.bid)
    if spread_bps > guards.max_spread_bps:
        raise Blocked(Reason.SPREAD_TOO_WIDE, f"spread_bps={spread_bps:.2f} limit_bps={guards.max_spread_bps}")
