"""Market data by hand: messages as values, frames as Binance writes them, a listener that remembers."""

import json
from typing import Any, NamedTuple

from crossbook.messages.base import Side
from gateway_binance.market_dialect import MARKETS, BinanceMarketDialect
from gateway_kit.instrument_feed import FeedCounts, InstrumentFeed
from gateway_kit.market_dialect import (
    BestQuote,
    Channel,
    DepthChange,
    MarkPrice,
    PublicTrade,
    StatusChange,
    StreamRoute,
)
from gateway_kit.market_feed import MarketFeed
from gateway_kit.order_book import Level
from gateway_kit.sequence_rules import ContiguousRange, SequenceRule

MS = 1_000_000


class Change(NamedTuple):
    """A depth message."""

    first_id: int
    last_id: int
    previous_id: int = 0
    bids: tuple[Level, ...] = ()
    asks: tuple[Level, ...] = ()
    symbol: str = "BTCUSDT"
    time_ms: int = 0


class Picture(NamedTuple):
    """A depth snapshot."""

    last_id: int
    bids: tuple[Level, ...] = ((100.0, 1.0), (99.0, 2.0))
    asks: tuple[Level, ...] = ((101.0, 1.0), (102.0, 2.0))
    time_ms: int = 0


class Quote(NamedTuple):
    """A best quote."""

    update_id: int
    bid: float = 100.0
    bid_size: float = 1.0
    ask: float = 101.0
    ask_size: float = 1.0
    symbol: str = "BTCUSDT"
    time_ms: int = 0


class Print(NamedTuple):
    """A trade."""

    trade_id: int
    price: float = 100.5
    size: float = 0.1
    aggressor: Side = Side.BUY
    symbol: str = "BTCUSDT"
    time_ms: int = 0
    is_regular: bool = True


class Heard:
    """A `FeedListener` that writes down what it hears, as tuples."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.received_ns: list[int] = []

    def kinds(self) -> list[str]:
        return [event[0] for event in self.events]

    def take(self) -> list[tuple[Any, ...]]:
        events, self.events = self.events, []
        return events

    def on_top(self, feed: InstrumentFeed, time_ms: int, received_ns: int) -> None:
        top = feed.top
        self.events.append(("top", top.update_id, top.bid, top.bid_size, top.ask, top.ask_size))

    def on_book(self, feed: InstrumentFeed, change: DepthChange, received_ns: int) -> None:
        self.events.append(("book", feed.sync.last_id, feed.sync.book.bids.best(), feed.sync.book.asks.best()))
        self.received_ns.append(received_ns)

    def on_quote(self, feed: InstrumentFeed, quote: BestQuote, received_ns: int) -> None:
        self.events.append(("quote", quote.update_id))

    def on_snapshot(self, feed: InstrumentFeed, update_id: int, received_ns: int) -> None:
        self.events.append(("snapshot", update_id))

    def on_invalid(self, feed: InstrumentFeed, reason: str, received_ns: int) -> None:
        self.events.append(("invalid", feed.symbol, reason))

    def on_trade(self, feed: InstrumentFeed, trade: PublicTrade, received_ns: int) -> None:
        self.events.append(("trade", trade.trade_id, trade.price, trade.size, trade.aggressor))

    def on_agg_trade(self, feed: InstrumentFeed, trade: PublicTrade, received_ns: int) -> None:
        self.events.append(("agg_trade", trade.trade_id, trade.price, trade.size, trade.aggressor))

    def on_mark(self, feed: InstrumentFeed, mark: MarkPrice, received_ns: int) -> None:
        self.events.append(("mark", mark.mark, mark.index, mark.funding_rate, mark.next_funding_ms))

    def on_status(self, change: StatusChange, received_ns: int) -> None:
        self.events.append(("status", change.symbol, change.status))


def instrument_feed(heard: Heard, rule: SequenceRule | None = None, **limits: int | None) -> InstrumentFeed:
    """A feed of BTCUSDT that nobody has fed."""
    return InstrumentFeed("BTCUSDT", "BTC-USDT@binance", rule or ContiguousRange(), heard, FeedCounts(), **limits)


def synced_feed(heard: Heard, last_id: int = 10) -> InstrumentFeed:
    """A feed with a live book at `last_id`: 100 x 1, 99 x 2 / 101 x 1, 102 x 2; what was heard is forgotten."""
    feed = instrument_feed(heard)
    assert feed.on_snapshot(Picture(last_id), 1)
    heard.take()
    return feed


def binance_feed(market: str, heard: Heard, *symbols: str) -> MarketFeed:
    """A Binance market's feed that follows the book streams and trades of these symbols."""
    feed = MarketFeed(BinanceMarketDialect(MARKETS[market]), heard)
    for symbol in symbols:
        feed.add(symbol, f"{symbol}@binance")
        names = (("depth@100ms", Channel.DEPTH), ("bookTicker", Channel.QUOTE), ("trade", Channel.TRADE))
        feed.learn(StreamRoute(f"{symbol.lower()}@{name}", channel, symbol) for name, channel in names)
    return feed


def combined(stream: str, data: dict[str, Any]) -> bytes:
    """A frame of a combined stream."""
    return json.dumps({"stream": stream, "data": data}).encode()


def depth_data(first: int, last: int, previous: int | None = None, **levels: list[list[str]]) -> dict[str, Any]:
    """A `depthUpdate` of BTCUSDT; levels as `b=[["100", "1"]]`, `a=…`."""
    link = {} if previous is None else {"pu": previous}
    return {
        "e": "depthUpdate", "E": 1_700_000_000_000, "s": "BTCUSDT", "U": first, "u": last, **link,
        "b": levels.get("b", []), "a": levels.get("a", []),
    }  # fmt: skip


def quote_data(update_id: int, bid: str = "100", ask: str = "101") -> dict[str, Any]:
    """A spot `bookTicker` of BTCUSDT."""
    return {"u": update_id, "s": "BTCUSDT", "b": bid, "B": "1", "a": ask, "A": "1"}


def depth_answer(last_id: int, bids: list[list[str]], asks: list[list[str]]) -> bytes:
    """The answer of `depth`."""
    return json.dumps({"lastUpdateId": last_id, "bids": bids, "asks": asks}).encode()
