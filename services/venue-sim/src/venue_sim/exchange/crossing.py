"""The match of one taker against the book, trade by trade, with self-trade prevention and settlement."""

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms, times
from venue_sim.exchange.clearing import Settled, Share
from venue_sim.exchange.engine import Match
from venue_sim.exchange.floor import TAPE, Floor
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.orders import Fill, Order
from venue_sim.exchange.terms import EndReason, Execution, InstrumentStatus, OrderStatus, SelfTradePrevention

_TAKER_GOES = (SelfTradePrevention.EXPIRE_TAKER, SelfTradePrevention.EXPIRE_BOTH)
_MAKER_GOES = (SelfTradePrevention.EXPIRE_MAKER, SelfTradePrevention.EXPIRE_BOTH)


class Crossing:
    """Trades orders against each other, or an order against a replayed market."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def run(self, listing: Listing, taker: Order, now_ms: int) -> None:
        """Match until the taker is filled, ended, or nothing meets its price."""
        while taker.status.is_open and taker.remaining:
            match = listing.engine.next_match(taker)
            if match is None:
                break
            if self._same_owner(taker, match.maker):
                self._prevent(listing, taker, match, now_ms)
                continue
            quantity = self._tradable(listing, taker, match)
            if not quantity:
                reason = EndReason.REDUCE_ONLY if taker.reduce_only else EndReason.UNFILLED_REMAINDER
                self._floor.end(taker, OrderStatus.EXPIRED, reason, now_ms)
                break
            self._trade(listing, taker, match, quantity, now_ms)
        listing.tape.flush()

    def fill_resting(self, listing: Listing, order: Order, price: Atoms, quantity: Atoms, now_ms: int) -> None:
        """A replayed market's trade fills a resting order, as far as it may still trade."""
        account = self._floor.accounts[order.account]
        affordable = self._floor.clearing(listing).affordable(account, order, listing, price)
        quantity = min(quantity, order.remaining, affordable)
        trading = listing.instrument.status is InstrumentStatus.TRADING
        if not (trading and order.status.is_open and quantity):
            return
        share = Share(order.side, price, quantity, times(price, quantity), maker=True)
        self._count(order, share, now_ms)
        listing.engine.reduced(order, quantity, now_ms)
        self._settle_tape(listing, share)
        self._settle(listing, order, share, listing.tape.take_trade_id(), 0, now_ms)
        self.trim_reduce_only(listing, order.account, now_ms)

    def force(self, listing: Listing, order: Order, quantity: Atoms, now_ms: int) -> Fill:
        """A house taker trades with a resting order at its price, whatever stands ahead of it."""
        share = Share(order.side, order.price, quantity, times(order.price, quantity), maker=True)
        self._count(order, share, now_ms)
        listing.engine.reduced(order, quantity, now_ms)
        trade_id = listing.tape.take_trade_id()
        if listing.engine.prints:
            listing.tape.print(trade_id, order.price, quantity, order.side.opposite, (0, order.order_id), now_ms)
            listing.tape.flush()
        self._settle_tape(listing, share)
        fill = self._settle(listing, order, share, trade_id, 0, now_ms)
        self.trim_reduce_only(listing, order.account, now_ms)
        listing.engine.publish_best(now_ms)
        return fill

    def trim_reduce_only(self, listing: Listing, account_name: str, now_ms: int, spare: int = 0) -> None:
        """Expire resting reduce-only orders (but `spare`) that have nothing left to reduce."""
        account = self._floor.accounts[account_name]
        if not listing.is_perpetual or account.house:
            return
        state = self._floor.perpetual.state(account, listing)
        for order in self._floor.orders.open_orders(account_name, listing.market.name, listing.instrument.symbol):
            if order.reduce_only and order.order_id != spare and not state.reducible(order.side):
                self._floor.withdraw(order, OrderStatus.EXPIRED, EndReason.REDUCE_ONLY, now_ms)

    def _same_owner(self, taker: Order, maker: Order | None) -> bool:
        return (
            maker is not None
            and maker.account == taker.account
            and taker.self_trade is not SelfTradePrevention.NONE
            and not self._floor.accounts[taker.account].house
        )

    def _tradable(self, listing: Listing, taker: Order, match: Match) -> Atoms:
        clearing, accounts, maker = self._floor.clearing(listing), self._floor.accounts, match.maker
        quantity = min(taker.remaining, match.quantity)
        quantity = min(quantity, clearing.affordable(accounts[taker.account], taker, listing, match.price))
        if maker is not None and maker.reduce_only:
            quantity = min(quantity, clearing.affordable(accounts[maker.account], maker, listing, match.price))
        return quantity

    def _trade(self, listing: Listing, taker: Order, match: Match, quantity: Atoms, now_ms: int) -> None:
        maker, trade_id = match.maker, listing.tape.take_trade_id()
        taken = Share(taker.side, match.price, quantity, times(match.price, quantity), maker=False)
        given = Share(taker.side.opposite, match.price, quantity, taken.quote, maker=True)
        if maker is not None:
            self._count(maker, given, now_ms)
        self._count(taker, taken, now_ms)
        listing.engine.filled(match, taker, quantity, now_ms)
        if listing.engine.prints:
            ids = taker.order_id, maker.order_id if maker is not None else 0
            listing.tape.print(trade_id, match.price, quantity, taker.side, ids, now_ms)
        if maker is None:
            self._settle_tape(listing, taken)
        else:
            self._settle(listing, maker, given, trade_id, taker.order_id, now_ms)
        self._settle(listing, taker, taken, trade_id, maker.order_id if maker else 0, now_ms)
        for account in {taker.account, maker.account if maker else taker.account}:
            self.trim_reduce_only(listing, account, now_ms, spare=taker.order_id)

    def _settle_tape(self, listing: Listing, share: Share) -> None:
        """The recorded market takes the other side of `share`."""
        other = Share(share.side.opposite, share.price, share.quantity, share.quote, maker=not share.maker)
        self._floor.clearing(listing).settle(self._floor.accounts[TAPE], listing, other)

    @staticmethod
    def _count(order: Order, share: Share, now_ms: int) -> None:
        order.filled += share.quantity
        order.filled_quote += share.quote
        order.updated_ms = now_ms
        order.status = OrderStatus.PARTIALLY_FILLED if order.remaining else OrderStatus.FILLED

    def _settle(
        self, listing: Listing, order: Order, share: Share, trade_id: int, counter_order_id: int, now_ms: int
    ) -> Fill:
        floor, account = self._floor, self._floor.accounts[order.account]
        clearing = floor.clearing(listing)
        clearing.hold(account, order, listing)
        settled = clearing.settle(account, listing, share)
        if not order.status.is_open:
            floor.orders.end(order, keep=not account.house)
        fill = fill_of(order, share, settled, trade_id, counter_order_id, now_ms)
        if not account.house:
            floor.orders.keep_fill(fill)
            floor.tell_order(Execution.TRADE, order, now_ms, fill=fill)
            self._tell_account(listing, account, settled.assets, now_ms)
        return fill

    def _tell_account(self, listing: Listing, account: Account, assets: tuple[str, ...], now_ms: int) -> None:
        if listing.is_perpetual:
            self._floor.perpetual.state(account, listing).updated_ms = now_ms
        positions = self._floor.positions_of(account, listing)
        self._floor.outbox.account_changed(account, listing.market.name, "ORDER", assets, now_ms, positions)

    def _prevent(self, listing: Listing, taker: Order, match: Match, now_ms: int) -> None:
        maker = match.maker
        assert maker is not None, "only an order can be of the same owner"
        if taker.self_trade is SelfTradePrevention.DECREMENT:
            self._decrement(listing, taker, maker, now_ms)
            return
        if taker.self_trade in _MAKER_GOES:
            listing.engine.remove(maker, now_ms)
            self._expire(maker, taker.order_id, now_ms)
        if taker.self_trade in _TAKER_GOES:
            self._expire(taker, maker.order_id, now_ms)

    def _decrement(self, listing: Listing, taker: Order, maker: Order, now_ms: int) -> None:
        both = min(taker.remaining, maker.remaining)
        for order in (maker, taker):
            order.prevented += both
            self._floor.clearing(listing).hold(self._floor.accounts[order.account], order, listing)
        listing.engine.reduced(maker, both, now_ms)
        for order, counter in ((maker, taker), (taker, maker)):
            if order.remaining:
                self._floor.tell_order(
                    Execution.TRADE_PREVENTION, order, now_ms, counter_order_id=counter.order_id, prevented=both
                )
            else:
                self._expire(order, counter.order_id, now_ms, both)

    def _expire(self, order: Order, counter_order_id: int, now_ms: int, prevented: Atoms = 0) -> None:
        """End an order that is in no book for self-trade; told as TRADE_PREVENTION."""
        floor = self._floor
        listing = floor.listings[order.market, order.symbol]
        account = floor.accounts[order.account]
        prevented = prevented or order.remaining
        order.status, order.end_reason = OrderStatus.EXPIRED_IN_MATCH, EndReason.SELF_TRADE
        order.updated_ms = now_ms
        floor.orders.end(order, keep=True)
        floor.clearing(listing).hold(account, order, listing)
        floor.tell_order(
            Execution.TRADE_PREVENTION, order, now_ms, counter_order_id=counter_order_id, prevented=prevented
        )
        floor.tell_held(order, listing, now_ms)


def fill_of(order: Order, share: Share, settled: Settled, trade_id: int, counter_order_id: int, now_ms: int) -> Fill:
    """The record of one side of a trade."""
    return Fill(
        account=order.account,
        market=order.market,
        symbol=order.symbol,
        trade_id=trade_id,
        order_id=order.order_id,
        client_order_id=order.client_order_id,
        side=share.side,
        price=share.price,
        quantity=share.quantity,
        quote=share.quote,
        fee=settled.fee,
        fee_asset=settled.fee_asset,
        maker=share.maker,
        realised_pnl=settled.realised_pnl,
        time_ms=now_ms,
        counter_order_id=counter_order_id,
    )
