"""Spot words for an order: its type, time in force and status as Binance writes them."""

from __future__ import annotations

from typing import Final

from venue_sim.exchange.api import EndReason, Order, OrderType, TimeInForce

_EXPIRY_REASONS: Final = {
    EndReason.UNFILLED_REMAINDER: "UNFILLED_IOC_QUANTITY_EXPIRED",
    EndReason.NOT_FILLABLE_WHOLE: "UNFILLED_FOK_ORDER_EXPIRED",
    EndReason.DELISTED: "EXCHANGE_CANCELED",
}


def type_word(order: Order) -> str:
    """LIMIT, LIMIT_MAKER or MARKET."""
    if order.order_type is OrderType.MARKET:
        return "MARKET"
    return "LIMIT_MAKER" if order.time_in_force is TimeInForce.POST_ONLY else "LIMIT"


def tif_word(order: Order) -> str:
    """The venue shows GTC for orders that carry no time in force."""
    return "GTC" if order.time_in_force is TimeInForce.POST_ONLY else str(order.time_in_force)


def expiry_reason(order: Order) -> str | None:
    """Why an expired order expired, as the venue puts it; None for other endings."""
    if order.order_type is OrderType.MARKET and order.end_reason is EndReason.UNFILLED_REMAINDER:
        return "INSUFFICIENT_LIQUIDITY"
    return _EXPIRY_REASONS.get(order.end_reason)
