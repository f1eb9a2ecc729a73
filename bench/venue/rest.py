"""The REST answers a gateway needs before it trades, and the bench's own orders to the venue."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bench.venue.instrument import BenchInstrument
from bench.venue.orders import OrderDesk

ENDLESS = 1_000_000_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def exchange_info(symbols: list[str]) -> bytes:
    """`exchangeInfo`: limits that nobody reaches, and the same rules for each symbol."""
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "1000000", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "100000", "stepSize": "0.001"},
        {"filterType": "MIN_NOTIONAL", "notional": "5"},
        {"filterType": "MAX_NUM_ORDERS", "limit": 10_000},
    ]
    listed = [
        {
            "symbol": symbol,
            "baseAsset": symbol.removesuffix("USDT"),
            "quoteAsset": "USDT",
            "marginAsset": "USDT",
            "contractType": "PERPETUAL",
            "status": "TRADING",
            "filters": filters,
        }
        for symbol in symbols
    ]
    limits = [
        {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": ENDLESS},
        {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": ENDLESS},
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": ENDLESS},
    ]
    return json.dumps({"rateLimits": limits, "symbols": listed}).encode()


class RestSide:
    """Routes of the venue, as an aiohttp application."""

    def __init__(self, instruments: dict[str, BenchInstrument], desk: OrderDesk) -> None:
        """`instruments` by symbol."""
        self._instruments, self._desk = instruments, desk
        self.application = web.Application()
        info = exchange_info(list(instruments))
        self._fixed("GET", "/fapi/v1/exchangeInfo", lambda request: info)
        self._fixed("GET", "/fapi/v1/time", lambda request: f'{{"serverTime":{_now_ms()}}}'.encode())
        self._fixed("GET", "/fapi/v1/depth", self._depth)
        self._fixed("GET", "/fapi/v1/ticker/bookTicker", self._tickers)
        self._fixed("POST", "/fapi/v1/listenKey", lambda request: b'{"listenKey":"bench"}')
        self._fixed("PUT", "/fapi/v1/listenKey", lambda request: b'{"listenKey":"bench"}')
        self._fixed("GET", "/fapi/v1/openOrders", self._open_orders)
        self._fixed("GET", "/fapi/v1/allOrders", lambda request: b"[]")
        self._fixed("GET", "/fapi/v1/userTrades", lambda request: b"[]")
        self._fixed("GET", "/fapi/v3/balance", self._balance)
        self._fixed("GET", "/fapi/v3/positionRisk", lambda request: b"[]")
        self._fixed("POST", "/fapi/v1/countdownCancelAll", lambda request: b"{}")
        self._fixed("GET", "/fapi/v1/commissionRate", self._fees)
        self._fixed("GET", "/fapi/v1/positionSide/dual", lambda request: b'{"dualSidePosition":false}')

    def command(self, path: str, carry_out: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> None:
        """A command of the bench: JSON in, JSON out."""

        async def handle(request: web.Request) -> web.Response:
            return web.json_response(await carry_out(await request.json()))

        self.application.router.add_post(path, handle)

    def _fixed(self, method: str, path: str, answer: Callable[[web.Request], bytes]) -> None:
        async def handle(request: web.Request) -> web.Response:
            return web.Response(body=answer(request), content_type="application/json")

        self.application.router.add_route(method, path, handle)

    def _depth(self, request: web.Request) -> bytes:
        return self._instruments[request.query["symbol"]].snapshot(_now_ms())

    def _tickers(self, request: web.Request) -> bytes:
        symbol = request.query.get("symbol")
        if symbol:
            return self._instruments[symbol].ticker(_now_ms()).encode()
        return ("[" + ",".join(i.ticker(_now_ms()) for i in self._instruments.values()) + "]").encode()

    def _open_orders(self, request: web.Request) -> bytes:
        return self._desk.listed(request.query["symbol"], _now_ms())

    def _balance(self, request: web.Request) -> bytes:
        held = '"balance":"1000000000","availableBalance":"1000000000"'
        return f'[{{"asset":"USDT",{held},"updateTime":{_now_ms()}}}]'.encode()

    def _fees(self, request: web.Request) -> bytes:
        symbol = request.query["symbol"]
        return f'{{"symbol":"{symbol}","makerCommissionRate":"0.0002","takerCommissionRate":"0.0004"}}'.encode()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
