"""What every part of the exchange works on: listings, accounts, orders, the outbox; and how each tells of a change."""

from collections.abc import Mapping

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.clearing import Clearing
from venue_sim.exchange.events import Position
from venue_sim.exchange.instruments import MarketKind
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.order_store import OrderStore
from venue_sim.exchange.orders import Fill, Order
from venue_sim.exchange.outbox import Outbox
from venue_sim.exchange.perpetual_clearing import PerpetualClearing
from venue_sim.exchange.spot_clearing import SpotClearing
from venue_sim.exchange.terms import EndReason, Execution, OrderStatus, Rejected, RejectReason, Side

FEES = "house:fees"
"""The account that earns all fees and pays all roundings."""
TAPE = "house:tape"
"""The other side of fills in a replayed market."""


class Floor:
    """Shared state of the exchange and the few steps that every kind of request takes."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.orders = OrderStore()
        self.accounts: dict[str, Account] = {name: Account(name, house=True) for name in (FEES, TAPE)}
        self.listings: dict[tuple[str, str], Listing] = {}
        self.perpetual = PerpetualClearing(self.accounts[FEES], self.mark_of)
        self._clearings: Mapping[MarketKind, Clearing] = {
            MarketKind.SPOT: SpotClearing(self.accounts[FEES]),
            MarketKind.LINEAR_PERPETUAL: self.perpetual,
        }

    def account(self, name: str) -> Account:
        """Rejects UNKNOWN_ACCOUNT."""
        try:
            return self.accounts[name]
        except KeyError:
            raise Rejected(RejectReason.UNKNOWN_ACCOUNT, f"account={name}") from None

    def listing(self, market: str, symbol: str) -> Listing:
        """Rejects UNKNOWN_SYMBOL."""
        try:
            return self.listings[market, symbol]
        except KeyError:
            raise Rejected(RejectReason.UNKNOWN_SYMBOL, f"market={market} symbol={symbol}") from None

    def clearing(self, listing: Listing) -> Clearing:
        """How the listing's market settles."""
        return self._clearings[listing.market.kind]

    def mark_of(self, market: str, symbol: str) -> Atoms:
        """Mark price of a symbol."""
        return self.listings[market, symbol].mark_price()

    def tell_order(
        self,
        execution: Execution,
        order: Order,
        now_ms: int,
        *,
        fill: Fill | None = None,
        request_client_id: str = "",
        previous_client_id: str = "",
        counter_order_id: int = 0,
        prevented: Atoms = 0,
    ) -> None:
        """An order event, unless the order is the house's."""
        if self.accounts[order.account].house:
            return
        self.outbox.order_changed(
            execution,
            order,
            now_ms,
            fill=fill,
            request_client_id=request_client_id,
            previous_client_id=previous_client_id,
            counter_order_id=counter_order_id,
            prevented=prevented,
        )
        low, high = self.exposure(order)
        self.outbox.note(execution, order, low, high, now_ms)

    def tell_held(self, order: Order, listing: Listing, now_ms: int) -> None:
        """Balances after a change of what an order reserves."""
        assets = self.clearing(listing).held_assets(listing, order)
        self.outbox.account_changed(self.accounts[order.account], order.market, "ORDER", assets, now_ms)

    def positions_of(self, account: Account, listing: Listing) -> tuple[Position, ...]:
        """The position to tell with a change; none on spot."""
        return (self.perpetual.position(account, listing),) if listing.is_perpetual else ()

    def end(
        self, order: Order, status: OrderStatus, reason: EndReason, now_ms: int, request_client_id: str = ""
    ) -> None:
        """End an open order that is not (or no longer) in the book: release, tell, file."""
        listing = self.listings[order.market, order.symbol]
        account = self.accounts[order.account]
        order.status, order.end_reason, order.updated_ms = status, reason, now_ms
        self.orders.end(order, keep=not account.house)
        self.clearing(listing).hold(account, order, listing)
        if not account.house:
            execution = Execution.CANCELED if status is OrderStatus.CANCELED else Execution.EXPIRED
            self.tell_order(execution, order, now_ms, request_client_id=request_client_id)
            self.tell_held(order, listing, now_ms)

    def withdraw(
        self, order: Order, status: OrderStatus, reason: EndReason, now_ms: int, request_client_id: str = ""
    ) -> None:
        """Take a resting order out of the book and end it."""
        engine = self.listings[order.market, order.symbol].engine
        engine.remove(order, now_ms)
        self.end(order, status, reason, now_ms, request_client_id)

    def exposure(self, order: Order) -> tuple[Atoms, Atoms]:
        """(lowest, highest) quantity the account could come to hold on the order's symbol through its open orders."""
        listing = self.listings[order.market, order.symbol]
        account = self.accounts[order.account]
        if listing.is_perpetual:
            held = self.perpetual.state(account, listing).quantity
        else:
            holding = account.holding(order.market, listing.instrument.base)
            held = holding.free + holding.locked
        low = high = held
        for other in self.orders.open_orders(order.account, order.market, order.symbol):
            if other.side is Side.BUY:
                high += other.remaining
            else:
                low -= other.remaining
        return low, high
