"""Every check that an order, new or modified, must pass before anything changes."""

from copy import copy
from itertools import takewhile

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms, divide, plain, round_down, times
from venue_sim.exchange.filters import check_request, check_status
from venue_sim.exchange.floor import Floor
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.orders import Order, PlaceOrder
from venue_sim.exchange.terms import OrderType, Rejected, RejectReason, Side, TimeInForce


class Admission:
    """Makes orders of requests, with their means reserved; raises `Rejected` having changed nothing."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def admit(self, account: Account, listing: Listing, request: PlaceOrder, order_id: int, now_ms: int) -> Order:
        """The order, not yet open. The house is spared what only protects accounts from themselves."""
        _check_open(listing)
        if not account.house:
            reference = listing.reference_price(now_ms)
            check_request(listing.instrument, request, reference, notional_exempt=request.reduce_only)
            self.check_client_id(account.name, request.market, request.symbol, request.client_order_id)
            self._check_count(account, listing)
        _check_offered(listing, request)
        order = self._order(account, listing, request, order_id, now_ms)
        self._check_crossing(listing, order)
        self._floor.clearing(listing).admit(account, order, listing, _taking(listing, order))
        return order

    def admit_change(self, order: Order, listing: Listing, price: Atoms, quantity: Atoms, now_ms: int) -> None:
        """Check a new price and quantity of an open order by the rules of new ones."""
        _check_open(listing)
        if order.order_type is not OrderType.LIMIT:
            raise Rejected(RejectReason.AMEND_NOT_LIMIT, f"order_id={order.order_id}")
        if (price, quantity) == (order.price, order.quantity):
            raise Rejected(RejectReason.NO_CHANGE, f"order_id={order.order_id}")
        if not self._floor.accounts[order.account].house:
            wanted = PlaceOrder(order.market, order.symbol, "", order.side, OrderType.LIMIT, quantity, price)
            reference = listing.reference_price(now_ms)
            check_request(listing.instrument, wanted, reference, notional_exempt=order.reduce_only)

    def reserve_change(self, order: Order, listing: Listing, price: Atoms, quantity: Atoms) -> None:
        """Reserve what the order will need once changed; on rejection everything is as before."""
        changed = copy(order)
        changed.price, changed.quantity = price, quantity
        self._floor.clearing(listing).admit(self._floor.accounts[order.account], changed, listing, 0)
        order.reserved = changed.reserved

    def check_client_id(self, account: str, market: str, symbol: str, client_order_id: str) -> None:
        """Client ids are unique among open orders."""
        if self._floor.orders.open_client(account, market, symbol, client_order_id):
            raise Rejected(RejectReason.DUPLICATE_CLIENT_ID, f"client_order_id={client_order_id}")

    def _check_count(self, account: Account, listing: Listing) -> None:
        limit = listing.instrument.max_open_orders
        opened = self._floor.orders.open_orders(account.name, listing.market.name, listing.instrument.symbol)
        if 0 < limit <= len(opened):
            raise Rejected(RejectReason.TOO_MANY_ORDERS, f"open={len(opened)} limit={limit}")

    def _check_crossing(self, listing: Listing, order: Order) -> None:
        if order.time_in_force is TimeInForce.POST_ONLY and would_take(listing, order.side, order.price):
            raise Rejected(RejectReason.WOULD_TAKE, f"price={plain(order.price)}")
        if listing.market.unfillable_fok_is_rejected and unfillable(listing, order):
            raise Rejected(RejectReason.NOT_FILLABLE_WHOLE, f"quantity={plain(order.quantity)}")

    def _order(self, account: Account, listing: Listing, request: PlaceOrder, order_id: int, now_ms: int) -> Order:
        quantity = request.quantity
        if request.quote_quantity:
            quantity = _quantity_for(listing, request.side, request.quote_quantity)
        if request.reduce_only:
            quantity = min(quantity, self._reducible(account, listing, request.side))
        return Order(
            account=account.name,
            market=request.market,
            symbol=request.symbol,
            order_id=order_id,
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


def would_take(listing: Listing, side: Side, price: Atoms) -> bool:
    """Whether a limit order at `price` would trade at once."""
    bid, _, ask, _ = listing.engine.best()
    return 0 < ask <= price if side is Side.BUY else 0 < price <= bid


def unfillable(listing: Listing, order: Order) -> bool:
    """Whether a fill-or-kill order cannot trade whole against what others offer within its price."""
    if order.time_in_force is not TimeInForce.FOK:
        return False
    sign, limit = (1 if order.side is Side.BUY else -1), order.price
    offered = listing.engine.against(order.side, order.account)
    within = takewhile(lambda level: not limit or sign * level[0] <= sign * limit, offered)
    return sum(quantity for _, quantity in within) < order.quantity


def _check_open(listing: Listing) -> None:
    check_status(listing.instrument)
    if not listing.engine.tradable:
        raise Rejected(RejectReason.MARKET_CLOSED, "the recorded book is not synced")


def _check_offered(listing: Listing, request: PlaceOrder) -> None:
    if request.reduce_only and not listing.is_perpetual:
        raise Rejected(RejectReason.UNSUPPORTED, "reduce-only on spot")
    if request.quote_quantity and (listing.is_perpetual or request.order_type is OrderType.LIMIT):
        raise Rejected(RejectReason.UNSUPPORTED, "quote quantity is for spot market orders")
    if request.self_trade not in (None, *listing.market.self_trade_modes):
        raise Rejected(RejectReason.SELF_TRADE_MODE, f"mode={request.self_trade}")
    if request.order_type is OrderType.MARKET and not listing.is_perpetual:
        _check_liquidity(listing, request.side)


def _check_liquidity(listing: Listing, side: Side) -> None:
    """Spot refuses a market order that nothing stands against; a perpetual one expires."""
    if next(listing.engine.against(side), None) is None:
        raise Rejected(RejectReason.NO_LIQUIDITY, f"side={side}")


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
