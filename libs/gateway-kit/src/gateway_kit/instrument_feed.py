"""The hot path of one instrument: its messages, already decoded, become a book, a best quote, and calls to a listener.

Everything that may make a book untrustworthy is judged here at the message that shows it: a gap, a best quote that
disagrees with the book at the same update id. What only shows with time (silence, a book that stays crossed) is judged
in `feed_watch` from the stamps kept here.
"""

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from gateway_kit.book_sync import TAPE, BookSync
from gateway_kit.market_dialect import BestQuote, DepthChange, DepthSnapshot, MarkPrice, PublicTrade, StatusChange
from gateway_kit.recent_ids import RecentIds
from gateway_kit.sequence_rules import SequenceRule, Verdict
from gateway_kit.top_of_book import TopOfBook

RECENT_QUOTES = 512
"""Best quotes kept to be compared with the book when it reaches their update id."""


@dataclass(slots=True)
class FeedCounts:
    """What a market's feed has seen since it began."""

    stale_depth: int = 0
    stale_quotes: int = 0
    odd_quotes: int = 0
    gaps: int = 0
    mismatches: int = 0
    quotes_compared: int = 0
    snapshots_refused: int = 0
    irregular_trades: int = 0
    duplicate_trades: int = 0
    malformed: int = 0
    unknown: int = 0
    audits_agreed: int = 0
    audits_differed: int = 0


class FeedListener(Protocol):
    """Who is told what became of each message. All calls are synchronous and must be quick."""

    def on_top(self, feed: "InstrumentFeed", time_ms: int, received_ns: int) -> None:
        """The best quote (`feed.top`) of a live book changed."""
        ...

    def on_book(self, feed: "InstrumentFeed", change: DepthChange, received_ns: int) -> None:
        """A depth message was applied; `feed.sync.live` is False while messages that waited are played."""
        ...

    def on_quote(self, feed: "InstrumentFeed", quote: BestQuote, received_ns: int) -> None:
        """A best-quote message came, newer or not."""
        ...

    def on_snapshot(self, feed: "InstrumentFeed", update_id: int, received_ns: int) -> None:
        """The book was based on a snapshot; what waited follows."""
        ...

    def on_invalid(self, feed: "InstrumentFeed", reason: str, received_ns: int) -> None:
        """The book may be wrong from now on, until the next `on_snapshot`."""
        ...

    def on_trade(self, feed: "InstrumentFeed", trade: PublicTrade, received_ns: int) -> None:
        """A trade."""
        ...

    def on_agg_trade(self, feed: "InstrumentFeed", trade: PublicTrade, received_ns: int) -> None:
        """Trades of one taker at one price, added up by the venue."""
        ...

    def on_mark(self, feed: "InstrumentFeed", mark: MarkPrice, received_ns: int) -> None:
        """A mark price."""
        ...

    def on_status(self, change: StatusChange, received_ns: int) -> None:
        """The venue says that an instrument's trading status changed."""
        ...


