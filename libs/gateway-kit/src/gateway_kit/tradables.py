"""An instrument as orders need it: its grid, and its numbers as the texts a venue wants.

A venue takes `0.00001200`-like texts only; neither floats nor exponents may ever reach it. The text of a number of
ticks is integer arithmetic: units of the tick's last decimal place, split at the point.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from crossbook.instruments import Grid
from crossbook.messages.market import InstrumentDefinition


class StepText:
    """Turns a number of steps of a decimal size into plain decimal text."""

    __slots__ = ("_decimals", "_scale", "_units")

    def __init__(self, step: Decimal) -> None:
        """`step` above zero, such as 0.01 or 5."""
        exponent = step.normalize().as_tuple().exponent
        self._decimals = max(0, -int(exponent))
        self._scale = 10**self._decimals
        self._units = int(step * self._scale)

    def __call__(self, steps: int) -> str:
        """`steps` times the step, without exponent."""
        if not self._decimals:
            return str(steps * self._units)
        whole, part = divmod(steps * self._units, self._scale)
        return f"{whole}.{part:0{self._decimals}d}"


@dataclass(frozen=True, slots=True)
class Tradable:
    """One instrument with everything that an order on it needs."""

    definition: InstrumentDefinition
    grid: Grid
    price_text: StepText
    qty_text: StepText
    lowest_ticks: int
    highest_ticks: int
    """The venue's bounds of a price; 0: none above."""

    @classmethod
    def of(cls, definition: InstrumentDefinition) -> "Tradable":
        """Build it from a definition; raises ValueError when its steps are not above zero."""
        grid = Grid.of(definition)
        lowest = (definition.min_price / definition.tick_size).to_integral_value(ROUND_CEILING)
        highest = (definition.max_price / definition.tick_size).to_integral_value(ROUND_FLOOR)
        texts = StepText(definition.tick_size), StepText(definition.lot_size)
        return cls(definition, grid, *texts, max(1, int(lowest)), int(highest))

    @property
    def instrument(self) -> str:
        """Canonical id."""
        return self.definition.instrument

    @property
    def symbol(self) -> str:
        """The venue's name."""
        return self.definition.symbol

    def takes_price(self, ticks: int) -> bool:
        """Whether a price lies on the venue's grid and within its bounds."""
        if ticks < self.lowest_ticks or (self.highest_ticks and ticks > self.highest_ticks):
            return False
        return not self.definition.significant_figures or self.grid.is_valid_price(ticks)

    def ticks_of(self, price: str) -> int:
        """Ticks of a venue's price text; the nearest where it lies off our grid (its rules may have changed)."""
        return round(Decimal(price or "0") / self.grid.tick_exact)

    def lots_of(self, qty: str) -> int:
        """Lots of a venue's quantity text, rounded up: what is open is never counted too small."""
        return int((Decimal(qty or "0") / self.definition.lot_size).to_integral_value(ROUND_CEILING))
