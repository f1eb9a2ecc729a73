"""USD-M replies about orders: placed, canceled, modified, queried.

Source: Binance USD-M "Trade" endpoints. Since 2026-06-30 replies to place, modify and cancel carry no `avgPrice`,
`cumQuote`; queries still do.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance.desk import Digits
from venue_sim.binance.usdm.order_words import average_price, tif_word
from venue_sim.exchange.api import Fill, Order, Side, plain, text


def acknowledged(order: Order, digits: Digits) -> dict[str, Any]:
    """The reply to place, modify and cancel."""
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "status": str(order.status),
        "clientOrderId": order.client_order_id,
        "price": digits.price_text(order.price),
        "origQty": digits.quantity_text(order.quantity),
        "executedQty": digits.quantity_text(order.filled),
        "cumQty": digits.quantity_text(order.filled),
        **_nature(order),
        "updateTime": order.updated_ms,
    }


def received(order: Order, digits: Digits) -> dict[str, Any]:
    """The ACK of a new order, which knows nothing of what it traded at once."""
    nothing = digits.quantity_text(0)
    return acknowledged(order, digits) | {"status": "NEW", "executedQty": nothing, "cumQty": nothing}


def queried(order: Order, digits: Digits) -> dict[str, Any]:
    """An order as queries show it."""
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "status": str(order.status),
        "clientOrderId": order.client_order_id,
        "price": digits.price_text(order.price),
        "avgPrice": text(average_price(order), max(digits.price, 5)) if order.filled else "0.00",
        "origQty": digits.quantity_text(order.quantity),
        "executedQty": digits.quantity_text(order.filled),
        "cumQuote": plain(order.filled_quote),
        **_nature(order),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
    }


def trade(fill: Fill, digits: Digits) -> dict[str, Any]:
    """One of `userTrades`."""
    return {
        "symbol": fill.symbol,
        "pair": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "side": str(fill.side),
        "price": digits.price_text(fill.price),
        "qty": digits.quantity_text(fill.quantity),
        "realizedPnl": text(fill.realised_pnl),
        "marginAsset": "USDT",
        "quoteQty": plain(fill.quote),
        "commission": text(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.time_ms,
        "positionSide": "BOTH",
        "buyer": fill.side is Side.BUY,
        "maker": fill.maker,
    }


def _nature(order: Order) -> dict[str, Any]:
    return {
        "timeInForce": tif_word(order),
        "type": str(order.order_type),
        "reduceOnly": order.reduce_only,
        "closePosition": False,
        "side": str(order.side),
        "positionSide": "BOTH",
        "stopPrice": "0.00",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": str(order.order_type),
        "priceMatch": "NONE",
        "selfTradePreventionMode": str(order.self_trade),
        "goodTillDate": 0,
    }
