"""What is asked of Binance's public endpoints, and which streams run over which connection (fact sheet §1, §3, §8)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from crossbook.messages.market import InstrumentDefinition
from gateway_binance.endpoints import Endpoints
from gateway_binance.instruments import definitions
from gateway_binance.market_dialect import ALL
from gateway_binance.rate_limits import header_uses
from gateway_kit.market_dialect import UNREADABLE, Channel, FrameError, StreamRoute
from gateway_kit.market_requests import RestCall, StreamPlan
from gateway_kit.order_dialect import Use

SPOT_DEPTH_WEIGHTS = ((100, 5), (500, 25), (1_000, 50), (5_000, 250))
"""Levels up to, request weight."""
USDM_DEPTH_WEIGHTS = ((50, 2), (100, 5), (500, 10), (1_000, 20))

MARKS_EACH_MS = 1_000
"""Mark prices come each second, so a USD-M `/market` connection is never quiet."""


@dataclass(frozen=True, slots=True)
class StreamChoice:
    """Which of the venue's streams to follow."""

    depth_speed: str = "100ms"
    """Spot: `100ms`, `1000ms`; USD-M: `0ms` (undocumented, used by others), `100ms`, `250ms`, `500ms`."""
    trades: str = "trade"
    """`trade`, `aggTrade` or `none`. The `trade` stream of USD-M is not documented."""


class _Time(msgspec.Struct):
    server_time: int = msgspec.field(name="serverTime")


_time = msgspec.json.Decoder(_Time)


class BinanceMarketRequests:
    """`MarketRequests` of one Binance market."""

    def __init__(self, market: str, endpoints: Endpoints, choice: StreamChoice) -> None:
        """`market` is `spot` or `usdm`."""
        self._market, self._endpoints, self._choice = market, endpoints, choice
        self._prefix = endpoints.rest_url + ("/api/v3" if market == "spot" else "/fapi/v1")

    def plans(self, symbols: Sequence[str]) -> Sequence[StreamPlan]:
        """Spot: one connection. USD-M: books on the public route; trades, marks, contract changes on the other."""
        book = [route for symbol in symbols for route in self._book(symbol)]
        trades = [route for symbol in symbols for route in self._trades(symbol)]
        if self._market == "spot":
            return [StreamPlan("public", self._endpoints.combined_stream(""), (*book, *trades))]
        marks = [_route(symbol, "markPrice@1s", Channel.MARK) for symbol in symbols]
        marks.append(StreamRoute("!contractInfo", Channel.STATUS, ALL))
        if self._choice.trades == "trade":  # seen on the public route only
            book, trades = book + trades, []
        public, market = self._endpoints.public_path, self._endpoints.market_path
        return [
            StreamPlan("public", self._endpoints.combined_stream(public), tuple(book)),
            StreamPlan("market", self._endpoints.combined_stream(market), (*trades, *marks), MARKS_EACH_MS),
        ]

    def subscribe(self, streams: Sequence[str], request_id: int) -> bytes:
        """`{"method":"SUBSCRIBE","params":[…],"id":1}`."""
        return _control("SUBSCRIBE", streams, request_id)

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> bytes:
        """`{"method":"UNSUBSCRIBE","params":[…],"id":1}`."""
        return _control("UNSUBSCRIBE", streams, request_id)

    def snapshot(self, symbol: str, levels: int) -> RestCall:
        """`depth`, of the least size the venue offers that holds so many levels."""
        weights = SPOT_DEPTH_WEIGHTS if self._market == "spot" else USDM_DEPTH_WEIGHTS
        limit, weight = next((entry for entry in weights if entry[0] >= levels), weights[-1])
        return RestCall(f"{self._prefix}/depth?symbol={quote(symbol)}&limit={limit}", weight)

    def best_quotes(self, symbols: Sequence[str]) -> RestCall:
        """`ticker/bookTicker`: of one symbol, of several (spot), or of all (USD-M has no list)."""
        url = f"{self._prefix}/ticker/bookTicker"
        if len(symbols) == 1:
            return RestCall(f"{url}?symbol={quote(symbols[0])}", 2)
        if self._market == "spot":
            return RestCall(f"{url}?symbols={_listed(symbols)}", 4)
        return RestCall(url, 5)

    def instruments(self, symbols: Sequence[str] = ()) -> RestCall:
        """`exchangeInfo`; spot may be asked for some symbols, and refuses all of them if one is not listed."""
        url = f"{self._prefix}/exchangeInfo"
        if self._market != "spot":
            return RestCall(url, 1)
        return RestCall(f"{url}?symbols={_listed(symbols)}" if symbols else url, 20)

    def time(self) -> RestCall:
        """`time`."""
        return RestCall(f"{self._prefix}/time", 1)

    def definitions(self, body: bytes, symbols: Sequence[str]) -> tuple[dict[str, InstrumentDefinition], Sequence[str]]:
        """Read `exchangeInfo`; raises FrameError."""
        bad: list[str] = []
        return definitions(body, self._market, bad.append, symbols), bad

    def time_ms(self, body: bytes) -> int:
        """Read `time`; raises FrameError."""
        try:
            return _time.decode(body).server_time
        except UNREADABLE as error:
            raise FrameError(f"time: {error} in {body[:120]!r}") from error

    def uses(self, headers: Mapping[str, str]) -> Iterable[Use]:
        """`X-MBX-USED-WEIGHT-*`."""
        return header_uses(headers)

    def _book(self, symbol: str) -> list[StreamRoute]:
        return [
            _route(symbol, f"depth@{self._choice.depth_speed}", Channel.DEPTH),
            _route(symbol, "bookTicker", Channel.QUOTE),
        ]

    def _trades(self, symbol: str) -> list[StreamRoute]:
        channels = {"trade": Channel.TRADE, "aggTrade": Channel.AGG_TRADE}
        kind = self._choice.trades
        return [_route(symbol, kind, channels[kind])] if kind in channels else []


def _route(symbol: str, kind: str, channel: Channel) -> StreamRoute:
    return StreamRoute(f"{symbol.lower()}@{kind}", channel, symbol)


def _listed(symbols: Sequence[str]) -> str:
    return quote(json.dumps(list(symbols), separators=(",", ":"), ensure_ascii=False))


def _control(method: str, streams: Sequence[str], request_id: int) -> bytes:
    return json.dumps({"method": method, "params": list(streams), "id": request_id}, ensure_ascii=False).encode()
