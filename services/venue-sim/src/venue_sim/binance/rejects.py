"""How each product words a refusal of the exchange, depending on what was asked.

Sources: Binance spot `errors.md` (filter failures; messages of -2010, -2011, -2038) and the USD-M futures error codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from venue_sim.binance import errors
from venue_sim.binance.errors import VenueError
from venue_sim.exchange.api import Rejected, RejectReason

R = RejectReason
Wording = tuple[int, str]

_SPOT_PLACE: Final[Mapping[RejectReason, Wording]] = {
    R.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    R.UNKNOWN_ACCOUNT: (-2015, "Invalid API-key, IP, or permissions for action."),
    R.MARKET_CLOSED: (-2010, "Market is closed."),
    R.CANCEL_ONLY: (-2010, "Market is closed."),
    R.BAD_PRICE: (-1013, "Filter failure: PRICE_FILTER"),
    R.PRICE_OFF_TICK: (-1013, "Filter failure: PRICE_FILTER"),
    R.BAD_QUANTITY: (-1013, "Invalid quantity."),
    R.QUANTITY_OFF_LOT: (-1013, "Filter failure: LOT_SIZE"),
    R.QUANTITY_TOO_SMALL: (-1013, "Filter failure: LOT_SIZE"),
    R.QUANTITY_TOO_LARGE: (-1013, "Filter failure: LOT_SIZE"),
    R.MARKET_QUANTITY_OFF_LOT: (-1013, "Filter failure: MARKET_LOT_SIZE"),
    R.MARKET_QUANTITY_TOO_SMALL: (-1013, "Filter failure: MARKET_LOT_SIZE"),
    R.MARKET_QUANTITY_TOO_LARGE: (-1013, "Filter failure: MARKET_LOT_SIZE"),
    R.NOTIONAL_TOO_SMALL: (-1013, "Filter failure: NOTIONAL"),
    R.NOTIONAL_TOO_LARGE: (-1013, "Filter failure: NOTIONAL"),
    R.PRICE_TOO_HIGH: (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    R.PRICE_TOO_LOW: (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    R.TOO_MANY_ORDERS: (-1013, "Filter failure: MAX_NUM_ORDERS"),
    R.DUPLICATE_CLIENT_ID: (-2010, "Duplicate order sent."),
    R.WOULD_TAKE: (-2010, "Order would immediately match and take."),
    R.NO_LIQUIDITY: (-2010, "Order book liquidity is less than symbol minimum quantity."),
    R.INSUFFICIENT_BALANCE: (-2010, "Account has insufficient balance for requested action."),
    R.SELF_TRADE_MODE: (-1013, "This symbol does not allow the specified self-trade prevention mode."),
    R.UNSUPPORTED: (-1014, "Unsupported order combination."),
}
_SPOT_CANCEL: Final[Mapping[RejectReason, Wording]] = {
    R.ORDER_NOT_FOUND: (-2011, "Unknown order sent."),
    R.NOT_OPEN: (-2011, "Unknown order sent."),
    R.ID_PAIR_MISMATCH: (-2011, "Unknown order sent."),
    R.CANCEL_RESTRICTED: (-2011, "Order was not canceled due to cancel restrictions."),
}
_SPOT_AMEND: Final[Mapping[RejectReason, Wording]] = {
    R.ORDER_NOT_FOUND: (-2038, "Unknown order sent."),
    R.NOT_OPEN: (-2038, "Unknown order sent."),
    R.ID_PAIR_MISMATCH: (-2039, "Client order ID is not correct for this order ID."),
    R.NO_CHANGE: (-2038, "The requested action would change no state; rejecting."),
    R.AMEND_NOT_SMALLER: (-2038, "Order amend (quantity increase) is not supported."),
    R.AMEND_NOT_LIMIT: (-2038, "Order amend is not supported for this symbol."),
    R.DUPLICATE_CLIENT_ID: (-2038, "Duplicate order sent."),
}
_SPOT_QUERY: Final[Mapping[RejectReason, Wording]] = {
    R.ORDER_NOT_FOUND: (-2013, "Order does not exist."),
    R.NOT_OPEN: (-2013, "Order does not exist."),
    R.ID_PAIR_MISMATCH: (-2039, "Client order ID is not correct for this order ID."),
}
_UNEXECUTABLE_MAKER: Final = (
    "Due to the order could not be executed as maker, the Post Only order will be rejected. "
    "The order will not be recorded in the order history"
)
_UNFILLABLE_WHOLE: Final = (
    "Due to the order could not be filled immediately, the FOK order has been rejected. "
    "The order will not be recorded in the order history"
)
_USDM_PLACE: Final[Mapping[RejectReason, Wording]] = {
    R.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    R.UNKNOWN_ACCOUNT: (-2015, "Invalid API-key, IP, or permissions for action."),
    R.MARKET_CLOSED: (-4140, "Invalid symbol status for opening position."),
    R.CANCEL_ONLY: (-4140, "Invalid symbol status for opening position."),
    R.BAD_PRICE: (-4001, "Price less than 0."),
    R.PRICE_OFF_TICK: (-4014, "Price not increased by tick size."),
    R.BAD_QUANTITY: (-4003, "Quantity less than or equal to zero."),
    R.QUANTITY_OFF_LOT: (-4023, "Qty not increased by step size."),
    R.QUANTITY_TOO_SMALL: (-4004, "Quantity less than min quantity."),
    R.QUANTITY_TOO_LARGE: (-4005, "Quantity greater than max quantity."),
    R.MARKET_QUANTITY_OFF_LOT: (-4023, "Qty not increased by step size."),
    R.MARKET_QUANTITY_TOO_SMALL: (-4004, "Quantity less than min quantity."),
    R.MARKET_QUANTITY_TOO_LARGE: (-4005, "Quantity greater than max quantity."),
    R.NOTIONAL_TOO_SMALL: (-4164, "Order's notional must be no smaller than {least} (unless you choose reduce only)."),
    R.NOTIONAL_TOO_LARGE: (-2027, "Exceeded the maximum allowable position at current leverage."),
    R.PRICE_TOO_HIGH: (-4016, "Limit price can't be higher than {highest}."),
    R.PRICE_TOO_LOW: (-4024, "Limit price can't be lower than {lowest}."),
    R.TOO_MANY_ORDERS: (-2025, "Reach max open order limit."),
    R.DUPLICATE_CLIENT_ID: (-4116, "ClientOrderId is duplicated."),
    R.WOULD_TAKE: (-5022, _UNEXECUTABLE_MAKER),
    R.NOT_FILLABLE_WHOLE: (-5021, _UNFILLABLE_WHOLE),
    R.NO_LIQUIDITY: (-2020, "Unable to fill."),
    R.INSUFFICIENT_BALANCE: (-2018, "Balance is insufficient."),
    R.INSUFFICIENT_MARGIN: (-2019, "Margin is insufficient."),
    R.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
    R.SELF_TRADE_MODE: (-1130, "Data sent for parameter 'selfTradePreventionMode' is not valid."),
    R.BAD_LEVERAGE: (-4028, "Leverage {leverage} is not valid"),
    R.UNSUPPORTED: (-1014, "Unsupported order combination."),
}
_USDM_CANCEL: Final[Mapping[RejectReason, Wording]] = {
    R.ORDER_NOT_FOUND: (-2011, "Unknown order sent."),
    R.NOT_OPEN: (-2011, "Unknown order sent."),
    R.ID_PAIR_MISMATCH: (-2011, "Unknown order sent."),
}
_USDM_MODIFY: Final[Mapping[RejectReason, Wording]] = {
    R.ORDER_NOT_FOUND: (-2013, "Order does not exist."),
    R.NOT_OPEN: (-2013, "Order does not exist."),
    R.ID_PAIR_MISMATCH: (-2013, "Order does not exist."),
    R.NO_CHANGE: (-5027, "No need to modify the order."),
    R.AMEND_NOT_LIMIT: (-5024, "Only support LIMIT order modification."),
    R.REDUCE_ONLY: (-5047, "ReduceOnly order modification is rejected."),
}
_USDM_QUERY: Final[Mapping[RejectReason, Wording]] = {
    R.ORDER_NOT_FOUND: (-2013, "Order does not exist."),
    R.NOT_OPEN: (-2013, "Order does not exist."),
    R.ID_PAIR_MISMATCH: (-2013, "Order does not exist."),
}
_TABLES: Final[Mapping[tuple[str, str], Mapping[RejectReason, Wording]]] = {
    ("spot", "place"): _SPOT_PLACE,
    ("spot", "cancel"): {**_SPOT_PLACE, **_SPOT_CANCEL},
    ("spot", "amend"): {**_SPOT_PLACE, **_SPOT_AMEND},
    ("spot", "query"): {**_SPOT_PLACE, **_SPOT_QUERY},
    ("usdm", "place"): _USDM_PLACE,
    ("usdm", "cancel"): {**_USDM_PLACE, **_USDM_CANCEL},
    ("usdm", "modify"): {**_USDM_PLACE, **_USDM_MODIFY},
    ("usdm", "query"): {**_USDM_PLACE, **_USDM_QUERY},
}


def worded(product: str, asked: str, rejected: Rejected) -> VenueError:
    """The venue's error for a refusal; a reason no table words becomes -1000, an unknown error."""
    wording = _TABLES[(product, asked)].get(rejected.reason)
    if wording is None:
        return errors.unknown_error()
    code, message = wording
    return VenueError(code, message.format_map(_numbers(rejected.detail)), status=401 if code == -2015 else 400)


def _numbers(detail: str) -> dict[str, str]:
    """The `name=value` pairs of a refusal, and the price limits that follow from them; a name that is absent is ""."""
    numbers: defaultdict[str, str] = defaultdict(str)
    for pair in detail.split():
        name, _, value = pair.partition("=")
        numbers[name] = value
    for limit, factor in (("highest", "up"), ("lowest", "down")):
        if numbers["reference"] and numbers[factor]:
            numbers[limit] = str((Decimal(numbers["reference"]) * Decimal(numbers[factor])).normalize() + 0)
    return numbers
