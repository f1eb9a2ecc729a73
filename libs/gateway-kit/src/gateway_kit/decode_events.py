"""What `decode` prints: one JSON object a line, the kind first (`{"event":"book","instrument":…}`)."""

import msgspec

from gateway_kit.order_book import Level


class BookEvent(msgspec.Struct, tag_field="event", tag="book", gc=False):
    """The best five levels after a depth message was applied to a synced book."""

    instrument: str
    update_id: int
    venue_time_ns: int
    received_ns: int
    bids: list[Level]
    asks: list[Level]


class TopEvent(msgspec.Struct, tag_field="event", tag="top", gc=False):
    """A best-quote message."""

    instrument: str
    update_id: int
    bid: float
    bid_size: float
    ask: float
    ask_size: float
    received_ns: int


class TradeEvent(msgspec.Struct, tag_field="event", tag="trade", gc=False):
    """A trade."""

    instrument: str
    trade_id: int
    price: float
    size: float
    aggressor: str
    """`buy` or `sell`: the taker's side."""
    venue_time_ns: int
    received_ns: int


class AggTradeEvent(TradeEvent, tag_field="event", tag="agg_trade", gc=False):
    """An aggregate trade, with the id of the aggregate."""


class SnapshotEvent(msgspec.Struct, tag_field="event", tag="snapshot", gc=False):
    """The book was based on a snapshot; the messages that waited for it follow."""

    instrument: str
    update_id: int


class InvalidEvent(msgspec.Struct, tag_field="event", tag="invalid", gc=False):
    """The book cannot be trusted until the next snapshot."""

    instrument: str
    reason: str


class ErrorEvent(msgspec.Struct, tag_field="event", tag="error", gc=False):
    """A line that cannot be read; lines are counted from 1 over all captures together."""

    line: int
    reason: str


DecodedEvent = BookEvent | TopEvent | TradeEvent | AggTradeEvent | SnapshotEvent | InvalidEvent | ErrorEvent