class InstrumentFeed:
    """State of one instrument's market data."""

    __slots__ = (
        "_agg_trade_ids", "_counts", "_listener", "_recent", "_trade_ids",
        "crossed_since_ns", "depth_owed_id", "depth_owed_since_ns", "depth_received_ns", "depth_time_ms",
        "instrument", "last_mark_ms", "last_quote", "symbol", "sync", "top", "trusted", "updated_ns",
    )  # fmt: skip

    def __init__(
        self,
        symbol: str,
        instrument: str,
        rule: SequenceRule,
        listener: FeedListener,
        counts: FeedCounts,
        *,
        waiting_limit: int | None = None,
        tape_limit: int | None = TAPE,
    ) -> None:
        """`instrument` is the canonical id; `symbol` the venue's name."""
        self.symbol, self.instrument = symbol, instrument
        self._listener, self._counts = listener, counts
        self.sync = BookSync(rule, waiting_limit=waiting_limit, tape_limit=tape_limit)
        self.top = TopOfBook()
        self.trusted = False
        """Whether the book is live and what waited for its snapshot has been played."""
        self.last_quote: BestQuote | None = None
        self._recent: deque[BestQuote] = deque(maxlen=RECENT_QUOTES)
        self._trade_ids, self._agg_trade_ids = RecentIds(), RecentIds()
        self.last_mark_ms = 0
        self.updated_ns = 0
        """When the last message came that tells what the best quote is; 0: none yet."""
        self.depth_received_ns = 0
        """When the last depth message applied came."""
        self.depth_time_ms = 0
        """The venue's time in it, Unix; 0 where it has none, and after a snapshot."""
        self.crossed_since_ns = 0
        """When the book became crossed; 0: it is not."""
        self.depth_owed_id = 0
        self.depth_owed_since_ns = 0
        """Since when a best quote has been newer than the book: a depth message with its id is due. 0: none is."""

    def on_quote(self, quote: BestQuote, received_ns: int) -> None:
        """Take a best quote."""
        self._listener.on_quote(self, quote, received_ns)
        update_id = quote.update_id
        if self.last_quote is not None and update_id <= self.last_quote.update_id:
            self._counts.stale_quotes += 1
            return
        self.last_quote = quote
        if not self.trusted:
            return
        bid, ask = quote.bid, quote.ask
        if (bid >= ask or not bid) and not _is_one_sided(quote):
            self._counts.odd_quotes += 1
            return
        self.updated_ns = received_ns
        book_id = self.sync.last_id
        if update_id > book_id:
            self._recent.append(quote)
            if not self.depth_owed_since_ns:
                self.depth_owed_id, self.depth_owed_since_ns = update_id, received_ns
        elif update_id == book_id and not self._agrees(quote, received_ns):
            return
        if self.top.take(update_id, bid, quote.bid_size, ask, quote.ask_size):
            self._listener.on_top(self, quote.time_ms, received_ns)

    def on_depth(self, change: DepthChange, received_ns: int) -> None:
        """Take a depth message."""
        before = self.sync.last_id
        verdict = self.sync.on_depth(change, received_ns)
        if verdict is Verdict.APPLY:
            self._applied(change, received_ns)
        elif verdict is Verdict.GAP:
            self._counts.gaps += 1
            self._distrust(_gap(before, change), received_ns)
        elif verdict is Verdict.STALE:
            self._counts.stale_depth += 1

    def on_snapshot(self, snapshot: DepthSnapshot, received_ns: int) -> bool:
        """Base the book on a snapshot and play what waited; False when it is too old to be of use."""
        sync = self.sync
        if not sync.base_on(snapshot):
            self._counts.snapshots_refused += 1
            return False
        self.trusted = False
        self.depth_received_ns, self.depth_time_ms = received_ns, 0
        self._listener.on_snapshot(self, snapshot.last_id, received_ns)
        for change, waited_since_ns in sync.replay():
            self.depth_received_ns, self.depth_time_ms = waited_since_ns, change.time_ms
            self._listener.on_book(self, change, waited_since_ns)
        if not sync.live:
            self._counts.gaps += 1
            self._distrust(_gap(sync.last_id, sync.waiting[0].change), received_ns)
            return True
        self._trust(snapshot.time_ms, received_ns)
        return True

    def invalidate(self, reason: str, received_ns: int) -> None:
        """Stop trusting the book; a snapshot and the messages from now on will mend it."""
        self.sync.reset()
        self._distrust(reason, received_ns)

    def disconnected(self, reason: str, now_ns: int) -> None:
        """The connection is gone, and with it all knowledge of ids: the venue may even begin them anew."""
        was_trusted = self.trusted
        self.sync.reset()
        self.last_quote = None
        self.last_mark_ms = 0
        self._trade_ids.forget()
        self._agg_trade_ids.forget()
        if was_trusted:
            self._distrust(reason, now_ns)

    def on_trade(self, trade: PublicTrade, received_ns: int) -> None:
        """Take a trade, once, and only if it happened on the book."""
        if not trade.is_regular:
            self._counts.irregular_trades += 1
        elif not self._trade_ids.is_new(trade.trade_id):
            self._counts.duplicate_trades += 1
        else:
            self._listener.on_trade(self, trade, received_ns)

    def on_agg_trade(self, trade: PublicTrade, received_ns: int) -> None:
        """Take an aggregate trade, once."""
        if not self._agg_trade_ids.is_new(trade.trade_id):
            self._counts.duplicate_trades += 1
        else:
            self._listener.on_agg_trade(self, trade, received_ns)

    def on_mark(self, mark: MarkPrice, received_ns: int) -> None:
        """Take a mark price unless a newer one came before it."""
        if mark.time_ms > self.last_mark_ms:
            self.last_mark_ms = mark.time_ms
            self._listener.on_mark(self, mark, received_ns)

    def _applied(self, change: DepthChange, received_ns: int) -> None:
        last_id = change.last_id
        self.depth_received_ns, self.depth_time_ms = received_ns, change.time_ms
        if self.depth_owed_since_ns and last_id >= self.depth_owed_id:
            self.depth_owed_since_ns = 0
        if not self._agrees_with_recent(last_id, received_ns):
            return
        book = self.sync.book
        bid, bid_size = book.bids.best()
        ask, ask_size = book.asks.best()
        if bid >= ask > 0.0:
            self.crossed_since_ns = self.crossed_since_ns or received_ns
        else:
            self.crossed_since_ns = 0
            self.updated_ns = received_ns
            if self.top.take(last_id, bid, bid_size, ask, ask_size):
                self._listener.on_top(self, change.time_ms, received_ns)
        self._listener.on_book(self, change, received_ns)

    def _agrees_with_recent(self, last_id: int, received_ns: int) -> bool:
        """Compare the book with the best quote of the id it has just reached, if there was one."""
        recent = self._recent
        while recent and recent[0].update_id <= last_id:
            quote = recent.popleft()
            if quote.update_id == last_id:
                return self._agrees(quote, received_ns)
        return True

    def _agrees(self, quote: BestQuote, received_ns: int) -> bool:
        """Whether the book's best prices are the quote's, of the same update id; if not, the book is wrong."""
        self._counts.quotes_compared += 1
        book = self.sync.book
        bid, ask = book.bids.best()[0], book.asks.best()[0]
        if bid == quote.bid and ask == quote.ask:
            return True
        self._counts.mismatches += 1
        told = f"book {bid:g}/{ask:g} but best quote {quote.bid:g}/{quote.ask:g} at update id {quote.update_id}"
        self.invalidate(told, received_ns)
        return False

    def _trust(self, time_ms: int, received_ns: int) -> None:
        self.trusted = True
        self.updated_ns = received_ns
        self.top.forget()
        book, quote = self.sync.book, self.last_quote
        if book.is_crossed():
            self.crossed_since_ns = received_ns
            return
        self.top.take(self.sync.last_id, *book.bids.best(), *book.asks.best())
        if quote is not None and (0.0 < quote.bid < quote.ask or _is_one_sided(quote)):
            self.top.take(quote.update_id, quote.bid, quote.bid_size, quote.ask, quote.ask_size)
        self._listener.on_top(self, time_ms, received_ns)

    def _distrust(self, reason: str, received_ns: int) -> None:
        self.trusted = False
        self._recent.clear()
        self.crossed_since_ns = self.depth_owed_since_ns = 0
        self._listener.on_invalid(self, reason, received_ns)


def _gap(last_id: int, change: DepthChange) -> str:
    link = f", pu {change.previous_id}" if change.previous_id else ""
    return f"gap: book at {last_id}, next message {change.first_id}-{change.last_id}{link}"


def _is_one_sided(quote: BestQuote) -> bool:
    """Whether a side is empty as it should be told, price and size 0; else the quote is crossed or nonsense."""
    empty_bid, empty_ask = quote.bid == 0.0, quote.ask == 0.0
    return (empty_bid or empty_ask) and not (empty_bid and quote.bid_size) and not (empty_ask and quote.ask_size)
