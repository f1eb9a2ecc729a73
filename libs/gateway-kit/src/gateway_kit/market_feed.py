"""The market-data side of one market of a venue, pure: frames in, calls to a `FeedListener` out.

A frame of a known stream takes the short way: one decoding pass gives an envelope whose type names the stream, and the
type names the handler. Everything else (acks, errors, streams or events nobody asked for, what cannot be read) takes
the long way once, is counted, and stops nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any

from gateway_kit.book_sync import TAPE
from gateway_kit.instrument_feed import FeedCounts, FeedListener, InstrumentFeed
from gateway_kit.market_dialect import (
    UNREADABLE,
    Channel,
    Data,
    Frame,
    Malformed,
    MarketDialect,
    Reading,
    StreamRoute,
    Unknown,
)

Handler = Callable[[Any, int], None]

MAX_LEARNED = 1_000
"""Streams that were not asked for are learned up to this many, so that a hostile capture cannot grow without bound."""


class MarketFeed:
    """All instruments of one market."""

    def __init__(
        self,
        dialect: MarketDialect,
        listener: FeedListener,
        *,
        name_of: Callable[[str], str] | None = None,
        waiting_limit: int | None = 10_000,
        tape_limit: int | None = TAPE,
    ) -> None:
        """`name_of` gives the canonical id for a symbol nobody announced: such symbols are then followed as well
        (captures); without it they are counted and ignored."""
        self._dialect = dialect
        self._decode = dialect.decode
        self._listener = listener
        self._name_of = name_of
        self._limits = {"waiting_limit": waiting_limit, "tape_limit": tape_limit}
        self._handlers: dict[type, Handler] = {}
        self.feeds: dict[str, InstrumentFeed] = {}
        self.counts = FeedCounts()
        self.last_odd = ""
        """The last frame that was malformed or unknown, in words, for an operator who looks at the counters."""

    def add(self, symbol: str, instrument: str) -> InstrumentFeed:
        """Follow an instrument."""
        feed = InstrumentFeed(symbol, instrument, self._dialect.rule, self._listener, self.counts, **self._limits)
        self.feeds[symbol] = feed
        return feed

    def learn(self, routes: Iterable[StreamRoute]) -> None:
        """Decode these streams in one pass from now on. Their symbols must have been added (`*` is none)."""
        for route in routes:
            handler = self._handler(route.channel, self.feeds.get(route.symbol))
            self._handlers[self._dialect.learn(route)] = handler
        self._decode = self._dialect.decode

    def on_frame(self, frame: Frame, received_ns: int) -> Reading | None:
        """Take one frame. None when it was data of a known stream; else what it was, for acks and shutdowns."""
        try:
            envelope = self._decode(frame)
        except UNREADABLE:
            return self._odd(frame, received_ns)
        self._handlers[type(envelope)](envelope.data, received_ns)
        return None

    def disconnected(self, symbols: Iterable[str], reason: str, now_ns: int) -> None:
        """The connection that carried the depth of these symbols is gone."""
        for symbol in symbols:
            self.feeds[symbol].disconnected(reason, now_ns)

    def _odd(self, frame: Frame, received_ns: int) -> Reading:
        reading = self._dialect.read(frame)
        if isinstance(reading, Data):
            return self._unannounced(reading, received_ns)
        if isinstance(reading, Malformed):
            self.counts.malformed += 1
            self.last_odd = reading.reason
            self._lost(reading, received_ns)
        elif isinstance(reading, Unknown):
            self.counts.unknown += 1
            self.last_odd = reading.what
        return reading

    def _unannounced(self, data: Data, received_ns: int) -> Reading:
        """Data of a stream that was not learned: of a symbol we follow, or of one that a capture brings along."""
        route = data.route
        feed = self.feeds.get(route.symbol)
        if feed is None and route.channel is not Channel.STATUS:
            if self._name_of is None or len(self.feeds) >= MAX_LEARNED:
                self.counts.unknown += 1
                self.last_odd = f"{route.channel} of {route.symbol}, which was not asked for"
                return data
            feed = self.add(route.symbol, self._name_of(route.symbol))
        if route.stream and len(self._handlers) < MAX_LEARNED:
            self.learn([route])
        self._handler(route.channel, feed)(data.message, received_ns)
        return data

    def _lost(self, malformed: Malformed, received_ns: int) -> None:
        """A depth message that cannot be read is a gap that need not wait for the next message to show."""
        route = malformed.route
        feed = self.feeds.get(route.symbol) if route is not None and route.channel is Channel.DEPTH else None
        if feed is not None and feed.trusted:
            feed.invalidate(f"malformed depth message: {malformed.reason}", received_ns)

    def _handler(self, channel: Channel, feed: InstrumentFeed | None) -> Handler:
        if feed is None:
            return self._listener.on_status
        handlers: dict[Channel, Handler] = {
            Channel.DEPTH: feed.on_depth,
            Channel.QUOTE: feed.on_quote,
            Channel.TRADE: feed.on_trade,
            Channel.AGG_TRADE: feed.on_agg_trade,
            Channel.MARK: feed.on_mark,
            Channel.STATUS: self._listener.on_status,
        }
        return handlers[channel]
