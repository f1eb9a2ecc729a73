"""Captures through the very code that the gateway runs: lines in, events out, in order.

A snapshot among raw frames does not say whose it is. It belongs to the only symbol with a depth stream, or else to the
one whose prices and update ids fit; one that comes before any depth message waits for the first.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from crossbook.messages.base import Side
from gateway_kit.capture import Captured, read_line
from gateway_kit.decode_events import (
    AggTradeEvent,
    BookEvent,
    DecodedEvent,
    ErrorEvent,
    InvalidEvent,
    SnapshotEvent,
    TopEvent,
    TradeEvent,
)
from gateway_kit.instrument_feed import InstrumentFeed
from gateway_kit.market_dialect import (
    BestQuote,
    DepthChange,
    DepthSnapshot,
    FrameError,
    Malformed,
    MarketDialect,
    MarkPrice,
    PublicTrade,
    Snapshot,
    StatusChange,
)
from gateway_kit.market_feed import MarketFeed
from gateway_kit.snapshot_owner import owner_of

LEVELS = 5
MS = 1_000_000
TAPE = 5_000
"""Applied messages kept, so that a snapshot recorded late still fits in."""

AGGRESSORS = {Side.BUY: "buy", Side.SELL: "sell"}


class Transcript:
    """A feed's listener that writes down what happens."""

    def __init__(self) -> None:
        """With nothing written."""
        self.events: list[DecodedEvent] = []

    def take(self) -> list[DecodedEvent]:
        """What was written since the last call."""
        events, self.events = self.events, []
        return events

    def on_book(self, feed: InstrumentFeed, change: DepthChange, received_ns: int) -> None:
        """Every applied depth message is an event."""
        book = feed.sync.book
        bids, asks = book.bids.top(LEVELS), book.asks.top(LEVELS)
        self.events.append(BookEvent(feed.instrument, feed.sync.last_id, change.time_ms * MS, received_ns, bids, asks))

    def on_quote(self, feed: InstrumentFeed, quote: BestQuote, received_ns: int) -> None:
        """Every best-quote message is an event, whether or not it is newer than the last."""
        self.events.append(
            TopEvent(
                feed.instrument, quote.update_id, quote.bid, quote.bid_size, quote.ask, quote.ask_size, received_ns
            )
        )

    def on_trade(self, feed: InstrumentFeed, trade: PublicTrade, received_ns: int) -> None:
        """Every trade is an event."""
        self.events.append(TradeEvent(feed.instrument, *_terms(trade), received_ns))

    def on_agg_trade(self, feed: InstrumentFeed, trade: PublicTrade, received_ns: int) -> None:
        """Every aggregate trade is an event."""
        self.events.append(AggTradeEvent(feed.instrument, *_terms(trade), received_ns))

    def on_snapshot(self, feed: InstrumentFeed, update_id: int, received_ns: int) -> None:
        """A snapshot that a book was based on is an event."""
        self.events.append(SnapshotEvent(feed.instrument, update_id))

    def on_invalid(self, feed: InstrumentFeed, reason: str, received_ns: int) -> None:
        """The end of trust is an event."""
        self.events.append(InvalidEvent(feed.instrument, reason))

    def on_top(self, feed: InstrumentFeed, time_ms: int, received_ns: int) -> None:
        """No event: the messages that it came from are."""

    def on_mark(self, feed: InstrumentFeed, mark: MarkPrice, received_ns: int) -> None:
        """No event."""

    def on_status(self, change: StatusChange, received_ns: int) -> None:
        """No event."""


class _Homeless(NamedTuple):
    """A snapshot that came before there was a symbol it could belong to."""

    snapshot: DepthSnapshot
    received_ns: int


class CaptureDecoder:
    """Reads the lines of captures, joined, as one stream of one market."""

    def __init__(
        self,
        dialect: MarketDialect,
        *,
        name_of: Callable[[str], str] = str,
        is_ours: Callable[[str], bool] = lambda url: True,
    ) -> None:
        """`name_of`: canonical id of a symbol, or the symbol. `is_ours`: whether a recorded URL is of this market."""
        self._transcript = Transcript()
        self._feed = MarketFeed(dialect, self._transcript, name_of=name_of, waiting_limit=None, tape_limit=TAPE)
        self._name_of, self._is_ours = name_of, is_ours
        self._homeless: list[_Homeless] = []

    def events(self, lines: Iterable[bytes]) -> Iterator[DecodedEvent]:
        """Every event of the lines, as each line is read. A snapshot that fits no symbol comes last, without one."""
        for number, line in enumerate(lines, start=1):
            self._line(line, number)
            yield from self._transcript.take()
        for left in self._homeless:
            yield SnapshotEvent("", left.snapshot.last_id)

    def _line(self, line: bytes, number: int) -> None:
        try:
            captured = read_line(line)
        except FrameError as error:
            self._transcript.events.append(ErrorEvent(number, str(error)))
            return
        if captured is not None and self._is_ours(captured.url):
            self._frame(captured, number)

    def _frame(self, captured: Captured, number: int) -> None:
        reading = self._feed.on_frame(captured.frame, captured.received_ns)
        if isinstance(reading, Snapshot):
            self._snapshot(reading.message, captured)
        elif isinstance(reading, Malformed):
            self._transcript.events.append(ErrorEvent(number, reading.reason))
        elif self._homeless:
            self._homeless = [left for left in self._homeless if not self._settle(left.snapshot, left.received_ns)]

    def _snapshot(self, snapshot: DepthSnapshot, captured: Captured) -> None:
        symbol = captured.symbol
        if symbol:
            feed = self._feed.feeds.get(symbol) or self._feed.add(symbol, self._name_of(symbol))
            self._base(feed, snapshot, captured.received_ns)
        elif not self._settle(snapshot, captured.received_ns):
            self._homeless.append(_Homeless(snapshot, captured.received_ns))

    def _settle(self, snapshot: DepthSnapshot, received_ns: int) -> bool:
        feed = owner_of(snapshot, self._feed.feeds.values())
        if feed is not None:
            self._base(feed, snapshot, received_ns)
        return feed is not None

    def _base(self, feed: InstrumentFeed, snapshot: DepthSnapshot, received_ns: int) -> None:
        if not feed.on_snapshot(snapshot, received_ns):
            first = feed.sync.waiting[0].change.first_id
            reason = f"snapshot {snapshot.last_id} is too old for the messages that waited, from {first} on"
            self._transcript.on_snapshot(feed, snapshot.last_id, received_ns)
            self._transcript.on_invalid(feed, reason, received_ns)


def _terms(trade: PublicTrade) -> tuple[int, float, float, str, int]:
    return trade.trade_id, trade.price, trade.size, AGGRESSORS[trade.aggressor], trade.time_ms * MS
