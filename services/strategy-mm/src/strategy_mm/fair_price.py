"""What the instrument is worth now: own mid or micro-price, and if wanted a leading instrument plus its usual basis."""

import math
from typing import NamedTuple

from strategy_mm.parameters import FairPriceParameters


class Top(NamedTuple):
    """A best bid and ask of others: sizes are above zero, prices in quote currency."""

    bid: float
    bid_size: float
    ask: float
    ask_size: float

    @property
    def mid(self) -> float:
        """Half-way between the two."""
        return (self.bid + self.ask) / 2


class FairPrice(NamedTuple):
    """`fair` is the estimate; bids are priced off `for_bids` and asks off `for_asks` (the same unless conservative)."""

    fair: float
    for_bids: float
    for_asks: float


def micro_price(top: Top) -> float:
    """The mid weighted by the opposite size, always within bid and ask: much size on the bid leans it to the ask."""
    share = top.bid_size / (top.bid_size + top.ask_size)
    return share * top.ask + (1.0 - share) * top.bid


class FairPriceEstimator:
    """Keeps the basis between own and leading instrument, and makes the estimate from the newest tops.

    The basis is the EWMA of ln(own mid) - ln(reference mid), moved only while both are fresh (STRATEGIES A.2.3).
    """

    __slots__ = ("_basis", "_basis_ns", "_parameters")

    def __init__(self, parameters: FairPriceParameters) -> None:
        """No basis is known until both instruments have been seen together."""
        self._parameters = parameters
        self._basis: float | None = None
        self._basis_ns = 0

    def estimate(self, own: Top, reference: Top | None, now_ns: int) -> FairPrice:
        """The fair price; `reference` is None where none is configured. Both must be fresh and uncrossed."""
        fair = micro_price(own) if self._parameters.method == "micro" else own.mid
        if reference is not None:
            led = reference.mid * math.exp(self._learn_basis(own.mid, reference.mid, now_ns))
            fair += self._parameters.reference_weight * (led - fair)
        if self._parameters.conservative:
            return FairPrice(fair, min(fair, own.mid), max(fair, own.mid))
        return FairPrice(fair, fair, fair)

    def _learn_basis(self, own_mid: float, reference_mid: float, now_ns: int) -> float:
        basis = math.log(own_mid) - math.log(reference_mid)
        if self._basis is None:
            self._basis = basis
        else:
            seconds = max(0.0, (now_ns - self._basis_ns) / 1e9)
            self._basis += (1 - math.exp(-seconds / self._parameters.basis_seconds)) * (basis - self._basis)
        self._basis_ns = now_ns
        return self._basis
