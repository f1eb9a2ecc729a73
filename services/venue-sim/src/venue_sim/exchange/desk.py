"""Requests about orders: place, cancel, modify, reduce, replace. Each is checked whole before anything changes."""

from copy import copy

from venue_sim.exchange.admission import Admission, unfillable, would_take
from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.crossing import Crossing
from venue_sim.exchange.floor import Floor
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.orders import CancelReplaceResult, Order, OrderRef, PlaceOrder
from venue_sim.exchange.terms import (
    CancelReplaceMode,
    CancelRestriction,
    EndReason,
    Execution,
    OrderStatus,
    OrderType,
    Rejected,
    RejectReason,
    TimeInForce,
)


class OrderDesk:
    """Takes requests, hands what may trade to the crossing, rests or ends what is left."""

    def __init__(self, floor: Floor, crossing: Crossing, first_order_id: int) -> None:
        self._floor = floor
        self._crossing = crossing
        self._admission = Admission(floor)
        self._next_order_id = first_order_id

    def place(self, account_name: str, request: PlaceOrder, now_ms: int) -> Order:
        """See `Exchange.place`."""
        account, listing = self._floor.account(account_name), self._floor.listing(request.market, request.symbol)
        order = self._admission.admit(account, listing, request, self._next_order_id, now_ms)
        self._next_order_id += 1
        self._floor.orders.add(order)
        self._floor.tell_order(Execution.NEW, order, now_ms)
        if not account.house:
            self._floor.tell_held(order, listing, now_ms)
        self._work(listing, order, now_ms)
        return copy(order)

    def test(self, account_name: str, request: PlaceOrder, now_ms: int) -> None:
        """All checks of `place`, leaving nothing behind."""
        account, listing = self._floor.account(account_name), self._floor.listing(request.market, request.symbol)
        order = self._admission.admit(account, listing, request, self._next_order_id, now_ms)
        order.status = OrderStatus.CANCELED
        self._floor.clearing(listing).hold(account, order, listing)

    def cancel(self, account_name: str, ref: OrderRef, now_ms: int, request_client_id: str) -> Order:
        """See `Exchange.cancel`."""
        order = self._floor.orders.find_open(account_name, ref)
        self._cancel(order, EndReason.USER, now_ms, request_client_id)
        return copy(order)

    def cancel_all(self, account_name: str, market: str, symbol: str, reason: EndReason, now_ms: int) -> list[Order]:
        """See `Exchange.cancel_all`."""
        self._floor.listing(market, symbol)
        orders = self._floor.orders.open_orders(account_name, market, symbol)
        for order in orders:
            self._cancel(order, reason, now_ms)
        return [copy(order) for order in orders]

    def modify(self, account_name: str, ref: OrderRef, price: Atoms, quantity: Atoms, now_ms: int) -> Order:
        """See `Exchange.modify`."""
        order = self._floor.orders.find_open(account_name, ref)
        listing = self._floor.listings[order.market, order.symbol]
        self._admission.admit_change(order, listing, price, quantity, now_ms)
        crosses = order.time_in_force is TimeInForce.POST_ONLY and would_take(listing, order.side, price)
        if quantity <= order.filled or crosses:
            self._cancel(order, EndReason.WOULD_TAKE if crosses else EndReason.USER, now_ms)
            return copy(order)
        self._admission.reserve_change(order, listing, price, quantity)
        listing.engine.remove(order, now_ms)
        order.price, order.quantity = price, quantity
        order.amendments += 1
        order.updated_ms = now_ms
        self._floor.tell_order(Execution.AMENDMENT, order, now_ms)
        self._floor.tell_held(order, listing, now_ms)
        self._work(listing, order, now_ms)
        return copy(order)

    def reduce_in_place(
        self, account_name: str, ref: OrderRef, quantity: Atoms, now_ms: int, new_client_id: str
    ) -> Order:
        """See `Exchange.reduce_in_place`."""
        order = self._floor.orders.find_open(account_name, ref)
        listing = self._floor.listings[order.market, order.symbol]
        if not order.filled < quantity < order.quantity - order.prevented:
            detail = f"quantity={quantity} present={order.quantity} filled={order.filled}"
            raise Rejected(RejectReason.AMEND_NOT_SMALLER, detail)
        self._admission.admit_change(order, listing, order.price, quantity, now_ms)
        previous = order.client_order_id
        if new_client_id not in ("", previous):
            self._admission.check_client_id(order.account, order.market, order.symbol, new_client_id)
            self._floor.orders.rename(order, new_client_id)
        by = order.quantity - order.prevented - quantity
        order.quantity, order.updated_ms = quantity + order.prevented, now_ms
        order.amendments += 1
        self._floor.clearing(listing).hold(self._floor.accounts[account_name], order, listing)
        listing.engine.reduced(order, by, now_ms)
        listing.engine.publish_best(now_ms)
        self._floor.tell_order(Execution.REPLACED, order, now_ms, previous_client_id=previous)
        self._floor.tell_held(order, listing, now_ms)
        return copy(order)

    def cancel_replace(
        self,
        account_name: str,
        ref: OrderRef,
        request: PlaceOrder,
        now_ms: int,
        mode: CancelReplaceMode,
        restriction: CancelRestriction,
        request_client_id: str,
    ) -> CancelReplaceResult:
        """See `Exchange.cancel_replace`."""
        canceled: Order | Rejected
        try:
            order = self._floor.orders.find_open(account_name, ref)
            _check_restriction(order, restriction)
            self._cancel(order, EndReason.REPLACED_AWAY, now_ms, request_client_id)
            canceled = copy(order)
        except Rejected as rejected:
            canceled = rejected
            if mode is CancelReplaceMode.STOP_ON_FAILURE:
                return CancelReplaceResult(canceled, None)
        try:
            return CancelReplaceResult(canceled, self.place(account_name, request, now_ms))
        except Rejected as rejected:
            return CancelReplaceResult(canceled, rejected)

    def _work(self, listing: Listing, order: Order, now_ms: int) -> None:
        """Match an open order that is in no book, then rest it or end it, by its time in force."""
        if unfillable(listing, order):
            self._floor.end(order, OrderStatus.EXPIRED, EndReason.NOT_FILLABLE_WHOLE, now_ms)
            return
        self._crossing.run(listing, order, now_ms)
        if order.status.is_open:
            rests = order.order_type is OrderType.LIMIT and order.time_in_force in (
                TimeInForce.GTC,
                TimeInForce.POST_ONLY,
            )
            if rests:
                listing.engine.rest(order, now_ms)
            else:
                self._floor.end(order, OrderStatus.EXPIRED, EndReason.UNFILLED_REMAINDER, now_ms)
        listing.engine.publish_best(now_ms)

    def _cancel(self, order: Order, reason: EndReason, now_ms: int, request_client_id: str = "") -> None:
        self._floor.withdraw(order, OrderStatus.CANCELED, reason, now_ms, request_client_id)
        self._floor.listings[order.market, order.symbol].engine.publish_best(now_ms)


def _check_restriction(order: Order, restriction: CancelRestriction) -> None:
    wanted = {
        CancelRestriction.ONLY_NEW: OrderStatus.NEW,
        CancelRestriction.ONLY_PARTIALLY_FILLED: OrderStatus.PARTIALLY_FILLED,
    }.get(restriction, order.status)
    if order.status is not wanted:
        raise Rejected(RejectReason.CANCEL_RESTRICTED, f"status={order.status} restriction={restriction}")
