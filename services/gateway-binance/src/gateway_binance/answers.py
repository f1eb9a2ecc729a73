"""Binance's answers about orders, trades and errors, read into the kit's words; both markets' shapes in one.

Every field is optional: since the CM–UM integration of 2026-06 acknowledgements leave out what older ones had, and an
unknown field or status must never stop a gateway.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from crossbook.errors import ErrorClass
from crossbook.messages.base import OrderState, Side
from gateway_binance.rate_limits import RateLimit, uses_of
from gateway_binance.stream_frames import READ_ERRORS
from gateway_kit.error_table import ErrorTable
from gateway_kit.order_dialect import Reply
from gateway_kit.order_words import Accepted, Fills, FillWord, Orders, OrderWord, Refusal

MS = 1_000_000

STATES = MappingProxyType(
    {
        "NEW": OrderState.OPEN,
        "PENDING_NEW": OrderState.OPEN,
        "PARTIALLY_FILLED": OrderState.PARTIALLY_FILLED,
        "FILLED": OrderState.FILLED,
        "CANCELED": OrderState.CANCELLED,
        "REJECTED": OrderState.REJECTED,
        "EXPIRED": OrderState.EXPIRED,
        "EXPIRED_IN_MATCH": OrderState.EXPIRED,
    }
)
"""Order statuses of both markets. What is not here says nothing about the order and is counted as unknown."""


class Trade(msgspec.Struct, gc=False):
    """A trade: inside a FULL answer, or of myTrades and userTrades."""

    symbol: str = ""
    orderId: int = 0
    id: int = -1
    tradeId: int = -1
    price: str = ""
    qty: str = ""
    commission: str = ""
    commissionAsset: str | None = None
    side: str = ""
    isBuyer: bool | None = None
    buyer: bool | None = None
    isMaker: bool | None = None
    maker: bool | None = None
    time: int = 0


class Order(msgspec.Struct, gc=False):
    """An order in an answer."""

    symbol: str = ""
    orderId: int = 0
    clientOrderId: str = ""
    origClientOrderId: str = ""
    status: str = ""
    side: str = ""
    price: str = ""
    origQty: str = ""
    qty: str = ""
    """Of an amended order."""
    executedQty: str = ""
    time: int = 0
    updateTime: int = 0
    transactTime: int = 0
    fills: list[Trade] = []


class Amended(msgspec.Struct, gc=False):
    """Answer of `order.amend.keepPriority`."""

    amendedOrder: Order
    transactTime: int = 0


class Replaced(msgspec.Struct, gc=False):
    """Answer of `order.cancelReplace`, also inside its errors -2021 and -2022."""

    cancelResult: str = ""
    newOrderResult: str = ""
    cancelResponse: msgspec.Raw = msgspec.Raw(b"null")
    newOrderResponse: msgspec.Raw = msgspec.Raw(b"null")


class _ErrorData(msgspec.Struct, gc=False):
    retryAfter: int = 0
    cancelResult: str = ""
    newOrderResult: str = ""
    cancelResponse: msgspec.Raw = msgspec.Raw(b"null")
    newOrderResponse: msgspec.Raw = msgspec.Raw(b"null")


class Error(msgspec.Struct, gc=False):
    """An error of either channel."""

    code: int = 0
    msg: str = ""
    data: _ErrorData | None = None


class _Frame(msgspec.Struct, gc=False):
    id: str | int | None = None
    status: int = 0
    result: msgspec.Raw = msgspec.Raw(b"")
    error: msgspec.Raw = msgspec.Raw(b"")
    event: msgspec.Raw = msgspec.Raw(b"")
    rateLimits: list[RateLimit] = []


ORDER: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order, strict=False)
ORDERS: msgspec.json.Decoder[list[Order]] = msgspec.json.Decoder(list[Order], strict=False)
TRADES: msgspec.json.Decoder[list[Trade]] = msgspec.json.Decoder(list[Trade], strict=False)
AMENDED: msgspec.json.Decoder[Amended] = msgspec.json.Decoder(Amended, strict=False)
REPLACED: msgspec.json.Decoder[Replaced] = msgspec.json.Decoder(Replaced, strict=False)
ERROR: msgspec.json.Decoder[Error] = msgspec.json.Decoder(Error, strict=False)
OBJECT: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])
_FRAME = msgspec.json.Decoder(_Frame, strict=False)


def reply(frame: bytes | memoryview) -> Reply:
    """Split a frame of the WebSocket API. Raises ValueError when it is not one."""
    try:
        told = _FRAME.decode(frame)
    except READ_ERRORS as error:
        raise ValueError(f"not a frame of the WebSocket API: {error}") from None
    if told.event:
        return Reply(0, 0, bytes(told.event), ())
    key = int(told.id) if told.id is not None and str(told.id).isdecimal() else -1
    return Reply(key, told.status, bytes(told.error or told.result), uses_of(told.rateLimits))


def order_word(order: Order, client_id: str = "") -> OrderWord | None:
    """An order's state, or None where the answer has no status we know."""
    state = STATES.get(order.status)
    if state is None:
        return None
    return OrderWord(
        symbol=order.symbol,
        client_order_id=client_id or order.clientOrderId,
        venue_order_id=str(order.orderId),
        state=state,
        side=side(order.side),
        price=order.price,
        qty=order.origQty or order.qty,
        cumulative=order.executedQty,
        reason="" if order.status == order.status.removesuffix("_IN_MATCH") else "self_trade_prevention",
        venue_time_ns=(order.updateTime or order.transactTime or order.time) * MS,
    )


