"""Turns what a feed tells into messages on the bus: best quote, depth, trades, marks, and the end of trust.

`published_ns` is read just before a message is handed over; the difference to `received_ns` is what the histogram
`receipt_to_internal_ns` shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from crossbook.messages.base import Message
from crossbook.messages.market import BookDepth, BookInvalid, BookProved, BookTop, Mark, Trade
from gateway_kit.instrument_feed import InstrumentFeed
from gateway_kit.market_dialect import BestQuote, DepthChange, MarkPrice, PublicTrade, StatusChange

MS = 1_000_000


class Publish(Protocol):
    """`crossbook.bus.Publisher.publish`."""

    def __call__(self, topic: str, message: Message, *, retain: bool = False) -> int: ...  # noqa: D102


@dataclass(slots=True)
class _Topics:
    """An instrument's topics, spelled once, and when its depth went out."""

    top: str
    depth: str
    trade: str
    mark: str
    proof: str
    depth_sent_ns: int = 0
    depth_waits: bool = False
    """The book changed since, but too soon after to publish it again."""
    proved_ns: int = 0
    """Time of the last proof published: a top, or a proof."""

    @classmethod
    def of(cls, instrument: str) -> "_Topics":
        return cls(
            f"top.{instrument}",
            f"depth.{instrument}",
            f"trade.{instrument}",
            f"mark.{instrument}",
            f"proof.{instrument}",
        )


class FeedPublisher:
    """The live listener of a `MarketFeed`."""

    def __init__(
        self,
        publish: Publish,
        now_ns: Callable[[], int],
        *,
        forget: Callable[[str], None] = lambda topic: None,
        record_latency_ns: Callable[[int], None] = lambda ns: None,
        on_invalid: Callable[[str, str], None] = lambda instrument, reason: None,
        on_status: Callable[[StatusChange], None] = lambda change: None,
        depth_levels: int = 20,
        depth_every_ms: int = 100,
        aggregate_trades: bool = False,
    ) -> None:
        """`forget` ends the retention of a topic; `on_invalid(instrument, reason)` is for logs.

        `aggregate_trades`: `Trade`s come from the aggregate stream.
        """
        self._publish, self._now, self._record = publish, now_ns, record_latency_ns
        self._forget, self._on_invalid, self._on_status = forget, on_invalid, on_status
        self._levels, self._every_ns = depth_levels, depth_every_ms * MS
        self._aggregate = aggregate_trades
        self._topics: dict[str, _Topics] = {}
        self.published = 0
        """Tops, depths and trades published so far."""

    def on_top(self, feed: InstrumentFeed, time_ms: int, received_ns: int) -> None:
        """Publish `BookTop`, retained."""
        topics = self._topics_of(feed)
        top = feed.top
        now = self._now()
        topics.proved_ns = received_ns
        self._publish(
            topics.top,
            BookTop(
                feed.instrument, top.update_id, top.bid, top.bid_size, top.ask, top.ask_size,
                time_ms * MS, received_ns, now,
            ),
            retain=True,
        )  # fmt: skip
        self.published += 1
        self._record(now - received_ns)

    def on_book(self, feed: InstrumentFeed, change: DepthChange, received_ns: int) -> None:
        """Publish `BookDepth`, retained, unless the last one went out a moment ago."""
        if not feed.trusted or feed.crossed_since_ns:
            return
        topics = self._topics_of(feed)
        if received_ns - topics.depth_sent_ns < self._every_ns:
            topics.depth_waits = True
            return
        self._send_depth(feed, topics, change.time_ms, received_ns)

    def flush(self, feed: InstrumentFeed, now_ns: int) -> None:
        """Publish a depth that had to wait for its turn."""
        topics = self._topics_of(feed)
        if topics.depth_waits and now_ns - topics.depth_sent_ns >= self._every_ns:
            if feed.trusted and not feed.crossed_since_ns:
                self._send_depth(feed, topics, feed.sync.time_ms, feed.depth_received_ns)
            topics.depth_waits = False

    def prove(self, feed: InstrumentFeed, proved_ns: int, at_least_ns: int = 0) -> None:
        """Publish `BookProved` if that is news by more than `at_least_ns`."""
        topics = self._topics_of(feed)
        if proved_ns - topics.proved_ns > at_least_ns:
            topics.proved_ns = proved_ns
            self._publish(topics.proof, BookProved(feed.instrument, feed.top.update_id, proved_ns))

    def on_snapshot(self, feed: InstrumentFeed, update_id: int, received_ns: int) -> None:
        """Nothing yet: the top follows when what waited has been played, and depth with the next `flush`."""
        topics = self._topics_of(feed)
        topics.depth_waits, topics.depth_sent_ns = True, 0

    def on_quote(self, feed: InstrumentFeed, quote: BestQuote, received_ns: int) -> None:
        """Nothing: what matters of it comes as `on_top`."""

    def on_invalid(self, feed: InstrumentFeed, reason: str, received_ns: int) -> None:
        """Publish `BookInvalid` in the place of the retained top; newcomers get no depth either."""
        topics = self._topics_of(feed)
        topics.depth_waits = False
        self._forget(topics.depth)
        self._publish(topics.top, BookInvalid(feed.instrument, reason, received_ns, self._now()), retain=True)
        self._on_invalid(feed.instrument, reason)

    def on_trade(self, feed: InstrumentFeed, trade: PublicTrade, received_ns: int) -> None:
        """Publish `Trade`."""
        if not self._aggregate:
            self._send_trade(feed, trade, received_ns)

    def on_agg_trade(self, feed: InstrumentFeed, trade: PublicTrade, received_ns: int) -> None:
        """Publish `Trade` where the aggregate stream is the one we follow."""
        if self._aggregate:
            self._send_trade(feed, trade, received_ns)

    def on_mark(self, feed: InstrumentFeed, mark: MarkPrice, received_ns: int) -> None:
        """Publish `Mark`, retained."""
        self._publish(
            self._topics_of(feed).mark,
            Mark(
                feed.instrument, mark.mark, mark.index, mark.funding_rate,
                mark.next_funding_ms * MS, mark.time_ms * MS, received_ns, self._now(),
            ),
            retain=True,
        )  # fmt: skip

    def on_status(self, change: StatusChange, received_ns: int) -> None:
        """Hand it to whoever keeps the definitions."""
        self._on_status(change)

    def _send_depth(self, feed: InstrumentFeed, topics: _Topics, time_ms: int, received_ns: int) -> None:
        bids, asks = feed.sync.book.flat(self._levels)
        topics.depth_sent_ns, topics.depth_waits = received_ns, False
        depth = BookDepth(feed.instrument, feed.sync.last_id, bids, asks, time_ms * MS, received_ns, self._now())
        self._publish(topics.depth, depth, retain=True)
        self.published += 1

    def _send_trade(self, feed: InstrumentFeed, trade: PublicTrade, received_ns: int) -> None:
        self._publish(
            self._topics_of(feed).trade,
            Trade(
                feed.instrument, trade.trade_id, trade.price, trade.size, trade.aggressor,
                trade.time_ms * MS, received_ns, self._now(),
            ),
        )  # fmt: skip
        self.published += 1

    def _topics_of(self, feed: InstrumentFeed) -> _Topics:
        topics = self._topics.get(feed.instrument)
        if topics is None:
            topics = self._topics[feed.instrument] = _Topics.of(feed.instrument)
        return topics
