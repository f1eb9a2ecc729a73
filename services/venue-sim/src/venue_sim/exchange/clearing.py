"""What spot and perpetual markets do with an account's means, behind one interface."""

from typing import Protocol

from msgspec import Struct

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.listing import Listing
from venue_sim.exchange.orders import Order
from venue_sim.exchange.terms import Side


class Share(Struct, frozen=True):
    """One side's share in a trade, before money moves."""

    side: Side
    price: Atoms
    quantity: Atoms
    quote: Atoms
    """The notional both sides use, so that nothing is made or lost by rounding."""
    maker: bool
    charged: bool = True
    """Whether a fee is due (not for what the exchange does itself)."""


class Settled(Struct, frozen=True):
    """What a trade did to an account."""

    fee: Atoms
    fee_asset: str
    realised_pnl: Atoms
    assets: tuple[str, ...]
    """Those whose balance changed."""


class Clearing(Protocol):
    """Reserves means for orders and settles trades. House accounts are never refused."""

    def admit(self, account: Account, order: Order, listing: Listing, taking: Atoms) -> None:
        """Reserve what a new or changed order needs; `taking` is the notional a market order would trade.

        Rejects INSUFFICIENT_BALANCE or INSUFFICIENT_MARGIN, nothing changed.
        """

    def hold(self, account: Account, order: Order, listing: Listing) -> None:
        """Make the reservation what the order needs now (nothing when ended); never more than before."""

    def affordable(self, account: Account, order: Order, listing: Listing, price: Atoms) -> Atoms:
        """Base quantity that the account can pay for at `price` beyond any reservation check (market orders)."""

    def settle(self, account: Account, listing: Listing, share: Share) -> Settled:
        """Move money and positions of one side of a trade."""

    def held_assets(self, listing: Listing, order: Order) -> tuple[str, ...]:
        """Assets whose balance shows a reservation for the order."""
