"""What the USD-M order endpoints do: place, test, modify, cancel, batches, the dead-man switch, queries.

Source: Binance USD-M "Trade" endpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from venue_sim.binance import errors
from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.errors import VenueError
from venue_sim.binance.params import Params
from venue_sim.binance.rejects import worded
from venue_sim.binance.usdm import order_replies
from venue_sim.binance.usdm.order_entry import modification, order_ref, place_order, symbol_of
from venue_sim.exchange.api import OrderRef, Rejected

_DONE = "The operation of cancel all open order is done."


def place(desk: Desk, request: Request) -> dict[str, Any]:
    """A new order; unless the RESULT is asked for, the reply only says that it is in, whatever it traded at once."""
    order = desk.exchange.place(request.account, place_order(desk, request.params), request.now_ms)
    digits = desk.digits_of(order.symbol)
    if request.params.text("newOrderRespType") == "RESULT":
        return order_replies.acknowledged(order, digits)
    return order_replies.received(order, digits)


def test(desk: Desk, request: Request) -> dict[str, Any]:
    """Every check of a new order but no order."""
    desk.exchange.test_order(request.account, place_order(desk, request.params), request.now_ms)
    return {}


def modify(desk: Desk, request: Request) -> dict[str, Any]:
    """New price and quantity for an open LIMIT order; its priority is lost."""
    ref, side, price, quantity = modification(desk, request.params)
    if desk.exchange.order(request.account, ref).side is not side:
        raise VenueError(-5025, "Order side of the modification does not match the order.")
    order = desk.exchange.modify(request.account, ref, price, quantity, request.now_ms)
    return order_replies.acknowledged(order, desk.digits_of(order.symbol))


def cancel(desk: Desk, request: Request) -> dict[str, Any]:
    """Cancel one open order."""
    symbol = symbol_of(desk, request.params)
    order = desk.exchange.cancel(request.account, order_ref(request.params, symbol), request.now_ms)
    return order_replies.acknowledged(order, desk.digits_of(symbol))


def cancel_all(desk: Desk, request: Request) -> dict[str, Any]:
    """Cancel every open order on a symbol; the reply is the same when there was none."""
    symbol = symbol_of(desk, request.params)
    desk.exchange.cancel_all(request.account, "usdm", symbol, request.now_ms)
    return {"code": 200, "msg": _DONE}


def place_batch(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Up to five orders, each answered for itself."""
    return _each(desk, request, place, _batch(request.params), "place")


def modify_batch(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Up to five modifications, each answered for itself."""
    return _each(desk, request, modify, _batch(request.params), "modify")


def cancel_batch(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Up to ten cancels by venue ids or client ids, each answered for itself."""
    params = request.params
    by_id, by_client = params.json_list("orderIdList"), params.json_list("origClientOrderIdList")
    if not by_id and not by_client:
        raise errors.either_missing("orderIdList", "origClientOrderIdList")
    name, values = ("orderId", by_id) if by_id else ("origClientOrderId", by_client or [])
    if len(values) > 10:
        raise errors.bad_value(f"{name}List")
    symbol = params.required("symbol")
    return _each(desk, request, cancel, [{"symbol": symbol, name: value} for value in values], "cancel")


def countdown(desk: Desk, request: Request) -> dict[str, Any]:
    """Arm, feed or disarm the dead-man switch of a symbol."""
    symbol = symbol_of(desk, request.params)
    countdown_ms = request.params.integer("countdownTime")
    if countdown_ms is None:
        raise errors.missing("countdownTime")
    if countdown_ms < 0:
        raise errors.bad_value("countdownTime")
    desk.exchange.countdown(request.account, "usdm", symbol, countdown_ms, request.now_ms)
    return {"symbol": symbol, "countdownTime": str(countdown_ms)}


def query(desk: Desk, request: Request) -> dict[str, Any]:
    """One order, open or ended."""
    order = desk.exchange.order(request.account, _ref(desk, request.params))
    return order_replies.queried(order, desk.digits_of(order.symbol))


def query_open(desk: Desk, request: Request) -> dict[str, Any]:
    """One order, only while it is open."""
    order = desk.exchange.order(request.account, _ref(desk, request.params))
    if not order.status.is_open:
        raise errors.no_such_order()
    return order_replies.queried(order, desk.digits_of(order.symbol))


def open_orders(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Open orders of a symbol, or of all."""
    symbol = symbol_of(desk, request.params) if "symbol" in request.params else None
    orders = desk.exchange.open_orders(request.account, "usdm", symbol)
    return [order_replies.queried(order, desk.digits_of(order.symbol)) for order in orders]


def all_orders(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Orders of a symbol, open and ended: from an id or a time the oldest, else the newest."""
    params = request.params
    symbol = symbol_of(desk, params)
    first_id, start_ms, end_ms = params.integer("orderId"), params.integer("startTime"), params.integer("endTime")
    chosen = [
        order
        for order in desk.exchange.all_orders(request.account, "usdm", symbol)
        if (first_id is None or order.order_id >= first_id)
        and (start_ms is None or order.created_ms >= start_ms)
        and (end_ms is None or order.created_ms <= end_ms)
    ]
    return [order_replies.queried(order, desk.digits_of(symbol)) for order in _page(chosen, params, first_id, start_ms)]


def user_trades(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """The account's trades on a symbol: from an id or a time the oldest, else the newest."""
    params = request.params
    symbol = symbol_of(desk, params)
    order_id, first_id = params.integer("orderId"), params.integer("fromId")
    start_ms, end_ms = params.integer("startTime"), params.integer("endTime")
    chosen = [
        fill
        for fill in desk.exchange.fills(request.account, "usdm", symbol)
        if (order_id is None or fill.order_id == order_id)
        and (first_id is None or fill.trade_id >= first_id)
        and (start_ms is None or fill.time_ms >= start_ms)
        and (end_ms is None or fill.time_ms <= end_ms)
    ]
    return [order_replies.trade(fill, desk.digits_of(symbol)) for fill in _page(chosen, params, first_id, start_ms)]


def _page(chosen: list[Any], params: Params, first_id: int | None, start_ms: int | None) -> list[Any]:
    limit = params.limit(500, 1000)
    return chosen[:limit] if first_id is not None or start_ms is not None else chosen[-limit:]


def _ref(desk: Desk, params: Params) -> OrderRef:
    return order_ref(params, symbol_of(desk, params))


def _batch(params: Params) -> list[Any]:
    params.required("batchOrders")
    entries = params.json_list("batchOrders") or []
    if not 1 <= len(entries) <= 5 or not all(isinstance(entry, dict) for entry in entries):
        raise errors.bad_value("batchOrders")
    return entries


def _each(
    desk: Desk, request: Request, handler: Callable[[Desk, Request], dict[str, Any]], entries: list[Any], asked: str
) -> list[dict[str, Any]]:
    replies: list[dict[str, Any]] = []
    for entry in entries:
        try:
            replies.append(handler(desk, Request(Params.from_json(entry), request.account, request.now_ms)))
        except VenueError as error:
            replies.append(error.body())
        except Rejected as rejected:
            replies.append(worded("usdm", asked, rejected).body())
    return replies
