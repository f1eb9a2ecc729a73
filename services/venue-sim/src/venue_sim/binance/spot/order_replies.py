"""Spot replies about orders: placed, canceled, amended, queried.

Source: Binance spot REST and WebSocket API, responses of "New order", "Cancel order", "Order amend keep priority",
"Query order"; conditional fields where the documents list them.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance.spot.order_words import expiry_reason, tif_word, type_word
from venue_sim.exchange.api import Fill, Order, OrderStatus, text

_NOTHING = "0.00000000"


def acknowledged(order: Order) -> dict[str, Any]:
    """ACK: only that the order is in."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.client_order_id,
        "transactTime": order.updated_ms,
    }


def result(order: Order) -> dict[str, Any]:
    """RESULT: the order as it stands."""
    reply = acknowledged(order) | _amounts(order) | _kind(order)
    reply["workingTime"] = order.on_book_since_ms or order.updated_ms
    return reply | _self_trade(order)


def full(order: Order, fills: list[Fill]) -> dict[str, Any]:
    """FULL: the order and what it traded at once."""
    reply = result(order)
    mode = reply.pop("selfTradePreventionMode")
    reply["fills"] = [
        {
            "price": text(fill.price),
            "qty": text(fill.quantity),
            "commission": text(fill.fee),
            "commissionAsset": fill.fee_asset,
            "tradeId": fill.trade_id,
        }
        for fill in fills
    ]
    reply["selfTradePreventionMode"] = mode
    return reply


def canceled(order: Order, cancel_id: str) -> dict[str, Any]:
    """A cancel's reply: `clientOrderId` is the cancel's own id, `origClientOrderId` the order's."""
    head: dict[str, Any] = {
        "symbol": order.symbol,
        "origClientOrderId": order.client_order_id,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": cancel_id,
        "transactTime": order.updated_ms,
    }
    return head | _amounts(order) | _kind(order) | _self_trade(order)


def amended(order: Order, previous_id: str, execution_id: int) -> dict[str, Any]:
    """An amendment's reply."""
    amended_order: dict[str, Any] = {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": -1,
        "origClientOrderId": previous_id,
        "clientOrderId": order.client_order_id,
        "price": text(order.price),
        "qty": text(order.quantity),
        "executedQty": text(order.filled),
        "preventedQty": text(order.prevented),
        "quoteOrderQty": text(order.quote_quantity),
        "cumulativeQuoteQty": text(order.filled_quote),
    }
    amended_order |= _kind(order) | {"workingTime": order.on_book_since_ms or order.created_ms}
    amended_order["selfTradePreventionMode"] = str(order.self_trade)
    return {"transactTime": order.updated_ms, "executionId": execution_id, "amendedOrder": amended_order}


def queried(order: Order) -> dict[str, Any]:
    """An order as `GET order`, `openOrders` and `allOrders` show it."""
    reply: dict[str, Any] = {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.client_order_id,
    }
    reply |= _amounts(order) | _kind(order)
    reply |= {"stopPrice": _NOTHING, "icebergQty": _NOTHING, "time": order.created_ms, "updateTime": order.updated_ms}
    reply |= {"isWorking": True, "workingTime": order.on_book_since_ms or order.created_ms}
    return reply | _self_trade(order) | _expiry(order)


def _amounts(order: Order) -> dict[str, Any]:
    return {
        "price": text(order.price),
        "origQty": text(order.quantity),
        "executedQty": text(order.filled),
        "origQuoteOrderQty": text(order.quote_quantity),
        "cummulativeQuoteQty": text(order.filled_quote),
    }


def _kind(order: Order) -> dict[str, Any]:
    return {
        "status": str(order.status),
        "timeInForce": tif_word(order),
        "type": type_word(order),
        "side": str(order.side),
    }


def _self_trade(order: Order) -> dict[str, Any]:
    reply: dict[str, Any] = {"selfTradePreventionMode": str(order.self_trade)}
    if order.prevented:
        reply |= {"preventedMatchId": 0, "preventedQuantity": text(order.prevented)}
    return reply


def _expiry(order: Order) -> dict[str, Any]:
    reason = expiry_reason(order)
    return {"expiryReason": reason} if order.status is OrderStatus.EXPIRED and reason else {}
