"""How Binance's market streams read, spot and USD-M: stream names, the fast way for streams we asked for, and `read`.

The two markets differ in little but the sequence rule (`SPOT_MARKET`, `USDM_MARKET` below).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway_binance import market_messages as shapes
from gateway_kit.combined_stream import CombinedStreamDecoder
from gateway_kit.market_dialect import (
    UNREADABLE,
    Ack,
    Channel,
    Data,
    Frame,
    FrameError,
    Malformed,
    Reading,
    Shutdown,
    Snapshot,
    StreamRoute,
    Unknown,
)
from gateway_kit.sequence_rules import ContiguousRange, PreviousLink, SequenceRule

ALL = "*"
"""Symbol of a stream that carries every symbol."""

EVENTS = {
    "depthUpdate": Channel.DEPTH,
    "bookTicker": Channel.QUOTE,
    "trade": Channel.TRADE,
    "aggTrade": Channel.AGG_TRADE,
    "markPriceUpdate": Channel.MARK,
    "contractInfo": Channel.STATUS,
}
"""Event types (`e`) we read."""

KINDS = {
    "bookTicker": Channel.QUOTE,
    "trade": Channel.TRADE,
    "aggTrade": Channel.AGG_TRADE,
    "markPrice": Channel.MARK,
    "depth": Channel.DEPTH,
}
"""Kinds of stream, the part of the name after the symbol (`btcusdt@depth@100ms`). Partial depth is not among them."""


@dataclass(frozen=True, slots=True)
class MarketShape:
    """Where the markets differ."""

    market: str
    rule: SequenceRule
    rest_prefix: str


SPOT_MARKET = MarketShape("spot", ContiguousRange(), "/api/v3")
USDM_MARKET = MarketShape("usdm", PreviousLink(), "/fapi/v1")
MARKETS = {shape.market: shape for shape in (SPOT_MARKET, USDM_MARKET)}


class Probe(msgspec.Struct, gc=False):
    """Whatever a frame may be: only what tells the kinds of frames apart, none of it required."""

    stream: str = ""
    data: msgspec.Raw = msgspec.Raw(b"")
    e: str | None = None
    symbol: str = msgspec.field(name="s", default="")
    bid_size: Any = msgspec.field(name="B", default=None)
    lastUpdateId: Any = None
    bids: msgspec.Raw = msgspec.Raw(b"")
    event: msgspec.Raw = msgspec.Raw(b"")
    id: Any = None
    result: Any = msgspec.UNSET
    error: Any = None
    code: Any = None
    msg: Any = None


class BinanceMarketDialect:
    """`MarketDialect` of one Binance market."""

    venue = "binance"

    def __init__(self, shape: MarketShape) -> None:
        """A dialect that has learned no stream yet."""
        self.market = shape.market
        self.rule = shape.rule
        self._streams = CombinedStreamDecoder()
        self.decode: Callable[[Frame], Any] = self._streams.decode
        self._types: dict[Channel, type] = {
            Channel.DEPTH: shapes.DepthUpdate,
            Channel.QUOTE: shapes.BookTicker,
            Channel.TRADE: shapes.TradeMessage,
            Channel.AGG_TRADE: shapes.AggTradeMessage,
            Channel.MARK: shapes.MarkPriceUpdate,
            Channel.STATUS: shapes.ContractInfo,
        }
        self._decoders = {channel: _decoder(kind) for channel, kind in self._types.items()}
        self._probe = msgspec.json.Decoder(Probe)
        self._snapshot = _decoder(shapes.DepthAnswer)
        self._quotes = _decoder(list[msgspec.Raw])
        self._quote = _decoder(shapes.QuoteAnswer)

    def learn(self, route: StreamRoute) -> type:
        """Decode frames of this stream in one pass from now on."""
        envelope = self._streams.learn(route.stream, self._types[route.channel])
        self.decode = self._streams.decode
        return envelope

    def snapshot(self, body: Frame) -> shapes.DepthAnswer:
        """Read the answer of `depth`; raises FrameError."""
        answer: shapes.DepthAnswer = self._answer(self._snapshot, body)
        return answer

    def best_quotes(self, body: Frame) -> Sequence[shapes.QuoteAnswer]:
        """Read the answer of `ticker/bookTicker`, for one symbol or many; raises FrameError."""
        if bytes(body[:1]) != b"[":
            return [self._answer(self._quote, body)]
        return [quote for raw in self._answer(self._quotes, body) if (quote := self._quote_or_none(raw)) is not None]

    def read(self, frame: Frame) -> Reading:
        """What a frame is that `decode` did not take. Never raises."""
        try:
            probe = self._probe.decode(frame)
        except UNREADABLE as error:
            return _not_an_object(frame, error)
        if probe.stream:
            return self._of_stream(probe.stream, probe.data)
        return self._bare(probe, frame)

    def _of_stream(self, stream: str, data: msgspec.Raw) -> Reading:
        if stream == "!serverShutdown":
            return Shutdown()
        route = route_of(stream)
        return self._typed(route, data) if route is not None else Unknown(f"stream {stream[:80]}")

    def _bare(self, probe: Probe, frame: Frame) -> Reading:
        if probe.e == "serverShutdown" or b'"serverShutdown"' in bytes(probe.event):
            return Shutdown()
        channel = EVENTS.get(probe.e or "")
        if channel is None and probe.e is None and probe.symbol and probe.bid_size is not None:
            channel = Channel.QUOTE  # spot's best quote has no event type
        if channel is not None:
            return self._typed(StreamRoute("", channel, probe.symbol), frame)
        if probe.lastUpdateId is not None and bytes(probe.bids):
            return self._bare_snapshot(frame)
        if probe.error is not None or probe.code is not None:
            return Ack(_request_id(probe.id), _error_text(probe))
        if probe.id is not None and probe.result is not msgspec.UNSET:
            return Ack(_request_id(probe.id), "")
        return Unknown(f"event {probe.e}" if probe.e else f"frame {bytes(frame[:80])!r}")

    def _typed(self, route: StreamRoute, data: Frame | msgspec.Raw) -> Reading:
        try:
            message = self._decoders[route.channel].decode(data)
        except UNREADABLE as error:
            return Malformed(f"{route.channel} message: {error}", route)
        if getattr(message, "subtype", 1) != 1:
            return Unknown(f"{route.channel} of another market")
        return Data(route._replace(symbol=message.symbol, stream="" if route.symbol == ALL else route.stream), message)

    def _bare_snapshot(self, frame: Frame) -> Reading:
        try:
            return Snapshot(self._snapshot.decode(frame))
        except UNREADABLE as error:
            return Malformed(f"depth snapshot: {error}", None)

    def _quote_or_none(self, raw: msgspec.Raw) -> shapes.QuoteAnswer | None:
        """Among all symbols of a market there may be one without a sensible quote; it must not hide the others."""
        try:
            quote: shapes.QuoteAnswer = self._quote.decode(raw)
        except UNREADABLE:
            return None
        return quote

    def _answer(self, decoder: "msgspec.json.Decoder[Any]", body: Frame) -> Any:
        try:
            return decoder.decode(body)
        except UNREADABLE as error:
            raise FrameError(f"{error} in {bytes(body[:120])!r}") from error


def route_of(stream: str) -> StreamRoute | None:
    """What a stream of this name carries; None for kinds that we do not read."""
    if stream == "!contractInfo":
        return StreamRoute(stream, Channel.STATUS, ALL)
    if stream == "!bookTicker":
        return StreamRoute(stream, Channel.QUOTE, ALL)
    symbol, _, kind = stream.partition("@")
    channel = KINDS.get(kind.partition("@")[0])
    return StreamRoute(stream, channel, symbol.upper()) if channel is not None and symbol else None


def _decoder(kind: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind, strict=False)


def _not_an_object(frame: Frame, error: Exception) -> Reading:
    """A frame that is no object, or one whose envelope is of the wrong types."""
    try:
        value = msgspec.json.decode(frame)
    except UNREADABLE as broken:
        return Malformed(f"not JSON: {broken}", None)
    if isinstance(value, dict):
        return Malformed(str(error), None)
    return Unknown(f"{type(value).__name__} frame")


def _request_id(told: Any) -> int:
    return told if isinstance(told, int) else -1


def _error_text(probe: Probe) -> str:
    told = probe.error if isinstance(probe.error, dict) else {"code": probe.code, "msg": probe.msg or probe.error}
    return f"{told.get('code')} {told.get('msg')}"
