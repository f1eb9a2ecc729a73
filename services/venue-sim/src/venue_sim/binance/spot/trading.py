"""What the spot order endpoints do: place, test, cancel, cancel-replace, amend, query.

Source: Binance spot REST API and WebSocket API, "Trading" sections; status codes 400 and 409 of cancel-replace.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance import errors
from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.errors import VenueError
from venue_sim.binance.rejects import worded
from venue_sim.binance.spot import order_replies
from venue_sim.binance.spot.order_entry import amount, client_id, order_ref, place_order, response_type, symbol_of
from venue_sim.exchange.api import (
    CancelReplaceMode,
    CancelRestriction,
    Execution,
    Fill,
    Order,
    OrderChanged,
    Rejected,
    text,
)


def place(desk: Desk, request: Request) -> dict[str, Any]:
    """A new order."""
    wanted = place_order(desk, request.params)
    order = desk.exchange.place(request.account, wanted, request.now_ms)
    return _placed(desk, order, response_type(request.params))


def test(desk: Desk, request: Request) -> dict[str, Any]:
    """Every check of a new order but no order; with `computeCommissionRates` what it would cost."""
    wanted = place_order(desk, request.params)
    desk.exchange.test_order(request.account, wanted, request.now_ms)
    if not request.params.flag("computeCommissionRates"):
        return {}
    rates = desk.exchange.fee_rates(request.account, "spot")
    standard = {"maker": text(rates.maker), "taker": text(rates.taker)}
    nothing = {"maker": text(0), "taker": text(0)}
    return {
        "standardCommissionForOrder": standard,
        "specialCommissionForOrder": nothing,
        "taxCommissionForOrder": nothing,
        "discount": {
            "enabledForAccount": False,
            "enabledForSymbol": False,
            "discountAsset": "BNB",
            "discount": "0.25000000",
        },
    }


def cancel(desk: Desk, request: Request) -> dict[str, Any]:
    """Cancel one open order."""
    params = request.params
    symbol = symbol_of(desk, params)
    ref = order_ref(params, symbol)
    restriction = _restriction(params.text("cancelRestrictions"))
    _check_restriction(desk, request, restriction)
    cancel_id = client_id(params, "newClientOrderId") or desk.ids.next_id()
    order = desk.exchange.cancel(request.account, ref, request.now_ms, cancel_id)
    return order_replies.canceled(order, cancel_id)


def cancel_all(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Cancel every open order on a symbol; -2011 where there is none."""
    symbol = symbol_of(desk, request.params)
    orders = desk.exchange.cancel_all(request.account, "spot", symbol, request.now_ms)
    if not orders:
        raise errors.unknown_order()
    cancel_id = client_id(request.params, "newClientOrderId") or desk.ids.next_id()
    return [order_replies.canceled(order, cancel_id) for order in orders]


def cancel_replace(desk: Desk, request: Request) -> dict[str, Any]:
    """Cancel an order and place another; both failed is -2022 (400), one of them -2021 (409)."""
    params = request.params
    mode = CancelReplaceMode(_mandatory_choice(params.text("cancelReplaceMode"), "cancelReplaceMode"))
    restriction = _restriction(params.text("cancelRestrictions"))
    symbol = symbol_of(desk, params)
    ref = order_ref(params, symbol, "cancelOrderId", "cancelOrigClientOrderId")
    wanted = place_order(desk, params)
    cancel_id = client_id(params, "cancelNewClientOrderId") or desk.ids.next_id()
    done = desk.exchange.cancel_replace(request.account, ref, wanted, request.now_ms, mode, restriction, cancel_id)
    canceled = order_replies.canceled(done.canceled, cancel_id) if isinstance(done.canceled, Order) else None
    kind = response_type(params)
    placed = _placed(desk, done.placed, kind) if isinstance(done.placed, Order) else None
    if canceled is not None and placed is not None:
        return _cancel_replace_body("SUCCESS", "SUCCESS", canceled, placed)
    raise _cancel_replace_failed(done.canceled, done.placed, canceled, placed)


def amend(desk: Desk, request: Request) -> dict[str, Any]:
    """Make an open order smaller in place; it keeps its priority."""
    params = request.params
    symbol = symbol_of(desk, params)
    ref = order_ref(params, symbol)
    quantity = amount(params, "newQty")
    new_id = client_id(params, "newClientOrderId") or desk.ids.next_id()
    desk.outbox.collect()
    order = desk.exchange.reduce_in_place(request.account, ref, quantity, request.now_ms, new_id)
    replaced = _replacement(desk, order)
    return order_replies.amended(order, replaced.previous_client_id, replaced.execution_id)


