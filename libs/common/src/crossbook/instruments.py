"""Canonical instrument ids, and the exact arithmetic of ticks, lots and contracts.

An id names asset pair, kind and venue: `BTC-USDT@binance` (spot), `BTC-USDT-PERP@binance`. Rounding of a price is
always away from the market (a bid down, an ask up) or towards less risk (a size down), so that what is sent is never
worse than what was decided.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from crossbook.messages.base import Side, TradingStatus
from crossbook.messages.market import InstrumentDefinition

_SLACK, _LEAST_SLACK = 1e-12, 1e-9
"""Relative and least slack, in steps, that forgive the binary form of a decimal lying on the grid. They stay far under
one step even for a billion of them."""


class InstrumentName(NamedTuple):
    """The parts of a canonical id. `kind` is `spot` or `perp`."""

    base: str
    quote: str
    kind: str
    venue: str


def instrument_id(base: str, quote: str, kind: str, venue: str) -> str:
    """The canonical id of these parts; raises ValueError on a kind we do not know."""
    if kind not in ("spot", "perp"):
        raise ValueError(f"instrument kind {kind!r} is not 'spot' or 'perp'")
    suffix = "-PERP" if kind == "perp" else ""
    return f"{base}-{quote}{suffix}@{venue}"


def parse_instrument_id(instrument: str) -> InstrumentName:
    """The parts of a canonical id; raises ValueError when it is not one."""
    pair, at, venue = instrument.partition("@")
    parts = pair.split("-")
    kind = "perp" if len(parts) == 3 and parts[2] == "PERP" else "spot"
    if not at or not venue or len(parts) != (3 if kind == "perp" else 2) or not all(parts):
        raise ValueError(f"{instrument!r} is not an instrument id such as BTC-USDT-PERP@binance")
    return InstrumentName(parts[0], parts[1], kind, venue)


@dataclass(frozen=True, slots=True)
class Grid:
    """How an instrument's prices and quantities map to ticks and lots, with the definition they come from.

    `lot` is the smallest step of quantity in *base units* (venue step times contract size).
    """

    definition: InstrumentDefinition
    tick: float
    lot: float
    min_notional: float
    tick_exact: Decimal
    lot_exact: Decimal

    @classmethod
    def of(cls, definition: InstrumentDefinition) -> "Grid":
        """Build it from a definition; raises ValueError when a step is not above zero."""
        lot = definition.lot_size * definition.contract_size
        if definition.tick_size <= 0 or lot <= 0:
            raise ValueError(f"{definition.instrument}: tick {definition.tick_size} and lot {lot} must be above zero")
        tick, min_notional = float(definition.tick_size), float(definition.min_notional)
        return cls(definition, tick, float(lot), min_notional, definition.tick_size, lot)

    @property
    def revision(self) -> int:
        """Revision of the definition that ticks and lots of this grid belong to."""
        return self.definition.revision

    def price(self, ticks: int) -> Decimal:
        """The exact price of a number of ticks."""
        return self.tick_exact * ticks

    def qty(self, lots: int) -> Decimal:
        """The exact quantity, in base units, of a number of lots."""
        return self.lot_exact * lots

    def price_float(self, ticks: int) -> float:
        """The price of a number of ticks, for signals."""
        return self.tick * ticks

    def ticks_exact(self, price: Decimal) -> int:
        """Ticks of a price that lies on the grid; raises ValueError when it does not."""
        return _whole(price, self.tick_exact, "price", self.definition.instrument)

    def lots_exact(self, qty: Decimal) -> int:
        """Lots of a base quantity that lies on the grid; raises ValueError when it does not."""
        return _whole(qty, self.lot_exact, "quantity", self.definition.instrument)

    def ticks_towards(self, price: float, side: Side) -> int:
        """Ticks of a quote's price, rounded away from the market: a bid down, an ask up.

        Raises ValueError for a price that is not finite and above zero.
        """
        if not math.isfinite(price) or price <= 0:
            raise ValueError(f"price {price} of {self.definition.instrument} is not a finite number above zero")
        exact = price / self.tick
        slack = max(_LEAST_SLACK, _SLACK * exact)
        ticks = math.floor(exact + slack) if side is Side.BUY else math.ceil(exact - slack)
        return self._significant(ticks, side)

    def lots_down(self, qty: float) -> int:
        """Lots of a base quantity, rounded towards zero; raises ValueError when it is not finite or below zero."""
        if not math.isfinite(qty) or qty < 0:
            raise ValueError(f"quantity {qty} of {self.definition.instrument} is not a finite number from zero up")
        exact = qty / self.lot
        return math.floor(exact + max(_LEAST_SLACK, _SLACK * exact))

    def is_valid_price(self, ticks: int) -> bool:
        """Whether the venue's grid and price bounds take this price."""
        if ticks <= 0 or ticks != self._significant(ticks, Side.BUY):
            return False
        price, bounds = self.price(ticks), self.definition
        return (not bounds.min_price or price >= bounds.min_price) and (
            not bounds.max_price or price <= bounds.max_price
        )

    @property
    def is_tradable(self) -> bool:
        """Whether the venue takes new orders now."""
        return self.definition.status is TradingStatus.TRADING

    def _significant(self, ticks: int, side: Side) -> int:
        figures = self.definition.significant_figures
        surplus = len(str(ticks)) - figures
        if not figures or surplus <= 0 or self._is_integer_price(ticks):
            return ticks
        step: int = 10**surplus
        return ticks // step * step if side is Side.BUY else -(-ticks // step) * step

    def _is_integer_price(self, ticks: int) -> bool:
        """Hyperliquid takes every whole-number price, whatever its number of figures."""
        return self.price(ticks) % 1 == 0


def common_lot(first: Grid, second: Grid) -> Decimal:
    """The smallest base quantity that is a whole number of lots on both grids."""
    a, b = Fraction(first.lot_exact), Fraction(second.lot_exact)
    lcm = Fraction(math.lcm(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)
    return Decimal(lcm.numerator) / Decimal(lcm.denominator)


def _whole(amount: Decimal, step: Decimal, what: str, instrument: str) -> int:
    ratio = amount / step
    whole = int(ratio)
    if whole * step != amount:
        raise ValueError(f"{what} {amount} of {instrument} is not a multiple of {step}")
    return whole
