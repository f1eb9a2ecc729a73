"""Linear perpetuals: one wallet in cross margin, signed positions, PnL realised as they are closed."""

from collections.abc import Callable

from venue_sim.exchange.accounts import Account, PositionState
from venue_sim.exchange.amounts import Atoms, plain, times, times_up
from venue_sim.exchange.clearing import Settled, Share
from venue_sim.exchange.events import Position
from venue_sim.exchange.fees import fee_of
from venue_sim.exchange.instruments import Market
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.orders import Order
from venue_sim.exchange.snapshots import Margin
from venue_sim.exchange.terms import OrderType, Rejected, RejectReason, Side

MarkOf = Callable[[str, str], Atoms]
"""(market, symbol) -> mark price."""


def _required(order: Order) -> Atoms:
    if not order.status.is_open or order.order_type is OrderType.MARKET or order.reduce_only:
        return 0
    return times_up(order.price, order.remaining)


def _symbol_margin(state: PositionState, mark: Atoms, more_buy: Atoms = 0, more_sell: Atoms = 0) -> Atoms:
    """Initial margin of the worse of: every open buy filled, or every open sell filled."""
    held = times(mark, state.quantity)
    worst = max(abs(held + state.open_buy + more_buy), abs(held - state.open_sell - more_sell), abs(held))
    return worst // state.leverage


class PerpetualClearing:
    """`Clearing` of linear perpetual markets. `Order.reserved` is the notional an open order could add."""

    def __init__(self, fees: Account, mark_of: MarkOf) -> None:
        self._fees = fees
        self._mark_of = mark_of

    def state(self, account: Account, listing: Listing) -> PositionState:
        """The account's position on the symbol."""
        return account.state(listing.market.name, listing.instrument.symbol, listing.market.default_leverage)

    def admit(self, account: Account, order: Order, listing: Listing, taking: Atoms) -> None:
        """Count the order's notional, if the margin it needs on top of what is held is available."""
        state = self.state(account, listing)
        required = _required(order)
        more = required - order.reserved if order.order_type is OrderType.LIMIT else taking
        if not account.house and not order.reduce_only:
            self._check_margin(account, state, order.side, listing, more)
        self._count(state, order, required)

    def hold(self, account: Account, order: Order, listing: Listing) -> None:
        """Count no more than the order could still add."""
        self._count(self.state(account, listing), order, _required(order))

    def affordable(self, account: Account, order: Order, listing: Listing, price: Atoms) -> Atoms:
        """Margin was checked on entry; a reduce-only order may take no more than it closes."""
        if order.reduce_only:
            return min(order.remaining, self.state(account, listing).reducible(order.side))
        return order.remaining

    def settle(self, account: Account, listing: Listing, share: Share) -> Settled:
        """Change the position, realise PnL into the wallet, take the fee from it."""
        market = listing.market
        realised = self.state(account, listing).trade(share.side, share.quantity, share.quote)
        account.holding(market.name, market.margin_asset).free += realised
        fee_asset, fee = fee_of(account, market, listing.instrument, share)
        account.holding(market.name, fee_asset).free -= fee
        self._fees.holding(market.name, fee_asset).free += fee
        return Settled(fee, fee_asset, realised, tuple(dict.fromkeys((market.margin_asset, fee_asset))))

    def held_assets(self, listing: Listing, order: Order) -> tuple[str, ...]:
        """None: margin of orders does not show in the wallet balance."""
        return ()

    def margin(self, account: Account, market: Market) -> Margin:
        """The wallet with everything that hangs on it."""
        wallet = account.holding(market.name, market.margin_asset).free
        unrealised = in_positions = in_orders = notional = 0
        for (name, symbol), state in account.states.items():
            if name == market.name:
                mark = self._mark_of(name, symbol)
                held = abs(times(mark, state.quantity))
                unrealised += state.unrealised(mark)
                in_positions += held // state.leverage
                in_orders += _symbol_margin(state, mark) - held // state.leverage
                notional += held
        available = max(0, wallet + unrealised - in_positions - in_orders)
        maintenance = times(notional, market.maintenance_rate)
        return Margin(market.margin_asset, wallet, unrealised, in_positions, in_orders, maintenance, available)

    def position(self, account: Account, listing: Listing) -> Position:
        """What is to be told of a position."""
        state = self.state(account, listing)
        mark = listing.mark_price()
        return Position(
            symbol=listing.instrument.symbol,
            quantity=state.quantity,
            entry_price=state.entry_price,
            unrealised_pnl=state.unrealised(mark),
            mark_price=mark,
            realised_pnl=state.realised,
            initial_margin=abs(times(mark, state.quantity)) // state.leverage,
            leverage=state.leverage,
            updated_ms=state.updated_ms,
        )

    def _check_margin(self, account: Account, state: PositionState, side: Side, listing: Listing, more: Atoms) -> None:
        mark = listing.mark_price()
        buy, sell = (more, 0) if side is Side.BUY else (0, more)
        extra = _symbol_margin(state, mark, buy, sell) - _symbol_margin(state, mark)
        available = self.margin(account, listing.market).available
        if extra > 0 and extra > available:
            raise Rejected(RejectReason.INSUFFICIENT_MARGIN, f"needed={plain(extra)} available={plain(available)}")

    def _count(self, state: PositionState, order: Order, required: Atoms) -> None:
        if order.side is Side.BUY:
            state.open_buy += required - order.reserved
        else:
            state.open_sell += required - order.reserved
        order.reserved = required