def query(desk: Desk, request: Request) -> dict[str, Any]:
    """One order, open or ended."""
    symbol = symbol_of(desk, request.params)
    return order_replies.queried(desk.exchange.order(request.account, order_ref(request.params, symbol)))


def open_orders(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Open orders of a symbol, or of all."""
    symbol = symbol_of(desk, request.params) if "symbol" in request.params else None
    orders = desk.exchange.open_orders(request.account, "spot", symbol)
    return [order_replies.queried(order) for order in orders]


def all_orders(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Orders of a symbol, open and ended: from an id or a time the oldest, else the newest."""
    params = request.params
    symbol = symbol_of(desk, params)
    first_id, start_ms, end_ms = params.integer("orderId"), params.integer("startTime"), params.integer("endTime")
    limit = params.limit(500, 1000)
    chosen = [
        order
        for order in desk.exchange.all_orders(request.account, "spot", symbol)
        if (first_id is None or order.order_id >= first_id)
        and (start_ms is None or order.created_ms >= start_ms)
        and (end_ms is None or order.created_ms <= end_ms)
    ]
    page = chosen[:limit] if first_id is not None or start_ms is not None else chosen[-limit:]
    return [order_replies.queried(order) for order in page]


def order_fills(desk: Desk, order: Order) -> list[Fill]:
    """The fills of an order that has just been placed, oldest first."""
    if not order.filled:
        return []
    fills = desk.exchange.fills(order.account, order.market, order.symbol)
    return [fill for fill in fills if fill.order_id == order.order_id]


def _placed(desk: Desk, order: Order, kind: str) -> dict[str, Any]:
    if kind == "ACK":
        return order_replies.acknowledged(order)
    if kind == "RESULT":
        return order_replies.result(order)
    return order_replies.full(order, order_fills(desk, order))


def _restriction(value: str) -> CancelRestriction:
    if value not in ("", "ONLY_NEW", "ONLY_PARTIALLY_FILLED"):
        raise VenueError(-1145, "Invalid cancelRestrictions")
    return CancelRestriction(value) if value else CancelRestriction.NONE


def _check_restriction(desk: Desk, request: Request, restriction: CancelRestriction) -> None:
    if restriction is CancelRestriction.NONE:
        return
    order = desk.exchange.order(request.account, order_ref(request.params, request.params.text("symbol")))
    wanted = "NEW" if restriction is CancelRestriction.ONLY_NEW else "PARTIALLY_FILLED"
    if order.status != wanted:
        raise errors.spot_cancel_rejected("Order was not canceled due to cancel restrictions.")


def _mandatory_choice(value: str, name: str) -> str:
    if not value:
        raise errors.missing(name)
    if value not in ("STOP_ON_FAILURE", "ALLOW_FAILURE"):
        raise errors.bad_value(name)
    return value


def _cancel_replace_body(cancel: str, new: str, canceled: Any, placed: Any) -> dict[str, Any]:
    return {"cancelResult": cancel, "newOrderResult": new, "cancelResponse": canceled, "newOrderResponse": placed}


def _cancel_replace_failed(
    canceled: Order | Exception, placed: Order | Exception | None, cancel_reply: Any, place_reply: Any
) -> VenueError:
    cancel_word = "SUCCESS" if isinstance(canceled, Order) else "FAILURE"
    new_word = "SUCCESS" if isinstance(placed, Order) else "NOT_ATTEMPTED" if placed is None else "FAILURE"
    cancel_body = cancel_reply if isinstance(canceled, Order) else _error_body(canceled, "cancel")
    place_body = place_reply if isinstance(placed, Order) else _error_body(placed, "place")
    data = _cancel_replace_body(cancel_word, new_word, cancel_body, place_body)
    if "SUCCESS" in (cancel_word, new_word):
        return VenueError(-2021, "Order cancel-replace partially failed.", status=409, data=data)
    return VenueError(-2022, "Order cancel-replace failed.", data=data)


def _error_body(failure: Exception | None, asked: str) -> dict[str, Any] | None:
    if failure is None:
        return None
    if not isinstance(failure, Rejected):
        raise failure
    return worded("spot", asked, failure).body()


def _replacement(desk: Desk, order: Order) -> OrderChanged:
    for event in reversed(desk.outbox.collect()):
        if isinstance(event, OrderChanged) and event.execution is Execution.REPLACED:
            return event
    raise LookupError(f"the exchange told of no replacement of order {order.order_id}")
