"""What the market side asks of a venue, before and beside its streams: one small object per market of a venue."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from crossbook.messages.market import InstrumentDefinition
from gateway_kit.market_dialect import StreamRoute
from gateway_kit.order_dialect import Use


class RestCall(NamedTuple):
    """A public GET: complete, percent-encoded URL, and what it costs of the request weight."""

    url: str
    weight: int


class StreamPlan(NamedTuple):
    """One connection: where it goes, and what is subscribed to on it."""

    name: str
    """`public`, `market`: a part of logs and health."""
    url: str
    routes: tuple[StreamRoute, ...]
    speaks_each_ms: int = 0
    """Something comes on it at least so often, whatever the markets do; 0: it may be quiet."""


class MarketRequests(Protocol):
    """Requests of one market. Pure."""

    def plans(self, symbols: Sequence[str]) -> Sequence[StreamPlan]:
        """The connections that together carry everything about these symbols."""
        ...

    def subscribe(self, streams: Sequence[str], request_id: int) -> bytes:
        """A control frame that asks for streams; the ack names `request_id`."""
        ...

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> bytes:
        """A control frame that gives streams up."""
        ...

    def snapshot(self, symbol: str, levels: int) -> RestCall:
        """A depth snapshot of at least `levels` a side, if the venue has so many."""
        ...

    def best_quotes(self, symbols: Sequence[str]) -> RestCall:
        """Best quotes of these symbols (the answer may hold more)."""
        ...

    def instruments(self, symbols: Sequence[str] = ()) -> RestCall:
        """These instruments and their rules, or (where none are named, or the venue cannot choose) all of them."""
        ...

    def time(self) -> RestCall:
        """The venue's clock."""
        ...

    def definitions(self, body: bytes, symbols: Sequence[str]) -> tuple[dict[str, InstrumentDefinition], Sequence[str]]:
        """Definitions of these symbols, and what could not be read; raises FrameError when nothing could."""
        ...

    def time_ms(self, body: bytes) -> int:
        """The venue's Unix time in ms; raises FrameError."""
        ...

    def uses(self, headers: Mapping[str, str]) -> Iterable[Use]:
        """What the venue says it has counted; header names are lower case."""
        ...
