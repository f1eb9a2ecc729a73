"""The spot endpoints as data: REST routes, WebSocket-API methods, who may ask, what each costs.

Source: Binance spot REST API and WebSocket API, "Weight" of every endpoint. Since 2026-04-02 successful order and
cancel requests cost no request weight; a cancel-replace counts as an order even when it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from venue_sim.binance.call import Operation
from venue_sim.binance.params import Params
from venue_sim.binance.spot import account, market, trading


def _depth_weight(params: Params) -> int:
    limit = params.limit(100, 5000)
    return 5 if limit <= 100 else 25 if limit <= 500 else 50 if limit <= 1000 else 250


def _by_symbol(one: int, several: int) -> Callable[[Params], int]:
    return lambda params: one if "symbol" in params else several


_TABLE: Final = (
    Operation("ping", market.ping),
    Operation("time", market.time),
    Operation("exchangeInfo", market.exchange_info, weight=20),
    Operation("depth", market.depth, weight=_depth_weight),
    Operation("trades", market.trades, weight=25),
    Operation("aggTrades", market.agg_trades, weight=4),
    Operation("ticker.book", market.book_ticker, weight=_by_symbol(2, 4)),
    Operation("ticker.price", market.price, weight=_by_symbol(2, 4)),
    Operation("avgPrice", market.average_price, weight=2),
    Operation("order.place", trading.place, "TRADE", 1, 1, free_when_done=True),
    Operation("order.test", trading.test, "TRADE", lambda params: 20 if params.flag("computeCommissionRates") else 1),
    Operation("order.cancel", trading.cancel, "TRADE", 1, free_when_done=True, rejected_as="cancel"),
    Operation("openOrders.cancelAll", trading.cancel_all, "TRADE", 1, free_when_done=True, rejected_as="cancel"),
    Operation(
        "order.cancelReplace", trading.cancel_replace, "TRADE", 1, 1, free_when_done=True, counts_when_refused=True
    ),
    Operation("order.amend.keepPriority", trading.amend, "TRADE", 4, rejected_as="amend"),
    Operation("order.status", trading.query, "USER_DATA", 4, rejected_as="query"),
    Operation("openOrders.status", trading.open_orders, "USER_DATA", _by_symbol(6, 80), rejected_as="query"),
    Operation("allOrders", trading.all_orders, "USER_DATA", 20, rejected_as="query"),
    Operation("myTrades", account.my_trades, "USER_DATA", lambda params: 5 if "orderId" in params else 20),
    Operation("account.status", account.account, "USER_DATA", 20),
    Operation("account.commission", account.commission, "USER_DATA", 20),
    Operation("account.rateLimits.orders", account.order_counts, "USER_DATA", 40),
    Operation("apiRestrictions", account.api_restrictions, "USER_DATA", 1),
)

OPERATIONS: Final[Mapping[str, Operation]] = {operation.name: operation for operation in _TABLE}

REST_ROUTES: Final[Mapping[tuple[str, str], str]] = {
    ("GET", "/api/v3/ping"): "ping",
    ("GET", "/api/v3/time"): "time",
    ("GET", "/api/v3/exchangeInfo"): "exchangeInfo",
    ("GET", "/api/v3/depth"): "depth",
    ("GET", "/api/v3/trades"): "trades",
    ("GET", "/api/v3/aggTrades"): "aggTrades",
    ("GET", "/api/v3/ticker/bookTicker"): "ticker.book",
    ("GET", "/api/v3/ticker/price"): "ticker.price",
    ("GET", "/api/v3/avgPrice"): "avgPrice",
    ("POST", "/api/v3/order"): "order.place",
    ("GET", "/api/v3/order"): "order.status",
    ("DELETE", "/api/v3/order"): "order.cancel",
    ("POST", "/api/v3/order/test"): "order.test",
    ("POST", "/api/v3/order/cancelReplace"): "order.cancelReplace",
    ("PUT", "/api/v3/order/amend/keepPriority"): "order.amend.keepPriority",
    ("GET", "/api/v3/openOrders"): "openOrders.status",
    ("DELETE", "/api/v3/openOrders"): "openOrders.cancelAll",
    ("GET", "/api/v3/allOrders"): "allOrders",
    ("GET", "/api/v3/myTrades"): "myTrades",
    ("GET", "/api/v3/account"): "account.status",
    ("GET", "/api/v3/account/commission"): "account.commission",
    ("GET", "/api/v3/rateLimit/order"): "account.rateLimits.orders",
    ("GET", "/sapi/v1/account/apiRestrictions"): "apiRestrictions",
}

_WS_ONLY_NAMES: Final = {"trades": "trades.recent", "aggTrades": "trades.aggregate"}
_NOT_ON_WS: Final = ("apiRestrictions",)
WS_METHODS: Final[Mapping[str, str]] = {
    _WS_ONLY_NAMES.get(name, name): name for name in OPERATIONS if name not in _NOT_ON_WS
}
