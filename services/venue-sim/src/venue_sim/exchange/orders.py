"""Orders, fills and the requests about them."""

from msgspec import Struct

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.terms import (
    EndReason,
    OrderStatus,
    OrderType,
    Rejected,
    SelfTradePrevention,
    Side,
    TimeInForce,
)


class PlaceOrder(Struct, frozen=True):
    """A new order as the dialect understood it. Amounts in atoms."""

    market: str
    symbol: str
    client_order_id: str
    side: Side
    order_type: OrderType
    quantity: Atoms = 0
    """In base; 0 when a market order is sized by `quote_quantity`."""
    price: Atoms = 0
    """0 for market orders."""
    time_in_force: TimeInForce = TimeInForce.GTC
    quote_quantity: Atoms = 0
    reduce_only: bool = False
    self_trade: SelfTradePrevention | None = None
    """None takes the market's default."""


class OrderRef(Struct, frozen=True):
    """Names an order of an account by the venue's id, the client's, or both (which then must agree)."""

    market: str
    symbol: str
    order_id: int | None = None
    client_order_id: str | None = None


class Order(Struct):
    """An order. Those in events and answers are copies as of that moment."""

    account: str
    market: str
    symbol: str
    order_id: int
    client_order_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    price: Atoms
    quantity: Atoms
    quote_quantity: Atoms
    reduce_only: bool
    self_trade: SelfTradePrevention
    created_ms: int
    updated_ms: int
    filled: Atoms = 0
    filled_quote: Atoms = 0
    status: OrderStatus = OrderStatus.NEW
    end_reason: EndReason = EndReason.NONE
    amendments: int = 0
    reserved: Atoms = 0
    """What the account has locked for it: quote (spot buy), base (spot sell), initial margin (perpetual)."""
    prevented: Atoms = 0
    """Quantity taken away by self-trade prevention."""
    on_book_since_ms: int = 0
    """When it first rested (0: never)."""

    @property
    def remaining(self) -> Atoms:
        """Base quantity still to trade."""
        return self.quantity - self.filled - self.prevented


class Fill(Struct, frozen=True):
    """One account's side of a trade."""

    account: str
    market: str
    symbol: str
    trade_id: int
    order_id: int
    client_order_id: str
    side: Side
    price: Atoms
    quantity: Atoms
    quote: Atoms
    """Notional in quote, the exact amount that changed hands."""
    fee: Atoms
    fee_asset: str
    maker: bool
    realised_pnl: Atoms
    """Perpetuals; 0 on spot. Fee not included."""
    time_ms: int
    counter_order_id: int = 0
    """The other side's order (0: none of ours)."""


class CancelReplaceResult(Struct, frozen=True):
    """Both halves of a cancel-replace; each is the order or why it failed; `placed` None: not attempted."""

    canceled: Order | Rejected
    placed: Order | Rejected | None
