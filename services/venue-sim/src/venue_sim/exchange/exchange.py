"""The exchange: one object that takes requests with the time they arrive, and tells what happened."""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from venue_sim.exchange.accounts import Account, FeeAsset
from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.crossing import Crossing
from venue_sim.exchange.dead_man import DeadMan
from venue_sim.exchange.desk import OrderDesk
from venue_sim.exchange.engine import Engine
from venue_sim.exchange.events import AggregateTrade, Balance, CapturedMessage, Event, Position
from venue_sim.exchange.fees import fee_rates
from venue_sim.exchange.floor import Floor
from venue_sim.exchange.instruments import Instrument, Market, MarketKind
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.marks import Marks
from venue_sim.exchange.matching import MatchingEngine
from venue_sim.exchange.operator import VenueOperator
from venue_sim.exchange.orders import CancelReplaceResult, Fill, Order, OrderRef, PlaceOrder
from venue_sim.exchange.snapshots import BookSnapshot, FeeRates, LastPrices, Margin, Mark
from venue_sim.exchange.terms import CancelReplaceMode, CancelRestriction, EndReason, InstrumentStatus, Side
from venue_sim.exchange.truth import RequestCounts, truth

_PERPETUAL_ID_STRIDE = 3
"""Update ids of USD-M have holes: an event's `U` is usually not one past the `u` before."""


