"""The hand of the operator of the venue: rules, halts, transfers, funding, forced closing."""

from copy import copy
from typing import Any

from msgspec.structs import replace

from venue_sim.exchange.amounts import Atoms, plain, times
from venue_sim.exchange.clearing import Share
from venue_sim.exchange.crossing import Crossing, fill_of
from venue_sim.exchange.desk import OrderDesk
from venue_sim.exchange.events import BalanceTransferred, InstrumentChanged, LeverageChanged
from venue_sim.exchange.floor import FEES, TAPE, Floor
from venue_sim.exchange.instruments import Instrument
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.orders import Fill, Order, PlaceOrder
from venue_sim.exchange.terms import (
    EndReason,
    Execution,
    InstrumentStatus,
    OrderStatus,
    OrderType,
    Rejected,
    RejectReason,
    SelfTradePrevention,
    Side,
    TimeInForce,
)


class VenueOperator:
    """What happens to accounts and symbols without an account's request."""

    def __init__(self, floor: Floor, crossing: Crossing) -> None:
        self._floor = floor
        self._crossing = crossing
        self._next_forced_id = 1

    def set_status(self, market: str, symbol: str, status: InstrumentStatus, now_ms: int) -> None:
        """See `Exchange.set_status`."""
        listing = self._floor.listing(market, symbol)
        if status is InstrumentStatus.DELISTED:
            for order in self._floor.orders.open_on(market, symbol):
                self._floor.withdraw(order, OrderStatus.EXPIRED, EndReason.DELISTED, now_ms)
            listing.engine.publish_best(now_ms)
        self._replace(listing, {"status": status}, now_ms)

    def change_rules(self, market: str, symbol: str, now_ms: int, changes: dict[str, Any]) -> Instrument:
        """See `Exchange.change_rules`."""
        return self._replace(self._floor.listing(market, symbol), changes, now_ms)

    def set_leverage(self, account_name: str, market: str, symbol: str, leverage: int, now_ms: int) -> None:
        """See `Exchange.set_leverage`."""
        account, listing = self._floor.account(account_name), self._floor.listing(market, symbol)
        if not 1 <= leverage <= listing.instrument.max_leverage:
            raise Rejected(RejectReason.BAD_LEVERAGE, f"leverage={leverage} max={listing.instrument.max_leverage}")
        state = self._floor.perpetual.state(account, listing)
        before, state.leverage = state.leverage, leverage
        margin = self._floor.perpetual.margin(account, listing.market)
        if leverage < before and margin.wallet + margin.unrealised_pnl < margin.position_margin + margin.order_margin:
            state.leverage = before
            raise Rejected(RejectReason.INSUFFICIENT_MARGIN, f"leverage={leverage}")
        self._floor.outbox.emit(LeverageChanged(account_name, market, symbol, leverage, now_ms))

    def transfer(self, account_name: str, market: str, asset: str, change: Atoms, now_ms: int) -> None:
        """See `Exchange.transfer`."""
        account = self._floor.account(account_name)
        held = account.holding(market, asset)
        if held.free + change < 0:
            raise Rejected(RejectReason.INSUFFICIENT_BALANCE, f"asset={asset} free={plain(held.free)}")
        held.free += change
        self._floor.outbox.emit(BalanceTransferred(account_name, market, asset, change, now_ms))
        reason = "DEPOSIT" if change >= 0 else "WITHDRAW"
        self._floor.outbox.account_changed(account, market, reason, (asset,), now_ms, change=change)

    def apply_funding(self, market: str, symbol: str, rate: Atoms, now_ms: int) -> None:
        """See `Exchange.apply_funding`. What rounding leaves over goes to the fees account."""
        listing = self._floor.listing(market, symbol)
        asset, mark = listing.market.margin_asset, listing.mark_price()
        for account in self._floor.accounts.values():
            state = account.states.get((market, symbol))
            if state is not None and state.quantity:
                payment = times(times(mark, state.quantity), rate)
                account.holding(market, asset).free -= payment
                self._floor.accounts[FEES].holding(market, asset).free += payment
                self._floor.outbox.account_changed(account, market, "FUNDING_FEE", (asset,), now_ms, change=-payment)

    def expire_all(self, account_name: str, market: str, symbol: str, now_ms: int) -> list[Order]:
        """See `Exchange.expire_all`."""
        listing = self._floor.listing(market, symbol)
        orders = self._floor.orders.open_orders(account_name, market, symbol)
        for order in orders:
            self._floor.withdraw(order, OrderStatus.EXPIRED, EndReason.LIQUIDATION, now_ms)
        listing.engine.publish_best(now_ms)
        return [copy(order) for order in orders]

    def deleverage(
        self, account_name: str, market: str, symbol: str, quantity: Atoms, now_ms: int, price: Atoms, prefix: str
    ) -> Fill:
        """See `Exchange.deleverage`. The recorded market's house account takes the other side; no fee."""
        floor = self._floor
        account, listing = floor.account(account_name), floor.listing(market, symbol)
        state = floor.perpetual.state(account, listing)
        side = Side.SELL if state.quantity > 0 else Side.BUY
        quantity, price = min(quantity, abs(state.quantity)), price or listing.mark_price()
        if not quantity:
            raise Rejected(RejectReason.REDUCE_ONLY, f"symbol={symbol} is flat")
        order = self._forced_order(account_name, listing, side, price, quantity, prefix, now_ms)
        share = Share(side, price, quantity, times(price, quantity), maker=False, charged=False)
        other = Share(side.opposite, price, quantity, share.quote, maker=True, charged=False)
        settled = floor.perpetual.settle(account, listing, share)
        floor.perpetual.settle(floor.accounts[TAPE], listing, other)
        state.updated_ms = now_ms
        fill = fill_of(order, share, settled, listing.tape.take_trade_id(), 0, now_ms)
        order.filled, order.filled_quote, order.status = quantity, share.quote, OrderStatus.FILLED
        floor.orders.end(order, keep=True)
        floor.orders.keep_fill(fill)
        floor.tell_order(Execution.CALCULATED, order, now_ms, fill=copy(fill))
        positions = floor.positions_of(account, listing)
        floor.outbox.account_changed(account, market, "ORDER", settled.assets, now_ms, positions)
        self._crossing.trim_reduce_only(listing, account_name, now_ms)
        return fill

    def print_trade(
        self,
        desk: OrderDesk,
        instrument: tuple[str, str],
        aggressor: Side,
        quantity: Atoms,
        price: Atoms,
        now_ms: int,
    ) -> Order:
        """See `Exchange.print_trade`; `instrument` is (market, symbol)."""
        if not self._floor.listing(*instrument).engine.prints:
            raise Rejected(RejectReason.UNSUPPORTED, "a replay prints what was recorded")
        order_type = OrderType.LIMIT if price else OrderType.MARKET
        request = PlaceOrder(*instrument, "", aggressor, order_type, quantity, price, time_in_force=TimeInForce.IOC)
        return desk.place(TAPE, request, now_ms)

    def _forced_order(
        self, account: str, listing: Listing, side: Side, price: Atoms, quantity: Atoms, prefix: str, now_ms: int
    ) -> Order:
        order_id = -self._next_forced_id
        self._next_forced_id += 1
        order = Order(
            account=account,
            market=listing.market.name,
            symbol=listing.instrument.symbol,
            order_id=order_id,
            client_order_id=f"{prefix}{-order_id}",
            side=side,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.IOC,
            price=price,
            quantity=quantity,
            quote_quantity=0,
            reduce_only=True,
            self_trade=SelfTradePrevention.NONE,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        self._floor.orders.add(order)
        return order

    def _replace(self, listing: Listing, changes: dict[str, Any], now_ms: int) -> Instrument:
        present = listing.instrument
        listing.instrument = replace(present, **changes, revision=present.revision + 1)
        self._floor.outbox.emit(
            InstrumentChanged(present.market, present.symbol, listing.instrument, listing.instrument.status, now_ms)
        )
        return listing.instrument
