"""Requests about orders: place, cancel, modify, reduce, replace. Each is checked whole before anything changes."""

from copy import copy
from itertools import takewhile

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms, divide, round_down, times
from venue_sim.exchange.crossing import Crossing
from venue_sim.exchange.filters import check_request, check_status
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
    Side,
    TimeInForce,
)


class OrderDesk:
    """Takes requests, hands what may trade to the crossing, rests or ends what is left."""

    def __init__(self, floor: Floor, crossing: Crossing, first_order_id: int) -> None:
        self._floor = floor
        self._crossing = crossing
        self._next_order_id = first_order_id

    def place(self, account_name: str, request: PlaceOrder, now_ms: int) -> Order:
        """See `Exchange.place`."""
        account, listing = self._floor.account(account_name), self._floor.listing(request.market, request.symbol)
        order = self._admitted(account, listing, request, now_ms)
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
        order = self._admitted(account, listing, request, now_ms)
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
        self._check_modification(listing, order, price, quantity, now_ms)
        would_take = order.time_in_force is TimeInForce.POST_ONLY and self._takes(listing, order.side, price)
        if quantity <= order.filled or would_take:
            self._cancel(order, EndReason.WOULD_TAKE if would_take else EndReason.USER, now_ms)
            return copy(order)
        self._reserve_modified(listing, order, price, quantity)
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
        self._check_modification(listing, order, order.price, quantity, now_ms)
        previous = order.client_order_id
        if new_client_id not in ("", previous):
            self._check_client_id(order.account, order.market, order.symbol, new_client_id)
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

    # -- checks --------------------------------------------------------------------------------------------------
    def _admitted(self, account: Account, listing: Listing, request: PlaceOrder, now_ms: int) -> Order:
        """The order with its means reserved, not yet open. Raises `Rejected`, having changed nothing."""
        check_status(listing.instrument)
        if not listing.engine.tradable:
            raise Rejected(RejectReason.MARKET_CLOSED, "the recorded book is not synced")
        if not account.house:
            reference = listing.reference_price(now_ms)
            check_request(listing.instrument, request, reference, notional_exempt=request.reduce_only)
            self._check_client_id(account.name, request.market, request.symbol, request.client_order_id)
            self._check_count(account, listing)
        self._check_offered(listing, request)
        order = self._order(account, listing, request, now_ms)
        self._check_crossing(listing, order)
        self._floor.clearing(listing).admit(account, order, listing, self._taking(listing, order))
        return order

    def _check_client_id(self, account: str, market: str, symbol: str, client_order_id: str) -> None:
        if self._floor.orders.open_client(account, market, symbol, client_order_id):
            raise Rejected(RejectReason.DUPLICATE_CLIENT_ID, f"client_order_id={client_order_id}")

    def _check_count(self, account: Account, listing: Listing) -> None:
        limit = listing.instrument.max_open_orders
        opened = self._floor.orders.open_orders(account.name, listing.market.name, listing.instrument.symbol)
        if 0 < limit <= len(opened):
            raise Rejected(RejectReason.TOO_MANY_ORDERS, f"open={len(opened)} limit={limit}")

    def _check_offered(self, listing: Listing, request: PlaceOrder) -> None:
        if request.reduce_only and not listing.is_perpetual:
            raise Rejected(RejectReason.UNSUPPORTED, "reduce-only on spot")
        if request.quote_quantity and (listing.is_perpetual or request.order_type is OrderType.LIMIT):
            raise Rejected(RejectReason.UNSUPPORTED, "quote quantity is for spot market orders")

    def _check_crossing(self, listing: Listing, order: Order) -> None:
        post_only = order.time_in_force is TimeInForce.POST_ONLY
        if post_only and self._takes(listing, order.side, order.price):
            raise Rejected(RejectReason.WOULD_TAKE, f"price={order.price}")
        if listing.market.unfillable_fok_is_rejected and self._unfillable(listing, order):
            raise Rejected(RejectReason.NOT_FILLABLE_WHOLE, f"quantity={order.quantity}")

    def _check_modification(self, listing: Listing, order: Order, price: Atoms, quantity: Atoms, now_ms: int) -> None:
        check_status(listing.instrument)
        if order.order_type is not OrderType.LIMIT:
            raise Rejected(RejectReason.AMEND_NOT_LIMIT, f"order_id={order.order_id}")
        if (price, quantity) == (order.price, order.quantity):
            raise Rejected(RejectReason.NO_CHANGE, f"order_id={order.order_id}")
        wanted = PlaceOrder(
            order.market, order.symbol, "", order.side, OrderType.LIMIT, quantity, price, reduce_only=order.reduce_only
        )
        reference = listing.reference_price(now_ms)
        check_request(listing.instrument, wanted, reference, notional_exempt=order.reduce_only)

    def _reserve_modified(self, listing: Listing, order: Order, price: Atoms, quantity: Atoms) -> None:
        """Reserve for the modified order; on rejection everything is as before."""
        account, clearing = self._floor.accounts[order.account], self._floor.clearing(listing)
        changed = copy(order)
        changed.price, changed.quantity = price, quantity
        clearing.admit(account, changed, listing, 0)
        order.reserved = changed.reserved

    # -- steps ---------------------------------------------------------------------------------------------------
    def _order(self, account: Account, listing: Listing, request: PlaceOrder, now_ms: int) -> Order:
        quantity = request.quantity
        if request.quote_quantity:
            quantity = self._quantity_for(listing, request.side, request.quote_quantity)
        if request.reduce_only:
            quantity = min(quantity, self._reducible(account, listing, request.side))
        return Order(
            account=account.name,
            market=request.market,
            symbol=request.symbol,
            order_id=self._next_order_id,
            client_order_id=request.client_order_id,
            side=request.side,
            order_type=request.order_type,
            time_in_force=request.time_in_force,
            price=request.price,
            quantity=quantity,
            quote_quantity=request.quote_quantity,
            reduce_only=request.reduce_only,
            self_trade=request.self_trade or listing.market.default_self_trade,
            created_ms=now_ms,
            updated_ms=now_ms,
        )

    def _reducible(self, account: Account, listing: Listing, side: Side) -> Atoms:
        reducible = self._floor.perpetual.state(account, listing).reducible(side)
        if not reducible:
            raise Rejected(RejectReason.REDUCE_ONLY, f"side={side}")
        return reducible

    @staticmethod
    def _takes(listing: Listing, side: Side, price: Atoms) -> bool:
        bid, _, ask, _ = listing.engine.best()
        return 0 < ask <= price if side is Side.BUY else 0 < price <= bid

    @staticmethod
    def _quantity_for(listing: Listing, side: Side, quote: Atoms) -> Atoms:
        """What `quote` buys (or must be sold for it) down the present book."""
        quantity = 0
        for price, available in listing.engine.against(side):
            step = min(available, divide(quote, price))
            quantity += step
            quote -= times(price, step)
            if step < available:
                break
        return round_down(quantity, listing.instrument.lot or 1)

    @staticmethod
    def _unfillable(listing: Listing, order: Order) -> bool:
        """Whether a fill-or-kill order cannot trade whole against what others offer within its price."""
        if order.time_in_force is not TimeInForce.FOK:
            return False
        sign = 1 if order.side is Side.BUY else -1
        limit = order.price
        offered = listing.engine.against(order.side, order.account)
        within = takewhile(lambda level: not limit or sign * level[0] <= sign * limit, offered)
        return sum(quantity for _, quantity in within) < order.quantity

    @staticmethod
    def _taking(listing: Listing, order: Order) -> Atoms:
        """Notional a market order would trade down the present book; 0 for limit orders."""
        if order.order_type is OrderType.LIMIT:
            return 0
        left, notional = order.quantity, 0
        for price, available in listing.engine.against(order.side):
            step = min(left, available)
            notional += times(price, step)
            left -= step
            if not left:
                break
        return notional

    def _work(self, listing: Listing, order: Order, now_ms: int) -> None:
        """Match an open order that is in no book, then rest it or end it, by its time in force."""
        if self._unfillable(listing, order):
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