class Exchange:
    """Markets, symbols, accounts and everything that happens between them.

    All `now_ms` are the venue's clock (Unix epoch, ms), given by the caller and never decreasing. Requests raise
    `Rejected`, having changed nothing. Whatever a call caused is in `drain()` afterwards, in the venue's order.
    """

    def __init__(self, first_order_id: int = 1, first_trade_id: int = 1, first_update_id: int = 1) -> None:
        self._floor = Floor()
        self._crossing = Crossing(self._floor)
        self._desk = OrderDesk(self._floor, self._crossing, first_order_id)
        self._operator = VenueOperator(self._floor, self._crossing)
        self._marks = Marks(self._floor, self._operator)
        self._dead_man = DeadMan()
        self._requests = RequestCounts()
        self._markets: dict[str, Market] = {}
        self._first_trade_id = first_trade_id
        self._first_update_id = first_update_id
        self._now_ms = 0

    # -- building it -------------------------------------------------------------------------------------------
    def add_market(self, market: Market) -> None:
        """Open a market."""
        self._markets[market.name] = market

    def add_instrument(self, instrument: Instrument, engine: Engine | None = None) -> None:
        """List a symbol; `engine` None gives it a matching engine with an empty book."""
        market = self._markets[instrument.market]
        if engine is None:
            stride = _PERPETUAL_ID_STRIDE if market.kind is MarketKind.LINEAR_PERPETUAL else 1
            engine = MatchingEngine(instrument.market, instrument.symbol, self._first_update_id, stride)
        self._floor.listings[instrument.market, instrument.symbol] = Listing(
            instrument, market, engine, self._floor.outbox.emit, self._first_trade_id
        )

    def add_account(
        self, account: str, balances: Mapping[str, Mapping[str, Atoms]] | None = None, house: bool = False
    ) -> None:
        """Open an account with balances {market: {asset: atoms}}. A house account has unlimited means and no events."""
        opened = self._floor.accounts[account] = Account(account, house)
        for market, assets in (balances or {}).items():
            for asset, amount in assets.items():
                opened.holding(market, asset).free = amount

    # -- orders ------------------------------------------------------------------------------------------------
    def place(self, account: str, request: PlaceOrder, now_ms: int) -> Order:
        """Check, reserve, match, rest or expire. The order as it stands afterwards (possibly FILLED or EXPIRED)."""
        return self._desk.place(account, request, now_ms)

    def test_order(self, account: str, request: PlaceOrder, now_ms: int) -> None:
        """Only the checks of `place`."""
        self._desk.test(account, request, now_ms)

    def cancel(self, account: str, ref: OrderRef, now_ms: int, request_client_id: str = "") -> Order:
        """Cancel an open order. Rejects NOT_OPEN, ID_PAIR_MISMATCH."""
        return self._desk.cancel(account, ref, now_ms, request_client_id)

    def cancel_all(self, account: str, market: str, symbol: str, now_ms: int) -> list[Order]:
        """Cancel every open order of the account on the symbol; those canceled, oldest first."""
        return self._desk.cancel_all(account, market, symbol, EndReason.USER, now_ms)

    def modify(self, account: str, ref: OrderRef, price: Atoms, quantity: Atoms, now_ms: int) -> Order:
        """New price and total quantity under the same id; priority is lost and it may match (USD-M `PUT order`).

        CANCELED instead where quantity <= filled, or where a post-only order would take. Rejects NO_CHANGE.
        """
        return self._desk.modify(account, ref, price, quantity, now_ms)

    def reduce_in_place(
        self, account: str, ref: OrderRef, quantity: Atoms, now_ms: int, new_client_id: str = ""
    ) -> Order:
        """Smaller total quantity with priority kept (spot `amend/keepPriority`). Rejects AMEND_NOT_SMALLER."""
        return self._desk.reduce_in_place(account, ref, quantity, now_ms, new_client_id)

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
        return self._desk.cancel_replace(account, ref, request, now_ms, mode, restriction, request_client_id)

    def countdown(self, account: str, market: str, symbol: str, countdown_ms: int, now_ms: int) -> None:
        """Dead-man switch: cancel the account's orders on the symbol unless called again in time; 0 disarms."""
        self._floor.listing(market, symbol)
        self._dead_man.arm((account, market, symbol), countdown_ms, now_ms)

    # -- queries -----------------------------------------------------------------------------------------------
    def order(self, account: str, ref: OrderRef) -> Order:
        """By id, open or ended; by client id the newest that bore it. Rejects ORDER_NOT_FOUND, ID_PAIR_MISMATCH."""
        return copy(self._floor.orders.find(account, ref))

    def open_orders(self, account: str, market: str, symbol: str | None = None) -> list[Order]:
        """Open orders, oldest first."""
        return [copy(order) for order in self._floor.orders.open_orders(account, market, symbol)]

    def all_orders(self, account: str, market: str, symbol: str | None = None) -> list[Order]:
        """Open and ended (the last some 10,000), oldest first. The dialect slices by id, time and limit."""
        mine = self._floor.orders.all_orders(account)
        wanted = [copy(order) for order in mine if order.market == market and symbol in (None, order.symbol)]
        return sorted(wanted, key=lambda order: order.order_id)

    def fills(self, account: str, market: str, symbol: str | None = None) -> list[Fill]:
        """The account's fills, oldest first. The dialect slices."""
        mine = self._floor.orders.fills(account)
        return [fill for fill in mine if fill.market == market and symbol in (None, fill.symbol)]

    def balances(self, account: str, market: str) -> list[Balance]:
        """Every asset the account ever had in the market, by name."""
        holder = self._floor.account(account)
        return [holder.balance(market, asset) for name, asset in sorted(holder.holdings) if name == market]

    def positions(self, account: str, market: str) -> list[Position]:
        """One for each symbol the account ever traded in the market, flat ones too, by symbol."""
        holder = self._floor.account(account)
        symbols = sorted(symbol for name, symbol in holder.states if name == market)
        return [self._floor.perpetual.position(holder, self._floor.listing(market, symbol)) for symbol in symbols]

    def margin(self, account: str, market: str) -> Margin:
        """The perpetual wallet."""
        return self._floor.perpetual.margin(self._floor.account(account), self._markets[market])

    def leverage(self, account: str, market: str, symbol: str) -> int:
        """Present leverage."""
        listing = self._floor.listing(market, symbol)
        return self._floor.perpetual.state(self._floor.account(account), listing).leverage

    def fee_rates(self, account: str, market: str) -> FeeRates:
        """What the account pays."""
        return fee_rates(self._floor.account(account), self._markets[market])

    def snapshot(self, market: str, symbol: str, limit: int) -> BookSnapshot:
        """The book down to `limit` levels a side."""
        return self._floor.listing(market, symbol).engine.snapshot(limit)

    def offered(self, market: str, symbol: str, side: Side) -> Iterator[tuple[Atoms, Atoms]]:
        """(price, quantity) that a taker of `side` would meet, best first; to be read before the next change."""
        return self._floor.listing(market, symbol).engine.against(side)

    def mark(self, market: str, symbol: str) -> Mark:
        """Present mark of a perpetual."""
        return self._floor.listing(market, symbol).mark(self._now_ms)

    def last_prices(self, market: str, symbol: str) -> LastPrices:
        """Last and average price."""
        return self._floor.listing(market, symbol).tape.prices(self._now_ms)

    def instrument(self, market: str, symbol: str) -> Instrument:
        """Present rules and status. Rejects UNKNOWN_SYMBOL."""
        return self._floor.listing(market, symbol).instrument

    def instruments(self, market: str) -> list[Instrument]:
        """All symbols of a market, in the order they were listed."""
        return [listing.instrument for (name, _), listing in self._floor.listings.items() if name == market]

    def market(self, name: str) -> Market:
        """A market's rules."""
        return self._markets[name]

    def accounts(self) -> list[str]:
        """Names of the accounts that are not the house's."""
        return [account.name for account in self._floor.accounts.values() if not account.house]

    # -- the operator's hand (admin, faults) ---------------------------------------------------------------------
    def set_leverage(self, account: str, market: str, symbol: str, leverage: int, now_ms: int) -> None:
        """Change leverage. Rejects BAD_LEVERAGE, INSUFFICIENT_MARGIN."""
        self._operator.set_leverage(account, market, symbol, leverage, now_ms)

    def set_status(self, market: str, symbol: str, status: InstrumentStatus, now_ms: int) -> None:
        """Halt, resume, cancel-only, delist (which expires all open orders)."""
        self._operator.set_status(market, symbol, status, now_ms)

    def change_rules(self, market: str, symbol: str, now_ms: int, **changes: Any) -> Instrument:
        """Replace fields of the instrument's rules (tick, lot, min_notional, …); TypeError on an unknown field."""
        return self._operator.change_rules(market, symbol, now_ms, changes)

    def set_fee_rates(self, account: str, market: str, maker: Atoms, taker: Atoms) -> None:
        """An account's own rates instead of the market's."""
        self._floor.account(account).rates[market] = FeeRates(maker, taker)

    def set_fee_asset(self, account: str, market: str, asset: str | None, price: Atoms) -> None:
        """Take fees in `asset` (e.g. BNB), whose price in the quote asset is given; None: as the market does."""
        fee_assets = self._floor.account(account).fee_assets
        fee_assets.pop(market, None)
        if asset is not None:
            fee_assets[market] = FeeAsset(asset, price)

    def transfer(self, account: str, market: str, asset: str, change: Atoms, now_ms: int) -> None:
        """Deposit (positive) or withdraw (negative). Rejects INSUFFICIENT_BALANCE."""
        self._operator.transfer(account, market, asset, change, now_ms)

    def apply_funding(self, market: str, symbol: str, rate: Atoms, now_ms: int) -> None:
        """Longs pay shorts `rate` of their notional at the mark (negative: the reverse)."""
        self._operator.apply_funding(market, symbol, rate, now_ms)

    def deleverage(
        self, account: str, market: str, symbol: str, quantity: Atoms, now_ms: int, price: Atoms = 0, prefix: str = ""
    ) -> Fill:
        """ADL or liquidation: the exchange closes up to `quantity` of the position itself at `price` (0: the mark).

        `prefix` begins the made-up client id ("adl_autoclose", "autoclose-"). Rejects REDUCE_ONLY when flat.
        """
        return self._operator.deleverage(account, market, symbol, quantity, now_ms, price, prefix)

    def force_fill(self, account: str, ref: OrderRef, quantity: Atoms, now_ms: int) -> Fill:
        """A resting order trades `quantity` (0: all of it) as maker at its price, whatever stands ahead of it."""
        order = self._floor.orders.find_open(account, ref)
        listing = self._floor.listing(ref.market, ref.symbol)
        return self._crossing.force(listing, order, min(quantity or order.remaining, order.remaining), now_ms)

    def print_trade(
        self, market: str, symbol: str, aggressor: Side, quantity: Atoms, now_ms: int, price: Atoms = 0
    ) -> Order:
        """A house taker hits the book, down to `price` at the worst (0: any). Rejects UNSUPPORTED in a replay."""
        return self._operator.print_trade(self._desk, (market, symbol), aggressor, quantity, price, now_ms)

    # -- for a replayed market -------------------------------------------------------------------------------------
    def fill_resting(self, order: Order, price: Atoms, quantity: Atoms, now_ms: int) -> None:
        """A recorded trade fills `order` (the engine's own object) at `price`, as far as it may still trade.

        Nothing fills while the instrument is not trading, whatever the recording goes on to say.
        """
        self._crossing.fill_resting(self._floor.listing(order.market, order.symbol), order, price, quantity, now_ms)

    def observe_trade(self, trade: AggregateTrade, now_ms: int, tell_aggregate: bool) -> None:
        """Count a recorded trade for last and average price; tell it as an aggregate where the capture has none."""
        tape = self._floor.listing(trade.market, trade.symbol).tape
        tape.observe(trade.price, trade.quantity, now_ms)
        if tell_aggregate:
            tape.aggregate(trade.first_trade_id, trade.price, trade.quantity, trade.aggressor, trade.time_ms)
            tape.flush()

    def emit(self, event: CapturedMessage) -> None:
        """A message of the capture goes out in its place among the events."""
        self._floor.outbox.emit(event)

    def expire_all(self, account: str, market: str, symbol: str, now_ms: int) -> list[Order]:
        """The exchange takes out an account's orders on the symbol itself, as it does before a liquidation."""
        return self._operator.expire_all(account, market, symbol, now_ms)

    def set_mark(self, market: str, symbol: str, mark: Atoms, index: Atoms, funding_rate: Atoms) -> None:
        """Mark of a perpetual, by the background or an operator; it stays until the next call and is told by `tick`."""
        self._marks.pin(self._floor.listing(market, symbol), mark, index, funding_rate)

    # -- time and what happened ------------------------------------------------------------------------------------
    def tick(self, now_ms: int) -> None:
        """Let time pass: dead-man switches, marks (each second), funding when due. Call every 10 to 50 ms."""
        self._now_ms = now_ms
        for account, market, symbol in self._dead_man.due(now_ms):
            self._desk.cancel_all(account, market, symbol, EndReason.DEAD_MAN, now_ms)
        self._marks.advance(now_ms)

    def drain(self) -> list[Event]:
        """What happened since the last call, in order."""
        return self._floor.outbox.drain()

    def count_request(self, account: str, endpoint: str) -> None:
        """For the dialect: one request of the account to an endpoint, shown by `truth`."""
        self._requests.add(account, endpoint)

    def truth(self) -> dict[str, Any]:
        """The exchange's own record of every account (not the house's), numbers as decimal text."""
        return truth(self._floor, self._requests)

    def timeline(self) -> list[dict[str, Any]]:
        """The last order events with times and the account's worst exposure then, oldest first."""
        return self._floor.outbox.timeline()
