"""Market stream names and the control messages that subscribe to them.

Source: Binance "WebSocket Streams" (spot) and "Important WebSocket Change Notice" (USD-M routes /public, /market,
/private). Names are case-sensitive, symbols lower case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final

from venue_sim.binance.admission import Product

_DEPTH_SPEEDS: Final = {
    "spot": {"": 1000, "1000ms": 1000, "100ms": 100},
    "usdm": {"": 250, "0ms": 0, "100ms": 100, "250ms": 250, "500ms": 500},
}
_PLAIN_CHANNELS: Final = {
    "spot": {"bookTicker", "trade", "aggTrade"},
    "usdm": {"bookTicker", "trade", "aggTrade", "markPrice", "markPrice@1s"},
}
_PARTIAL_DEPTHS: Final = ("5", "10", "20")
_METHODS: Final = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
ROUTE_OF_CHANNEL: Final = {
    "bookTicker": "public",
    "depth": "public",
    "partial": "public",
    "trade": "public",
    "aggTrade": "market",
    "markPrice": "market",
    "contractInfo": "market",
}


@dataclass(frozen=True, slots=True)
class Stream:
    """What a stream name asks for: `symbol` in capitals ("" for all), `levels` of a partial book."""

    name: str
    symbol: str
    channel: str
    speed_ms: int = 0
    levels: int = 0

    @property
    def route(self) -> str:
        """The USD-M route that carries it."""
        return ROUTE_OF_CHANNEL[self.channel]


def parsed(name: str, product: Product) -> Stream | None:
    """The stream of that name; None when the venue has none such."""
    if name == "!contractInfo" and product == "usdm":
        return Stream(name, "", "contractInfo")
    symbol, at, channel = name.partition("@")
    if not at or not symbol or symbol != symbol.lower():
        return None
    if channel in _PLAIN_CHANNELS[product]:
        kind, _, pace = channel.partition("@")
        speed_ms = 1000 if pace == "1s" else 3000 if kind == "markPrice" else 0
        return Stream(name, symbol.upper(), kind, speed_ms)
    return _depth_stream(name, symbol.upper(), channel, product)


def _depth_stream(name: str, symbol: str, channel: str, product: Product) -> Stream | None:
    kind, _, pace = channel.partition("@")
    speed_ms = _DEPTH_SPEEDS[product].get(pace)
    if speed_ms is None or not kind.startswith("depth"):
        return None
    levels = kind[len("depth") :]
    if levels == "":
        return Stream(name, symbol, "depth", speed_ms)
    return Stream(name, symbol, "partial", speed_ms, int(levels)) if levels in _PARTIAL_DEPTHS else None


@dataclass(slots=True)
class Subscriptions:
    """What one connection listens to, and the answers to its control messages.

    `combined` says whether payloads are wrapped with the name of their stream. `accepts` tells which streams the
    route may deliver; others are acknowledged and stay silent, as the venue's retired URLs do.
    """

    product: Product
    combined: bool
    most: int
    accepts: Callable[[Stream], bool]
    is_listen_key: Callable[[str], bool]
    streams: dict[str, Stream] = field(default_factory=dict)
    listen_keys: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def add(self, names: Collection[str]) -> str | None:
        """Subscribe; the complaint when there are too many."""
        if len(self.names()) + len(names) > self.most:
            return f"Invalid request: more than {self.most} streams on a connection"
        for name in names:
            stream = parsed(name, self.product)
            if stream is not None and self.accepts(stream):
                self.streams[name] = stream
            elif self.is_listen_key(name):
                self.listen_keys.add(name)
            else:
                self.silent.add(name)
        return None

    def names(self) -> list[str]:
        """Everything subscribed to, silent or not, by name."""
        return sorted([*self.streams, *self.listen_keys, *self.silent])

    def remove(self, names: Collection[str]) -> None:
        """Unsubscribe; unknown names are no error."""
        for name in names:
            self.streams.pop(name, None)
            self.listen_keys.discard(name)
            self.silent.discard(name)

    def control(self, text: str) -> dict[str, Any]:
        """The answer to one message of the client, carried out."""
        try:
            message = json.loads(text)
        except json.JSONDecodeError as error:
            return {"code": 3, "msg": f"Invalid JSON: expected value at line {error.lineno} column {error.colno}"}
        if not isinstance(message, dict):
            return _invalid("expected an object")
        request_id = message.get("id")
        if not _is_request_id(request_id):
            return _invalid("request ID must be an unsigned integer")
        if "method" not in message:
            return _invalid("missing field `method`", request_id)
        return self._answer(message["method"], message.get("params", []), request_id)

    def _answer(self, method: Any, params: Any, request_id: Any) -> dict[str, Any]:
        if not isinstance(params, list):
            return _invalid("params must be a list", request_id)
        if method == "LIST_SUBSCRIPTIONS":
            return {"result": self.names(), "id": request_id}
        if method in ("SET_PROPERTY", "GET_PROPERTY"):
            return self._property(method, params, request_id)
        if method not in ("SUBSCRIBE", "UNSUBSCRIBE"):
            return _invalid(f"unknown variant `{method}`, expected one of {_METHODS}", request_id)
        if not all(isinstance(name, str) for name in params):
            return _invalid("stream names must be strings", request_id)
        if method == "UNSUBSCRIBE":
            self.remove(params)
            return {"result": None, "id": request_id}
        complaint = self.add(params)
        if complaint:
            return {"error": {"code": 2, "msg": complaint}, "id": request_id}
        return {"result": None, "id": request_id}

    def _property(self, method: str, params: list[Any], request_id: Any) -> dict[str, Any]:
        if not params or not isinstance(params[0], str):
            return _invalid("property name must be a string", request_id)
        if params[0] != "combined":
            return {"code": 0, "msg": "Unknown property", "id": request_id}
        if method == "GET_PROPERTY":
            return {"result": self.combined, "id": request_id}
        if len(params) != 2 or not isinstance(params[1], bool):
            return {"code": 1, "msg": "Invalid value type: expected Boolean", "id": request_id}
        self.combined = params[1]
        return {"result": None, "id": request_id}


def _is_request_id(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return value is None or isinstance(value, int) or (isinstance(value, str) and len(value) <= 36)


def _invalid(reason: str, request_id: Any = None) -> dict[str, Any]:
    return {"code": 2, "msg": f"Invalid request: {reason}"} | ({"id": request_id} if request_id is not None else {})
