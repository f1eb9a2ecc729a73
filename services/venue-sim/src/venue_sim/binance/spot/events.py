"""Spot user data events: `executionReport`, `outboundAccountPosition`, `balanceUpdate`.

Source: Binance spot "User Data Streams", with its conditional fields. On CANCELED and REPLACED `c` is the id of the
request (for REPLACED the order's new id) and `C` the order's former one.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance.spot.order_words import expiry_reason, tif_word, type_word
from venue_sim.exchange.api import (
    AccountChanged,
    BalanceTransferred,
    Execution,
    Fill,
    LeverageChanged,
    Order,
    OrderChanged,
    OrderStatus,
    PrivateEvent,
    text,
)

_NOTHING = "0.00000000"


def user_events(event: PrivateEvent) -> list[dict[str, Any]]:
    """The events a spot user stream shows for one event of the exchange, in order."""
    if isinstance(event, OrderChanged):
        return [execution_report(event)]
    if isinstance(event, AccountChanged):
        return [_account_position(event)]
    if isinstance(event, BalanceTransferred):
        return [_balance_update(event)]
    if isinstance(event, LeverageChanged):
        return []
    raise TypeError(f"no private event: {event!r}")


def execution_report(event: OrderChanged) -> dict[str, Any]:
    """One `executionReport`."""
    order = event.order
    client_id, original_id = _client_ids(event)
    report: dict[str, Any] = {
        "e": "executionReport",
        "E": event.time_ms,
        "s": order.symbol,
        "c": client_id,
        "S": str(order.side),
        "o": type_word(order),
        "f": tif_word(order),
        "q": text(order.quantity),
        "p": text(order.price),
        "P": _NOTHING,
        "F": _NOTHING,
        "g": -1,
        "C": original_id,
        "x": str(event.execution),
        "X": str(order.status),
        "r": "NONE",
        "i": order.order_id,
    }
    report |= _execution(event.fill, order, event.time_ms)
    report |= {"I": event.execution_id, "w": order.status.is_open, "m": bool(event.fill and event.fill.maker)}
    report |= {"M": event.fill is not None, "O": order.created_ms, "Z": text(order.filled_quote)}
    report |= {"Y": text(event.fill.quote) if event.fill else _NOTHING, "Q": text(order.quote_quantity)}
    if order.on_book_since_ms or order.filled or event.execution is Execution.NEW:
        report["W"] = order.on_book_since_ms or order.created_ms
    report["V"] = str(order.self_trade)
    return report | _prevention(event) | _expiry(order)


def _client_ids(event: OrderChanged) -> tuple[str, str]:
    order = event.order
    if event.execution is Execution.CANCELED:
        return event.request_client_id or order.client_order_id, order.client_order_id
    if event.execution is Execution.REPLACED:
        return order.client_order_id, event.previous_client_id
    return order.client_order_id, ""


def _execution(fill: Fill | None, order: Order, time_ms: int) -> dict[str, Any]:
    return {
        "l": text(fill.quantity) if fill else _NOTHING,
        "z": text(order.filled),
        "L": text(fill.price) if fill else _NOTHING,
        "n": text(fill.fee) if fill else "0",
        "N": fill.fee_asset if fill else None,
        "T": time_ms,
        "t": fill.trade_id if fill else -1,
    }


def _prevention(event: OrderChanged) -> dict[str, Any]:
    if event.execution is not Execution.TRADE_PREVENTION:
        return {}
    prevented = event.prevented
    return {
        "v": event.execution_id,
        "A": text(event.order.prevented),
        "B": text(prevented),
        "u": 1,
        "U": event.counter_order_id,
        "Cs": event.order.symbol,
        "pl": text(prevented),
        "pL": text(event.order.price),
        "pY": text(prevented * event.order.price // 10**8),
    }


def _expiry(order: Order) -> dict[str, Any]:
    reason = expiry_reason(order)
    return {"eR": reason} if order.status is OrderStatus.EXPIRED and reason else {}


def _account_position(event: AccountChanged) -> dict[str, Any]:
    return {
        "e": "outboundAccountPosition",
        "E": event.time_ms,
        "u": event.time_ms,
        "B": [{"a": each.asset, "f": text(each.free), "l": text(each.locked)} for each in event.balances],
    }


def _balance_update(event: BalanceTransferred) -> dict[str, Any]:
    return {
        "e": "balanceUpdate",
        "E": event.time_ms,
        "a": event.asset,
        "d": text(event.change),
        "T": event.time_ms,
    }
