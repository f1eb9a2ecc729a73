"""What each account holds of each asset, and what its live spot orders have reserved of it.

A venue locks money for an order only once it has it; the orders in flight and unknown are counted here as well, so
that two orders never spend the same money. Amounts are in units of 10^-18 of the asset.
"""

from dataclasses import dataclass
from decimal import Decimal

from risk.units import QTY_SCALE, amount_units


@dataclass(slots=True)
class Wallet:
    """One asset of one account in one market. `held` is None until the venue has told."""

    name: str
    """`<account>.<venue>.<market>.<asset>`."""
    held: int | None = None
    """Free and locked together (perpetuals: the margin balance)."""
    reserved: int = 0
    """What live orders of ours could spend."""


@dataclass(slots=True)
class _Reservation:
    wallet: Wallet
    cost: int
    qty: int = 0
    amount: int = 0


def cost_of(cost: int, qty: int) -> int:
    """What `qty` (quantity units) takes out at `cost` (units of the asset for one base unit), rounded up."""
    return -(-cost * qty // QTY_SCALE)


class Wallets:
    """All wallets, and what every order has reserved in them."""

    def __init__(self) -> None:
        """Empty, and nothing known."""
        self._wallets: dict[str, Wallet] = {}
        self._orders: dict[int, _Reservation] = {}

    def wallet(self, name: str) -> Wallet:
        """The wallet of that name; made, with nothing known, when first asked for."""
        found = self._wallets.get(name)
        if found is None:
            found = self._wallets[name] = Wallet(name)
        return found

    def set_held(self, name: str, held: Decimal) -> None:
        """What is held now. Raises ValueError when it is not a finite number."""
        self.wallet(name).held = amount_units(held)

    def reserve(self, order_id: int, wallet: Wallet, cost: int, qty: int) -> None:
        """Count an order that could spend `cost` units of the asset for each base unit of `qty`."""
        self._orders[order_id] = _Reservation(wallet, cost)
        self.resize(order_id, qty, cost)

    def reserved(self, order_id: int) -> int:
        """What the order has reserved; 0 when nothing."""
        order = self._orders.get(order_id)
        return 0 if order is None else order.amount

    def cost(self, order_id: int) -> int:
        """What one base unit of the order is reserved at; 0 when nothing is."""
        order = self._orders.get(order_id)
        return 0 if order is None else order.cost

    def resize(self, order_id: int, qty: int, cost: int) -> None:
        """Count another remaining quantity and cost of the order; at 0 the reservation is gone."""
        order = self._orders.get(order_id)
        if order is None:
            return
        amount = cost_of(cost, qty)
        order.wallet.reserved += amount - order.amount
        order.cost, order.qty, order.amount = cost, qty, amount
        if not qty:
            del self._orders[order_id]

    def filled(self, order_id: int, qty: int) -> None:
        """So much of the order's reservation was spent: what is held says so, or will when the venue tells."""
        order = self._orders.get(order_id)
        if order is not None:
            self.resize(order_id, max(order.qty - qty, 0), order.cost)
