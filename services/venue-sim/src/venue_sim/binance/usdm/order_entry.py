"""USD-M futures order requests, read as the venue reads them.

Source: Binance USD-M "New Order", "Modify Order": since 2025-12-09 the order endpoint takes LIMIT and MARKET only;
conditional types answer -4120.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from venue_sim.binance import errors
from venue_sim.binance.desk import Desk
from venue_sim.binance.errors import VenueError
from venue_sim.binance.params import Params
from venue_sim.exchange.api import (
    Atoms,
    OrderRef,
    OrderType,
    PlaceOrder,
    SelfTradePrevention,
    Side,
    TimeInForce,
    atoms,
)

CONDITIONAL_TYPES: Final = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
SELF_TRADE_MODES: Final = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH")
_CLIENT_ID_PATTERN: Final = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
_CLIENT_ID: Final = re.compile(_CLIENT_ID_PATTERN)
_TIFS: Final = {
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "GTX": TimeInForce.POST_ONLY,
}


def place_order(desk: Desk, params: Params) -> PlaceOrder:
    """A new order from its parameters; raises the venue's complaint about the first that is wrong."""
    symbol = symbol_of(desk, params)
    side = params.side()
    order_type = _order_type(params)
    _one_way_only(params)
    limit = order_type is OrderType.LIMIT
    tif = _time_in_force(params) if limit else TimeInForce.GTC
    if not limit and "price" in params:
        raise errors.not_required("price")
    mode = params.choice("selfTradePreventionMode", SELF_TRADE_MODES)
    params.choice("newOrderRespType", ("ACK", "RESULT"))
    return PlaceOrder(
        market="usdm",
        symbol=symbol,
        client_order_id=client_id(params) or desk.ids.next_id(),
        side=side,
        order_type=order_type,
        quantity=_within_precision(desk, symbol, params, "quantity"),
        price=_within_precision(desk, symbol, params, "price") if limit else 0,
        time_in_force=tif,
        reduce_only=params.flag("reduceOnly"),
        self_trade=SelfTradePrevention(mode) if mode else None,
    )


def modification(desk: Desk, params: Params) -> tuple[OrderRef, Side, Atoms, Atoms]:
    """Which order to modify, its side, the new price and the new total quantity."""
    symbol = symbol_of(desk, params)
    ref = order_ref(params, symbol)
    side = params.side()
    quantity = _within_precision(desk, symbol, params, "quantity")
    return ref, side, _within_precision(desk, symbol, params, "price"), quantity


def symbol_of(desk: Desk, params: Params) -> str:
    """The symbol a request is about; -1102 when absent, `Rejected` when unknown."""
    symbol = params.required("symbol")
    desk.exchange.instrument("usdm", symbol)
    return symbol


def client_id(params: Params, name: str = "newClientOrderId") -> str:
    """An optional client order id; -4015 when too long, -1100 outside its alphabet."""
    value = params.text(name)
    if len(value) > 36:
        raise VenueError(-4015, "Client order id length should be less than 36 chars")
    if value and not _CLIENT_ID.match(value):
        raise errors.illegal_chars(name, _CLIENT_ID_PATTERN)
    return value


def order_ref(params: Params, symbol: str) -> OrderRef:
    """Which order a request names; -1102 when by neither id."""
    order_id = params.integer("orderId")
    client_order_id = params.text("origClientOrderId") or None
    if order_id is None and client_order_id is None:
        raise errors.either_missing("origClientOrderId", "orderId")
    return OrderRef("usdm", symbol, order_id, client_order_id)


def choice_of(params: Params, name: str, allowed: Collection[str]) -> str:
    """A mandatory value out of `allowed`."""
    params.required(name)
    return params.choice(name, allowed)


def _order_type(params: Params) -> OrderType:
    order_type = params.required("type")
    if order_type in CONDITIONAL_TYPES:
        raise VenueError(
            -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
        )
    if order_type not in ("LIMIT", "MARKET"):
        raise errors.bad_order_type()
    return OrderType(order_type)


def _one_way_only(params: Params) -> None:
    if params.text("positionSide", "BOTH") != "BOTH":
        raise VenueError(-4061, "Order's position side does not match user's setting.")
    for name in ("priceMatch", "closePosition", "activationPrice", "callbackRate", "stopPrice"):
        if params.text(name, "NONE").lower() not in ("none", "false"):
            raise errors.not_required(name)


def _time_in_force(params: Params) -> TimeInForce:
    tif = _TIFS.get(params.required("timeInForce"))
    if tif is None:
        raise errors.bad_tif()
    return tif


def _within_precision(desk: Desk, symbol: str, params: Params, name: str) -> Atoms:
    digits = desk.digits_of(symbol)
    most = digits.price if name == "price" else digits.quantity
    value = params.required_decimal(name).normalize()
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > most:
        raise VenueError(-1111, "Precision is over the maximum defined for this asset.")
    return atoms(value)
