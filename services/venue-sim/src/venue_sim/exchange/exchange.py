"""The exchange: one object that takes requests with the time they arrive, and tells what happened."""

from collections.abc import Mapping
from typing import Any

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.engine import Engine
from venue_sim.exchange.events import Balance, Event, Position
from venue_sim.exchange.instruments import Instrument, Market
from venue_sim.exchange.orders import CancelReplaceResult, Fill, Order, OrderRef, PlaceOrder
from venue_sim.exchange.snapshots import BookSnapshot, FeeRates, LastPrices, Margin, Mark
from venue_sim.exchange.terms import CancelReplaceMode, CancelRestriction, InstrumentStatus, SelfTradePrevention


class Exchange:
    """Markets, symbols, accounts and everything that happens between them.

    All `now_ms` are the venue's clock (Unix epoch, ms), given by the caller and never decreasing. Requests raise
    `Rejected`, having changed nothing. Whatever a call caused is in `drain()` afterwards, in the venue's order.
    """

    def __init__(self, first_order_id: int = 1, first_trade_id: int = 1, first_update_id: int = 1) -> None:
        ...

    # -- building it -------------------------------------------------------------------------------------------
    def add_market(self, market: Market) -> None:
        """Open a market."""

    def add_instrument(self, instrument: Instrument, engine: Engine | None = None) -> None:
        """List a symbol; `engine` None gives it a matching engine with an empty book."""

    def add_account(
        self, account: str, balances: Mapping[str, Mapping[str, Atoms]] | None = None, house: bool = False
    ) -> None:
        """Open an account with balances {market: {asset: atoms}}. A house account has unlimited means and no events."""

    # -- orders ------------------------------------------------------------------------------------------------
    def place(self, account: str, request: PlaceOrder, now_ms: int) -> Order:
        """Check, reserve, match, rest or expire. The order as it stands afterwards (possibly FILLED or EXPIRED)."""

    def test_order(self, account: str, request: PlaceOrder, now_ms: int) -> None:
        """Only the checks of `place`."""

    def cancel(self, account: str, ref: OrderRef, now_ms: int, request_client_id: str = "") -> Order:
        """Cancel an open order. Rejects NOT_OPEN, ID_PAIR_MISMATCH."""

    def cancel_all(self, account: str, market: str, symbol: str, now_ms: int) -> list[Order]:
        """Cancel every open order of the account on the symbol; those canceled, oldest first."""

    def modify(self, account: str, ref: OrderRef, price: Atoms, quantity: Atoms, now_ms: int) -> Order:
        """New price and total quantity under the same id; priority is lost and it may match (USD-M `PUT order`).

        CANCELED instead where quantity <= filled, or where a post-only order would take. Rejects NO_CHANGE.
        """

    def reduce_in_place(
        self, account: str, ref: OrderRef, quantity: Atoms, now_ms: int, new_client_id: str = ""
    ) -> Order:
        """Smaller total quantity with priority kept (spot `amend/keepPriority`). Rejects AMEND_NOT_SMALLER."""

    def cancel_replace(
        self,
        account: str,
        ref: OrderRef,
        request: PlaceOrder,
        now_ms: int,
        mode: CancelReplaceMode = CancelReplaceMode.STOP_ON_FAILURE,
        restriction: CancelRestriction = CancelRestriction.NONE,
        request_client_id: str = "",
    ) -> CancelReplaceResult:
        """Cancel one, place another, in one step. Never raises `Rejected`: failures are in the result."""

    def countdown(self, account: str, market: str, symbol: str, countdown_ms: int, now_ms: int) -> None:
        """Dead-man switch: cancel the account's orders on the symbol unless called again in time; 0 disarms."""

    # -- queries -----------------------------------------------------------------------------------------------
    def order(self, account: str, ref: OrderRef) -> Order:
        """By id, open or ended; by client id the newest that bore it. Rejects ORDER_NOT_FOUND, ID_PAIR_MISMATCH."""

    def open_orders(self, account: str, market: str, symbol: str | None = None) -> list[Order]:
        """Open orders, oldest first."""

    def all_orders(self, account: str, market: str, symbol: str | None = None) -> list[Order]:
        """Open and ended (the last some 10,000), oldest first. The dialect slices by id, time and limit."""

    def fills(self, account: str, market: str, symbol: str | None = None) -> list[Fill]:
        """The account's fills, oldest first. The dialect slices."""

    def balances(self, account: str, market: str) -> list[Balance]:
        """Every asset the account ever had in the market, by name."""

    def positions(self, account: str, market: str) -> list[Position]:
        """One for each symbol the account ever traded in the market, flat ones too, by symbol."""

    def margin(self, account: str, market: str) -> Margin:
        """The perpetual wallet."""

    def leverage(self, account: str, market: str, symbol: str) -> int:
        """Present leverage."""

    def fee_rates(self, account: str, market: str) -> FeeRates:
        """What the account pays."""

    def snapshot(self, market: str, symbol: str, limit: int) -> BookSnapshot:
        """The book down to `limit` levels a side."""

    def mark(self, market: str, symbol: str) -> Mark:
        """Present mark of a perpetual."""

    def last_prices(self, market: str, symbol: str) -> LastPrices:
        """Last and average price."""

    def instrument(self, market: str, symbol: str) -> Instrument:
        """Present rules and status. Rejects UNKNOWN_SYMBOL."""

    def instruments(self, market: str) -> list[Instrument]:
        """All symbols of a market, in the order they were listed."""

    def market(self, name: str) -> Market:
        """A market's rules."""

    def accounts(self) -> list[str]:
        """Names of the accounts that are not the house's."""

    # -- the operator's hand (admin, faults) ---------------------------------------------------------------------
    def set_leverage(self, account: str, market: str, symbol: str, leverage: int, now_ms: int) -> None:
        """Change leverage. Rejects BAD_LEVERAGE, INSUFFICIENT_MARGIN."""

    def set_status(self, market: str, symbol: str, status: InstrumentStatus, now_ms: int) -> None:
        """Halt, resume, cancel-only, delist (which expires all open orders)."""

    def change_rules(self, market: str, symbol: str, now_ms: int, **changes: Any) -> Instrument:
        """Replace fields of the instrument's rules (tick, lot, min_notional, …). Raises TypeError on an unknown field."""

    def set_fee_rates(self, account: str, market: str, maker: Atoms, taker: Atoms) -> None:
        """An account's own rates instead of the market's."""

    def set_fee_asset(self, account: str, market: str, asset: str | None, price: Atoms) -> None:
        """Take fees in `asset` (e.g. BNB), whose price in the quote asset is given; None: as the market does."""

    def transfer(self, account: str, market: str, asset: str, change: Atoms, now_ms: int) -> None:
        """Deposit (positive) or withdraw (negative). Rejects INSUFFICIENT_BALANCE."""

    def apply_funding(self, market: str, symbol: str, rate: Atoms, now_ms: int) -> None:
        """Longs pay shorts `rate` of their notional at the mark (negative: the reverse)."""

    def deleverage(
        self, account: str, market: str, symbol: str, quantity: Atoms, now_ms: int, price: Atoms = 0, prefix: str = ""
    ) -> Fill:
        """ADL or liquidation: the exchange closes up to `quantity` of the position itself at `price` (0: the mark).

        `prefix` begins the made-up client id ("adl_autoclose", "autoclose-"). Rejects REDUCE_ONLY when flat.
        """

    def set_mark(self, market: str, symbol: str, mark: Atoms, index: Atoms, funding_rate: Atoms, now_ms: int) -> None:
        """Mark of a perpetual (by the background or an operator); told by the next `tick`."""

    # -- time and what happened ------------------------------------------------------------------------------------
    def tick(self, now_ms: int) -> None:
        """Let time pass: dead-man switches, marks (each second), funding when due. Call every 10 to 50 ms."""

    def drain(self) -> list[Event]:
        """What happened since the last call, in order."""

    def count_request(self, account: str, endpoint: str) -> None:
        """For the dialect: one request of the account to an endpoint, shown by `truth`."""

    def truth(self) -> dict[str, Any]:
        """The exchange's own record of every account (not the house's), numbers as decimal text."""

    def timeline(self) -> list[dict[str, Any]]:
        """The last order events with times and the account's worst exposure then, oldest first."""
