"""Spot order requests, read as the venue reads them: which parameters each order type needs and forbids.

Source: Binance spot REST and WebSocket API, "New order" and "Enum definitions".
"""

from __future__ import annotations

import re
from typing import Final

from venue_sim.binance import errors
from venue_sim.binance.desk import Desk
from venue_sim.binance.params import Params
from venue_sim.exchange.api import (
    Atoms,
    OrderRef,
    OrderType,
    PlaceOrder,
    SelfTradePrevention,
    TimeInForce,
    atoms,
)

ORDER_TYPES: Final = ("LIMIT", "LIMIT_MAKER", "MARKET")
SELF_TRADE_MODES: Final = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
RESPONSE_TYPES: Final = ("ACK", "RESULT", "FULL")
_UNSUPPORTED_TYPES: Final = {
    "STOP_LOSS": "Stop loss orders are not supported for this symbol.",
    "STOP_LOSS_LIMIT": "Stop loss limit orders are not supported for this symbol.",
    "TAKE_PROFIT": "Take profit orders are not supported for this symbol.",
    "TAKE_PROFIT_LIMIT": "Take profit limit orders are not supported for this symbol.",
}
_UNSUPPORTED_PARAMS: Final = {
    "icebergQty": "Iceberg orders are not supported for this symbol.",
    "trailingDelta": "Trailing stop orders are not supported for this symbol.",
    "pegPriceType": "Pegged orders are not supported for this symbol.",
}
_CLIENT_ID_PATTERN: Final = "^[a-zA-Z0-9-_]{1,36}$"
_CLIENT_ID: Final = re.compile(_CLIENT_ID_PATTERN)
_TIFS: Final = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}


def place_order(desk: Desk, params: Params) -> PlaceOrder:
    """A new order from its parameters; raises the venue's complaint about the first that is wrong."""
    symbol = symbol_of(desk, params)
    side = params.side()
    order_type = order_type_of(params)
    _refuse_unsupported(order_type, params)
    tif = _time_in_force(order_type, params)
    price, quantity, quote_quantity = _sizes(order_type, params)
    mode = params.choice("selfTradePreventionMode", SELF_TRADE_MODES)
    params.choice("newOrderRespType", RESPONSE_TYPES)
    return PlaceOrder(
        market="spot",
        symbol=symbol,
        client_order_id=client_id(params, "newClientOrderId") or desk.ids.next_id(),
        side=side,
        order_type=OrderType.MARKET if order_type == "MARKET" else OrderType.LIMIT,
        quantity=quantity,
        price=price,
        time_in_force=tif,
        quote_quantity=quote_quantity,
        self_trade=SelfTradePrevention(mode) if mode else None,
    )


def symbol_of(desk: Desk, params: Params) -> str:
    """The symbol a request is about; -1102 when absent, `Rejected` when unknown."""
    symbol = params.required("symbol")
    desk.exchange.instrument("spot", symbol)
    return symbol


def order_type_of(params: Params) -> str:
    """The order type as sent; -1116 when it is none, -2010 when the symbol does not offer it."""
    order_type = params.required("type")
    if order_type in _UNSUPPORTED_TYPES:
        raise errors.spot_rejected(_UNSUPPORTED_TYPES[order_type])
    if order_type not in ORDER_TYPES:
        raise errors.bad_order_type()
    return order_type


def client_id(params: Params, name: str) -> str:
    """An optional client order id; -1100 outside its alphabet."""
    value = params.text(name)
    if value and not _CLIENT_ID.match(value):
        raise errors.illegal_chars(name, _CLIENT_ID_PATTERN)
    return value


def order_ref(
    params: Params, symbol: str, id_name: str = "orderId", client_name: str = "origClientOrderId"
) -> OrderRef:
    """Which order a request names; -1102 when by neither id."""
    order_id = params.integer(id_name)
    client_order_id = params.text(client_name) or None
    if order_id is None and client_order_id is None:
        raise errors.either_missing(client_name, id_name)
    return OrderRef("spot", symbol, order_id, client_order_id)


def response_type(params: Params) -> str:
    """How full the reply to a new order is: FULL for MARKET, LIMIT and LIMIT_MAKER unless asked otherwise."""
    return params.text("newOrderRespType") or "FULL"


def amount(params: Params, name: str) -> Atoms:
    """A mandatory price or quantity in atoms; -1111 with more than eight decimals."""
    try:
        return atoms(params.required_decimal(name))
    except ValueError as error:
        raise errors.too_precise(name) from error


def _refuse_unsupported(order_type: str, params: Params) -> None:
    for name, message in _UNSUPPORTED_PARAMS.items():
        if name in params:
            raise errors.spot_rejected(message)
    if "stopPrice" in params:
        raise errors.not_required("stopPrice")
    if order_type != "MARKET" and "quoteOrderQty" in params:
        raise errors.not_required("quoteOrderQty")


def _time_in_force(order_type: str, params: Params) -> TimeInForce:
    if order_type == "LIMIT":
        tif = _TIFS.get(params.required("timeInForce"))
        if tif is None:
            raise errors.bad_tif()
        return tif
    if "timeInForce" in params:
        raise errors.not_required("timeInForce")
    return TimeInForce.POST_ONLY if order_type == "LIMIT_MAKER" else TimeInForce.GTC


def _sizes(order_type: str, params: Params) -> tuple[Atoms, Atoms, Atoms]:
    if order_type != "MARKET":
        return amount(params, "price"), amount(params, "quantity"), 0
    if "price" in params:
        raise errors.not_required("price")
    if "quantity" in params and "quoteOrderQty" in params:
        raise errors.not_required("quoteOrderQty")
    if "quoteOrderQty" in params:
        return 0, 0, amount(params, "quoteOrderQty")
    if "quantity" not in params:
        raise errors.either_missing("quantity", "quoteOrderQty")
    return 0, amount(params, "quantity"), 0
