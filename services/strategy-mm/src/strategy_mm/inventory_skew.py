"""How the position pulls prices and sizes back to its target (STRATEGIES A.2.8)."""

from typing import NamedTuple

from crossbook.messages.base import Side
from strategy_mm.parameters import InventoryParameters


class Skew(NamedTuple):
    """`shift_bps` is added to both quotes; size factors lie in 0…1, and 0 takes the side off."""

    deviation: float
    """(position - target) / max_deviation; 1 is the limit on the long side."""
    shift_bps: float
    bid_size: float
    ask_size: float

    def size(self, side: Side) -> float:
        """The size factor of a side."""
        return self.bid_size if side is Side.BUY else self.ask_size


def skew(parameters: InventoryParameters, position: float) -> Skew:
    """Skew for a position in base units: the side that would add to the deviation is priced off and tapered."""
    deviation = (position - parameters.target) / parameters.max_deviation
    clipped = min(1.0, max(-1.0, deviation))
    return Skew(
        deviation,
        -parameters.skew_bps * clipped,
        _taper(deviation, parameters.taper),
        _taper(-deviation, parameters.taper),
    )


def _taper(towards: float, exponent: float) -> float:
    """Size factor of the side that moves `towards` 1: full at or under zero, none from 1 on."""
    if towards >= 1.0:
        return 0.0
    return 1.0 if towards <= 0.0 else float((1.0 - towards) ** exponent)
