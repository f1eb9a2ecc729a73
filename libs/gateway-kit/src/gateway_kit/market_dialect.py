"""What the kit needs to know of a venue's market data: shapes of its messages, and how its frames are read.

The shapes are protocols, so that a venue's own msgspec Structs (fields renamed to the venue's letters) serve as they
are decoded: nothing is copied between the frame and the book. A venue gives one `MarketDialect` per market.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import msgspec

from crossbook.messages.base import Side, TradingStatus
from gateway_kit.order_book import Level
from gateway_kit.sequence_rules import SequenceRule, UpdateIds

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are not what was expected: no JSON, other types, no UTF-8, too deep a nesting."""

Frame = bytes | bytearray | memoryview
"""The payload of one WebSocket message. A memoryview is valid only until the handler returns."""


class Channel(StrEnum):
    """What a stream carries."""

    DEPTH = "depth"
    QUOTE = "quote"
    TRADE = "trade"
    AGG_TRADE = "agg_trade"
    MARK = "mark"
    STATUS = "status"


class DepthChange(UpdateIds, Protocol):
    """A differential depth message: absolute sizes of the levels that changed."""

    @property
    def symbol(self) -> str: ...  # noqa: D102
    @property
    def time_ms(self) -> int: ...  # noqa: D102
    @property
    def bids(self) -> Sequence[Level]: ...  # noqa: D102
    @property
    def asks(self) -> Sequence[Level]: ...  # noqa: D102


class DepthSnapshot(Protocol):
    """The best levels of a book as of an update id."""

    @property
    def last_id(self) -> int: ...  # noqa: D102
    @property
    def time_ms(self) -> int: ...  # noqa: D102
    @property
    def bids(self) -> Sequence[Level]: ...  # noqa: D102
    @property
    def asks(self) -> Sequence[Level]: ...  # noqa: D102


class BestQuote(Protocol):
    """Best bid and ask as of an update id, in the same id space as depth. An empty side has price 0."""

    @property
    def symbol(self) -> str: ...  # noqa: D102
    @property
    def update_id(self) -> int: ...  # noqa: D102
    @property
    def bid(self) -> float: ...  # noqa: D102
    @property
    def bid_size(self) -> float: ...  # noqa: D102
    @property
    def ask(self) -> float: ...  # noqa: D102
    @property
    def ask_size(self) -> float: ...  # noqa: D102
    @property
    def time_ms(self) -> int: ...  # noqa: D102


class PublicTrade(Protocol):
    """A trade, or several of one taker at one price added up."""

    @property
    def symbol(self) -> str: ...  # noqa: D102
    @property
    def trade_id(self) -> int: ...  # noqa: D102
    @property
    def price(self) -> float: ...  # noqa: D102
    @property
    def size(self) -> float: ...  # noqa: D102
    @property
    def aggressor(self) -> Side: ...  # noqa: D102
    @property
    def time_ms(self) -> int: ...  # noqa: D102
    @property
    def is_regular(self) -> bool:
        """False for prints outside the book, such as those of an insurance fund."""
        ...


class MarkPrice(Protocol):
    """Mark price, index and expected funding of a perpetual."""

    @property
    def symbol(self) -> str: ...  # noqa: D102
    @property
    def mark(self) -> float: ...  # noqa: D102
    @property
    def index(self) -> float: ...  # noqa: D102
    @property
    def funding_rate(self) -> float: ...  # noqa: D102
    @property
    def next_funding_ms(self) -> int: ...  # noqa: D102
    @property
    def time_ms(self) -> int: ...  # noqa: D102


class StatusChange(Protocol):
    """An instrument's trading status changed."""

    @property
    def symbol(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> TradingStatus | None:
        """None where the message does not say."""
        ...


class StreamRoute(NamedTuple):
    """What a stream of the venue carries, and for which symbol (`*` for all)."""

    stream: str
    channel: Channel
    symbol: str


class Data(NamedTuple):
    """A message of a stream, as `read` understood it."""

    route: StreamRoute
    message: Any


class Ack(NamedTuple):
    """The venue's answer to a control request; `error` is empty when it was granted."""

    request_id: int
    error: str


class Shutdown(NamedTuple):
    """The venue is about to close this connection: open a replacement at once."""


class Snapshot(NamedTuple):
    """A depth snapshot among the frames, as captures have it."""

    message: DepthSnapshot


class Malformed(NamedTuple):
    """A frame that should have been data and cannot be read. `route` says whose, where that much is known."""

    reason: str
    route: StreamRoute | None


class Unknown(NamedTuple):
    """A readable frame that is none of our business: an event or stream we do not know."""

    what: str


Reading = Data | Ack | Shutdown | Snapshot | Malformed | Unknown


class MarketDialect(Protocol):
    """How one market of a venue speaks. Pure; only `FrameError` leaves it."""

    @property
    def venue(self) -> str: ...  # noqa: D102
    @property
    def market(self) -> str: ...  # noqa: D102
    @property
    def rule(self) -> SequenceRule: ...  # noqa: D102

    @property
    def decode(self) -> Callable[[Frame], Any]:
        """One pass for the frames of known streams: an envelope whose type names the stream, with `.data`.

        Raises one of UNREADABLE for every other frame; `read` then says what it is. Look it up again after `learn`.
        """
        ...

    def read(self, frame: Frame) -> Reading:
        """The slow way, for whatever `decode` does not take. Never raises."""
        ...

    def learn(self, route: StreamRoute) -> type:
        """Teach `decode` a stream; the type of the envelopes it will give for it."""
        ...

    def snapshot(self, body: Frame) -> DepthSnapshot:
        """Read the answer to a snapshot request; raises FrameError."""
        ...

    def best_quotes(self, body: Frame) -> Sequence[BestQuote]:
        """Read the answer to a question for best quotes; raises FrameError. `update_id` is 0 where it has none."""
        ...


class FrameError(ValueError):
    """A message that cannot be read; the text says what is wrong with it."""
