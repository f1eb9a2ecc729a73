"""Binance's market frames by `json.loads` and `float`, into small objects of their own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from gateway_binance.market_dialect import BinanceMarketDialect, MarketShape
from gateway_kit.market_dialect import Channel, Frame, StreamRoute


class Quote(NamedTuple):
    """Best quote."""

    symbol: str
    update_id: int
    bid: float
    bid_size: float
    ask: float
    ask_size: float
    time_ms: int


class Depth(NamedTuple):
    """Differential depth."""

    symbol: str
    first_id: int
    last_id: int
    previous_id: int
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]
    time_ms: int


@dataclass(slots=True)
class MarkOf:
    """Mark price."""

    symbol: str
    mark: float
    index: float
    funding_rate: float
    next_funding_ms: int
    time_ms: int


def _quote(data: dict[str, Any]) -> Quote:
    return Quote(
        data["s"], data["u"], float(data["b"]), float(data["B"]), float(data["a"]), float(data["A"]), data["E"]
    )


def _depth(data: dict[str, Any]) -> Depth:
    bids = [(float(price), float(size)) for price, size in data["b"]]
    asks = [(float(price), float(size)) for price, size in data["a"]]
    return Depth(data["s"], data["U"], data["u"], data["pu"], bids, asks, data["E"])


def _mark(data: dict[str, Any]) -> MarkOf:
    return MarkOf(data["s"], float(data["p"]), float(data["i"]), float(data["r"]), data["T"], data["E"])


_READERS: dict[Channel, Callable[[dict[str, Any]], Any]] = {
    Channel.QUOTE: _quote,
    Channel.DEPTH: _depth,
    Channel.MARK: _mark,
}


class Envelope:
    """A decoded frame; each stream has a subclass of its own, as the core tells streams apart by type."""

    def __init__(self, data: Any) -> None:
        """With its message."""
        self.data = data


class JsonMarketDialect(BinanceMarketDialect):
    """Everything but the fast way is inherited."""

    def __init__(self, shape: MarketShape) -> None:
        """Nothing learned yet."""
        super().__init__(shape)
        self._known: dict[str, tuple[type[Envelope], Callable[[dict[str, Any]], Any]]] = {}
        self.decode = self._decode

    def learn(self, route: StreamRoute) -> type:
        """Streams without a reader here (contract changes) are read the long way."""
        reader = _READERS.get(route.channel)
        envelope = type("StreamEnvelope", (Envelope,), {})
        if reader is not None:
            self._known[route.stream] = (envelope, reader)
        return envelope

    def _decode(self, frame: Frame) -> Envelope:
        told = json.loads(bytes(frame))
        known = self._known.get(told.get("stream", ""))
        if known is None:
            raise msgspec.ValidationError("not data of a stream that was asked for")
        envelope, read = known
        return envelope(read(told["data"]))
