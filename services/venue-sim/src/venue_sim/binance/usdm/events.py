"""USD-M user data events: `ORDER_TRADE_UPDATE`, `ACCOUNT_UPDATE`, `TRADE_LITE`, `ACCOUNT_CONFIG_UPDATE`.

Source: Binance USD-M "User Data Streams". A trade shows first as `TRADE_LITE`, then in full.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from venue_sim.binance.desk import Digits
from venue_sim.binance.usdm.order_words import average_price, tif_word
from venue_sim.exchange.api import (
    AccountChanged,
    BalanceTransferred,
    EndReason,
    Execution,
    Fill,
    LeverageChanged,
    Order,
    OrderChanged,
    Position,
    PrivateEvent,
    decimal,
    plain,
    text,
)

_EXECUTION_WORDS: Final = {
    Execution.TRADE_PREVENTION: "EXPIRED",
    Execution.REPLACED: "AMENDMENT",
}
_EXPIRY_REASONS: Final = {
    EndReason.UNFILLED_REMAINDER: "8",
    EndReason.SELF_TRADE: "4",
    EndReason.REDUCE_ONLY: "3",
    EndReason.DELISTED: "6",
    EndReason.WOULD_TAKE: "5",
    EndReason.LIQUIDATION: "1",
}


def user_events(event: PrivateEvent, digits_of: Callable[[str], Digits]) -> list[dict[str, Any]]:
    """The events a futures user stream shows for one event of the exchange, in order."""
    if isinstance(event, OrderChanged):
        digits = digits_of(event.order.symbol)
        update = order_trade_update(event, digits)
        lite = event.fill is not None and event.execution is Execution.TRADE
        return [trade_lite(event.order, event.fill, digits), update] if lite and event.fill else [update]
    if isinstance(event, AccountChanged):
        return [account_update(event, digits_of)]
    if isinstance(event, LeverageChanged):
        return [_config_update(event)]
    if isinstance(event, BalanceTransferred):
        return []
    raise TypeError(f"no private event: {event!r}")


def trade_lite(order: Order, fill: Fill, digits: Digits) -> dict[str, Any]:
    """The quick word about a trade, without fee or profit."""
    return {
        "e": "TRADE_LITE",
        "E": fill.time_ms,
        "T": fill.time_ms,
        "s": fill.symbol,
        "q": digits.quantity_text(order.quantity),
        "p": digits.price_text(order.price),
        "m": fill.maker,
        "c": fill.client_order_id,
        "S": str(fill.side),
        "L": digits.price_text(fill.price),
        "l": digits.quantity_text(fill.quantity),
        "t": fill.trade_id,
        "i": fill.order_id,
    }


def order_trade_update(event: OrderChanged, digits: Digits) -> dict[str, Any]:
    """What happened to an order."""
    order, fill = event.order, event.fill
    detail: dict[str, Any] = {
        "s": order.symbol,
        "c": order.client_order_id,
        "S": str(order.side),
        "o": str(order.order_type),
        "f": tif_word(order),
        "q": digits.quantity_text(order.quantity),
        "p": digits.price_text(order.price),
        "ap": plain(average_price(order)),
        "sp": "0",
        "x": _EXECUTION_WORDS.get(event.execution, str(event.execution)),
        "X": _status_word(event),
        "i": order.order_id,
        "l": digits.quantity_text(fill.quantity) if fill else "0",
        "z": digits.quantity_text(order.filled),
        "L": digits.price_text(fill.price) if fill else "0",
    }
    if fill is not None:
        detail |= {"n": text(fill.fee), "N": fill.fee_asset}
    detail |= {"T": event.time_ms, "t": fill.trade_id if fill else 0, "b": "0", "a": "0"}
    detail |= {"m": bool(fill and fill.maker), "R": order.reduce_only, "wt": "CONTRACT_PRICE"}
    detail |= {"ot": str(order.order_type), "ps": "BOTH", "cp": False, "rp": text(fill.realised_pnl) if fill else "0"}
    detail |= {"pP": False, "si": 0, "ss": 0, "V": str(order.self_trade), "pm": "NONE", "gtd": 0}
    detail["er"] = _EXPIRY_REASONS.get(order.end_reason, "0")
    return {"e": "ORDER_TRADE_UPDATE", "T": event.time_ms, "E": event.time_ms, "o": detail}


def account_update(event: AccountChanged, digits_of: Callable[[str], Digits]) -> dict[str, Any]:
    """Balances and positions that changed; funding in cross mode has balances only."""
    balances = [
        {"a": each.asset, "wb": text(each.total), "cw": text(each.total), "bc": plain(event.change)}
        for each in event.balances
    ]
    positions = (
        [] if event.reason == "FUNDING_FEE" else [_position(each, digits_of(each.symbol)) for each in event.positions]
    )
    change = {"B": balances, "P": positions, "m": event.reason}
    return {"e": "ACCOUNT_UPDATE", "T": event.time_ms, "E": event.time_ms, "a": change}


def listen_key_expired(value: str, now_ms: int) -> dict[str, Any]:
    """The last event of a stream whose key has ended."""
    return {"e": "listenKeyExpired", "E": now_ms, "listenKey": value}


def _status_word(event: OrderChanged) -> str:
    if event.execution is Execution.CALCULATED and event.order.client_order_id.startswith("adl_autoclose"):
        return "NEW_ADL"
    return str(event.order.status)


def _position(position: Position, digits: Digits) -> dict[str, Any]:
    entry = str(decimal(position.entry_price).normalize() + 0) if position.entry_price else "0"
    return {
        "s": position.symbol,
        "pa": digits.quantity_text(position.quantity),
        "ep": entry,
        "bep": entry,
        "cr": text(position.realised_pnl),
        "up": text(position.unrealised_pnl),
        "mt": "cross",
        "iw": "0",
        "ps": "BOTH",
    }


def _config_update(event: LeverageChanged) -> dict[str, Any]:
    change = {"s": event.symbol, "l": event.leverage}
    return {"e": "ACCOUNT_CONFIG_UPDATE", "E": event.time_ms, "T": event.time_ms, "ac": change}
