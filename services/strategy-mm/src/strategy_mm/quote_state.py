"""Why each side is or is not quoted: one reason, since when, with numbers, and what a human can do about it."""

from enum import StrEnum

from crossbook.messages.base import Side
from crossbook.messages.orders import QuoteState


class Reason(StrEnum):
    """Every reason for a missing quote. The order is that of precedence: the first that holds is the one named."""

    DISABLED = "disabled"
    STOPPING = "stopping"
    OMS_DOWN = "oms_down"
    SYNCING = "syncing"
    HALTED = "halted"
    VENUE_DOWN = "venue_down"
    INSTRUMENT_UNKNOWN = "instrument_unknown"
    INSTRUMENT_NOT_TRADING = "instrument_not_trading"
    FEES_UNKNOWN = "fees_unknown"
    NO_BOOK = "no_book"
    BOOK_INVALID = "book_invalid"
    BOOK_STALE = "book_stale"
    BOOK_ONE_SIDED = "book_one_sided"
    BOOK_CROSSED = "book_crossed"
    SPREAD_TOO_WIDE = "spread_too_wide"
    REFERENCE_STALE = "reference_stale"
    FLOOR_ABOVE_MAX = "floor_above_max"
    INVENTORY_LIMIT = "inventory_limit"
    SIZE_BELOW_MINIMUM = "size_below_minimum"
    SWEPT = "swept"
    ORDER_UNKNOWN = "order_unknown"
    BACKOFF = "backoff"
    COOLING_DOWN = "cooling_down"
    AWAITING_VENUE = "awaiting_venue"


ADVICE: dict[Reason, str] = {
    Reason.DISABLED: "set enabled = true for this instrument",
    Reason.STOPPING: "the strategy is stopping",
    Reason.OMS_DOWN: "check the oms process: crossbook status",
    Reason.SYNCING: "waits for the oms to state our orders and position; passes by itself",
    Reason.HALTED: "crossbook status shows the halt; crossbook resume SCOPE once its cause is gone",
    Reason.VENUE_DOWN: "the gateway has no working connection; passes when it is back",
    Reason.INSTRUMENT_UNKNOWN: "check the symbol in the gateway's configuration",
    Reason.INSTRUMENT_NOT_TRADING: "the venue has stopped trading in it",
    Reason.FEES_UNKNOWN: "set spread.assumed_maker_fee_bps, or let the key read its fees",
    Reason.NO_BOOK: "waits for the first book; check that the gateway subscribes to it",
    Reason.BOOK_INVALID: "the gateway is resynchronising this book",
    Reason.BOOK_STALE: "the venue has not proved this book recently; check its connection",
    Reason.BOOK_ONE_SIDED: "the market has no bid or no ask",
    Reason.BOOK_CROSSED: "the book is crossed; the gateway resynchronises it when that lasts",
    Reason.SPREAD_TOO_WIDE: "the market is wider than guards.max_spread_bps",
    Reason.REFERENCE_STALE: "the reference instrument has no fresh book",
    Reason.FLOOR_ABOVE_MAX: "fee and adverse selection exceed spread.max_half_bps",
    Reason.INVENTORY_LIMIT: "the position is at its limit on this side",
    Reason.SIZE_BELOW_MINIMUM: "the size after scaling and taper is under the venue's minimum",
    Reason.SWEPT: "several fills of this side came at once; passes after guards.sweep_pause_ms",
    Reason.ORDER_UNKNOWN: "the venue has not said what became of an order; it is being asked",
    Reason.BACKOFF: "the last order was refused; the numbers say by whom and why",
    Reason.COOLING_DOWN: "pause after a fill; passes after guards.fill_cooldown_ms",
    Reason.AWAITING_VENUE: "an order is on its way",
}
"""One line of advice per reason; the console shows it under `crossbook why`."""


class Blocked(Exception):
    """A quote may not stand, with its reason and numbers (`key=value`)."""

    def __init__(self, reason: Reason, context: str = "") -> None:
        """`context` holds the numbers that were compared."""
        super().__init__(f"{reason} {context}")
        self.reason = reason
        self.context = context


class SideState:
    """State of one side of one instrument; `since_ns` moves only when the reason changes."""

    __slots__ = ("_context", "_reason", "_since_ns", "changed", "instrument", "side")

    def __init__(self, instrument: str, side: Side, now_ns: int) -> None:
        """A side starts blocked, waiting for its book."""
        self.instrument = instrument
        self.side = side
        self._reason: Reason | None = Reason.SYNCING
        self._context = ""
        self._since_ns = now_ns
        self.changed = True

    @property
    def reason(self) -> Reason | None:
        """None while quoting."""
        return self._reason

    def set(self, reason: Reason | None, context: str, now_ns: int) -> None:
        """Note the present reason (None: quoting) and its numbers."""
        self._context = context
        if reason is not self._reason:
            self._reason, self._since_ns, self.changed = reason, now_ns, True

    def report(self) -> QuoteState:
        """The state as it goes over the wire."""
        quoting = self._reason is None
        return QuoteState(
            instrument=self.instrument,
            side=self.side,
            state="quoting" if quoting else "blocked",
            reason="" if self._reason is None else self._reason.value,
            since_ns=self._since_ns,
            context=self._context,
            advice="" if self._reason is None else ADVICE[self._reason],
        )
