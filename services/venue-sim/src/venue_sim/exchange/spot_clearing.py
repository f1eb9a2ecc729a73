"""Spot: orders lock the asset they would pay with; trades swap assets; the fee comes off what is received."""

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms, divide, round_down, times_up
from venue_sim.exchange.clearing import Settled, Share
from venue_sim.exchange.fees import fee_of
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.orders import Order
from venue_sim.exchange.terms import OrderType, Rejected, RejectReason, Side


def _required(order: Order) -> Atoms:
    if not order.status.is_open or order.order_type is OrderType.MARKET:
        return 0
    return times_up(order.price, order.remaining) if order.side is Side.BUY else order.remaining


def _pays_with(listing: Listing, side: Side) -> str:
    return listing.instrument.quote if side is Side.BUY else listing.instrument.base


class SpotClearing:
    """`Clearing` of spot markets."""

    def __init__(self, fees: Account) -> None:
        self._fees = fees

    def admit(self, account: Account, order: Order, listing: Listing, taking: Atoms) -> None:
        """Lock what a limit order may pay; a market order only has to be affordable, it is over at once."""
        if account.house:
            return
        asset = _pays_with(listing, order.side)
        if order.order_type is OrderType.LIMIT:
            required = _required(order)
            account.lock(order.market, asset, required - order.reserved)
            order.reserved = required
            return
        needed = taking if order.side is Side.BUY else order.quantity
        free = account.holding(order.market, asset).free
        if needed > free:
            raise Rejected(RejectReason.INSUFFICIENT_BALANCE, f"asset={asset} needed={needed} free={free}")

    def hold(self, account: Account, order: Order, listing: Listing) -> None:
        """Unlock what the order needs no longer."""
        if not account.house:
            required = _required(order)
            account.lock(order.market, _pays_with(listing, order.side), required - order.reserved)
            order.reserved = required

    def affordable(self, account: Account, order: Order, listing: Listing, price: Atoms) -> Atoms:
        """What the free balance pays for; everything for orders that have their means locked."""
        if account.house or order.order_type is OrderType.LIMIT:
            return order.remaining
        free = account.holding(order.market, _pays_with(listing, order.side)).free
        payable = divide(free, price) if order.side is Side.BUY else free
        return round_down(payable, listing.instrument.lot or 1)

    def settle(self, account: Account, listing: Listing, share: Share) -> Settled:
        """Pay from free (what was locked for it has just been freed), receive, less the fee."""
        instrument, market = listing.instrument, listing.market
        sign = 1 if share.side is Side.BUY else -1
        account.holding(market.name, instrument.base).free += sign * share.quantity
        account.holding(market.name, instrument.quote).free -= sign * share.quote
        fee_asset, fee = fee_of(account, market, instrument, share)
        account.holding(market.name, fee_asset).free -= fee
        self._fees.holding(market.name, fee_asset).free += fee
        assets = tuple(dict.fromkeys((instrument.base, instrument.quote, fee_asset)))
        return Settled(fee, fee_asset, 0, assets)

    def held_assets(self, listing: Listing, order: Order) -> tuple[str, ...]:
        """The asset it pays with."""
        return (_pays_with(listing, order.side),)