def accepted(order: Order, client_id: str = "") -> Accepted:
    """A place, amend or cancel that was taken."""
    name = client_id or order.clientOrderId
    time_ns = (order.transactTime or order.updateTime) * MS
    fills = tuple(
        fill_word(fill, order.symbol, str(order.orderId), name, side(order.side), time_ns) for fill in order.fills
    )
    return Accepted(name, str(order.orderId), time_ns, order_word(order, name), fills)


def fill_word(
    trade: Trade, symbol: str, venue_order_id: str, client_id: str, trade_side: Side, time_ns: int
) -> FillWord:
    """One trade of an order that is known; a trade inside an answer to its own order was a taker's."""
    return FillWord(
        symbol=symbol,
        client_order_id=client_id,
        venue_order_id=venue_order_id,
        trade_id=str(trade.id if trade.id >= 0 else trade.tradeId),
        side=trade_side,
        price=trade.price,
        qty=trade.qty,
        fee=trade.commission,
        fee_asset=trade.commissionAsset or "",
        maker=bool(trade.isMaker or trade.maker),
        venue_time_ns=trade.time * MS or time_ns,
    )


def orders(body: bytes, page: int) -> Orders:
    """A list of orders; those in a state we do not know are left out. Raises one of READ_ERRORS."""
    told = ORDERS.decode(body)
    return Orders(tuple(word for order in told if (word := order_word(order)) is not None), len(told) >= page)


def fills(body: bytes, page: int) -> Fills:
    """A trade history. Raises one of READ_ERRORS."""
    told = TRADES.decode(body)
    words = tuple(fill_word(t, t.symbol, str(t.orderId), "", _trade_side(t), 0) for t in told)
    return Fills(words, len(told) >= page)


def refusal(table: ErrorTable, status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    """What an error means. Never raises: what cannot be read is an unknown outcome."""
    try:
        error = ERROR.decode(body)
    except READ_ERRORS:
        error = Error(0, body[:120].decode("utf-8", "replace"))
    error_class = _class(table, status, error)
    return Refusal(
        error_class=error_class,
        code=str(error.code or f"http_{status}"),
        message=error.msg,
        retry_at_ms=error.data.retryAfter if error.data else 0,
        retry_after_s=_seconds(headers.get("retry-after", "")),
        banned=status == 418,
        orders_only=error.code == -1015,
    )


def _class(table: ErrorTable, status: int, error: Error) -> ErrorClass:
    known = table.classify(error.code, error.msg) if error.code else ErrorClass.UNKNOWN_OUTCOME
    if status in (418, 429):
        return ErrorClass.RATE_LIMIT
    if status == 503 and error.msg.lower().startswith("service unavailable"):
        return ErrorClass.RETRY
    if status >= 500 or status == 408:
        return known if known in (ErrorClass.RETRY, ErrorClass.MAINTENANCE) else ErrorClass.UNKNOWN_OUTCOME
    if status in (401, 403) and known is ErrorClass.UNKNOWN_OUTCOME:
        return ErrorClass.AUTH
    return known


def _seconds(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def side(text: str) -> Side:
    """Binance's word for a side."""
    return Side.SELL if text == "SELL" else Side.BUY


def _trade_side(trade: Trade) -> Side:
    bought = trade.isBuyer if trade.isBuyer is not None else trade.buyer
    return side(trade.side) if bought is None else (Side.BUY if bought else Side.SELL)
