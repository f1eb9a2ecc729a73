"""The USD-M endpoints as data: REST routes, WebSocket-API methods, who may ask, what each costs.

Source: Binance USD-M REST and WebSocket API, "Request weight" of every endpoint. New and modified orders cost order
count, no request weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from venue_sim.binance.call import Operation
from venue_sim.binance.params import Params
from venue_sim.binance.usdm import account, account_settings, market, trading, user_stream
from venue_sim.binance.usdm.income import IncomeBook, funding_rates, income


def _by_symbol(one: int, several: int) -> Callable[[Params], int]:
    return lambda params: one if "symbol" in params else several


_TABLE: Final = (
    Operation("ping", market.ping),
    Operation("time", market.time),
    Operation("exchangeInfo", market.exchange_info),
    Operation("depth", market.depth, weight=market.depth_weight),
    Operation("trades", market.trades, weight=5),
    Operation("aggTrades", market.agg_trades, weight=20),
    Operation("ticker.book", market.book_ticker, weight=_by_symbol(2, 5)),
    Operation("ticker.price", market.price, weight=_by_symbol(1, 2)),
    Operation("premiumIndex", market.premium_index, weight=_by_symbol(1, 10)),
    Operation("fundingInfo", market.funding_info, weight=0),
    Operation("order.place", trading.place, "TRADE", 0, 1),
    Operation("order.test", trading.test, "TRADE", 1),
    Operation("order.modify", trading.modify, "TRADE", 0, 1, rejected_as="modify"),
    Operation("order.cancel", trading.cancel, "TRADE", 1, rejected_as="cancel"),
    Operation("order.status", trading.query, "USER_DATA", 1, rejected_as="query"),
    Operation("batchOrders.place", trading.place_batch, "TRADE", 5, 5),
    Operation("batchOrders.modify", trading.modify_batch, "TRADE", 5, 5, rejected_as="modify"),
    Operation("batchOrders.cancel", trading.cancel_batch, "TRADE", 1, rejected_as="cancel"),
    Operation("allOpenOrders.cancel", trading.cancel_all, "TRADE", 1, rejected_as="cancel"),
    Operation("countdownCancelAll", trading.countdown, "TRADE", 10),
    Operation("openOrder", trading.query_open, "USER_DATA", 1, rejected_as="query"),
    Operation("openOrders", trading.open_orders, "USER_DATA", _by_symbol(1, 40), rejected_as="query"),
    Operation("allOrders", trading.all_orders, "USER_DATA", 5, rejected_as="query"),
    Operation("userTrades", trading.user_trades, "USER_DATA", 5, rejected_as="query"),
    Operation("listenKey.start", user_stream.start, "USER_STREAM"),
    Operation("listenKey.extend", user_stream.extend, "USER_STREAM"),
    Operation("listenKey.stop", user_stream.stop, "USER_STREAM"),
    Operation("balance", account.balance, "USER_DATA", 5),
    Operation("account.v2", account.account_v2, "USER_DATA", 5),
    Operation("account.v3", account.account_v3, "USER_DATA", 5),
    Operation("position.v2", account.position_risk_v2, "USER_DATA", 5),
    Operation("position.v3", account.position_risk, "USER_DATA", 5),
    Operation("positionSide.show", account_settings.position_mode, "USER_DATA", 30),
    Operation("positionSide.change", account_settings.change_position_mode, "TRADE", 1),
    Operation("multiAssetsMargin", account_settings.multi_assets_mode, "USER_DATA", 30),
    Operation("feeBurn", account_settings.fee_burn, "USER_DATA", 30),
    Operation("leverage", account_settings.change_leverage, "TRADE", 1),
    Operation("marginType", account_settings.change_margin_type, "TRADE", 1),
    Operation("commissionRate", account_settings.commission_rate, "USER_DATA", 20),
    Operation("symbolConfig", account_settings.symbol_config, "USER_DATA", 5),
    Operation("accountConfig", account_settings.account_config, "USER_DATA", 5),
    Operation("leverageBracket", account_settings.leverage_brackets, "USER_DATA", 1),
    Operation("rateLimit.order", account_settings.order_limits, "USER_DATA", 1),
)


def operations(book: IncomeBook) -> Mapping[str, Operation]:
    """All operations; those about income and funding read `book`."""
    with_book = (
        Operation("income", partial(income, book), "USER_DATA", 30),
        Operation("fundingRate", partial(funding_rates, book), weight=1),
    )
    return {operation.name: operation for operation in _TABLE + with_book}


REST_ROUTES: Final[Mapping[tuple[str, str], str]] = {
    ("GET", "/fapi/v1/ping"): "ping",
    ("GET", "/fapi/v1/time"): "time",
    ("GET", "/fapi/v1/exchangeInfo"): "exchangeInfo",
    ("GET", "/fapi/v1/depth"): "depth",
    ("GET", "/fapi/v1/trades"): "trades",
    ("GET", "/fapi/v1/aggTrades"): "aggTrades",
    ("GET", "/fapi/v1/ticker/bookTicker"): "ticker.book",
    ("GET", "/fapi/v1/ticker/price"): "ticker.price",
    ("GET", "/fapi/v2/ticker/price"): "ticker.price",
    ("GET", "/fapi/v1/premiumIndex"): "premiumIndex",
    ("GET", "/fapi/v1/fundingInfo"): "fundingInfo",
    ("GET", "/fapi/v1/fundingRate"): "fundingRate",
    ("POST", "/fapi/v1/order"): "order.place",
    ("PUT", "/fapi/v1/order"): "order.modify",
    ("GET", "/fapi/v1/order"): "order.status",
    ("DELETE", "/fapi/v1/order"): "order.cancel",
    ("POST", "/fapi/v1/order/test"): "order.test",
    ("POST", "/fapi/v1/batchOrders"): "batchOrders.place",
    ("PUT", "/fapi/v1/batchOrders"): "batchOrders.modify",
    ("DELETE", "/fapi/v1/batchOrders"): "batchOrders.cancel",
    ("DELETE", "/fapi/v1/allOpenOrders"): "allOpenOrders.cancel",
    ("GET", "/fapi/v1/openOrder"): "openOrder",
    ("GET", "/fapi/v1/openOrders"): "openOrders",
    ("GET", "/fapi/v1/allOrders"): "allOrders",
    ("GET", "/fapi/v1/userTrades"): "userTrades",
    ("POST", "/fapi/v1/countdownCancelAll"): "countdownCancelAll",
    ("POST", "/fapi/v1/listenKey"): "listenKey.start",
    ("PUT", "/fapi/v1/listenKey"): "listenKey.extend",
    ("DELETE", "/fapi/v1/listenKey"): "listenKey.stop",
    ("GET", "/fapi/v2/balance"): "balance",
    ("GET", "/fapi/v3/balance"): "balance",
    ("GET", "/fapi/v2/account"): "account.v2",
    ("GET", "/fapi/v3/account"): "account.v3",
    ("GET", "/fapi/v2/positionRisk"): "position.v2",
    ("GET", "/fapi/v3/positionRisk"): "position.v3",
    ("GET", "/fapi/v1/positionSide/dual"): "positionSide.show",
    ("POST", "/fapi/v1/positionSide/dual"): "positionSide.change",
    ("GET", "/fapi/v1/multiAssetsMargin"): "multiAssetsMargin",
    ("GET", "/fapi/v1/feeBurn"): "feeBurn",
    ("POST", "/fapi/v1/leverage"): "leverage",
    ("POST", "/fapi/v1/marginType"): "marginType",
    ("GET", "/fapi/v1/commissionRate"): "commissionRate",
    ("GET", "/fapi/v1/symbolConfig"): "symbolConfig",
    ("GET", "/fapi/v1/accountConfig"): "accountConfig",
    ("GET", "/fapi/v1/leverageBracket"): "leverageBracket",
    ("GET", "/fapi/v1/income"): "income",
    ("GET", "/fapi/v1/rateLimit/order"): "rateLimit.order",
}

WS_METHODS: Final[Mapping[str, str]] = {
    "ping": "ping",
    "time": "time",
    "depth": "depth",
    "ticker.book": "ticker.book",
    "ticker.price": "ticker.price",
    "order.place": "order.place",
    "order.modify": "order.modify",
    "order.cancel": "order.cancel",
    "order.status": "order.status",
    "account.balance": "balance",
    "v2/account.balance": "balance",
    "account.status": "account.v2",
    "v2/account.status": "account.v3",
    "account.position": "position.v2",
    "v2/account.position": "position.v3",
    "userDataStream.start": "listenKey.start",
    "userDataStream.ping": "listenKey.extend",
    "userDataStream.stop": "listenKey.stop",
}
