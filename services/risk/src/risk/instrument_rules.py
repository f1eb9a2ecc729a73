"""An instrument as the checks see it: the venue's rules and our limits, turned into integers once per definition."""

import math
from dataclasses import dataclass
from decimal import Decimal

from crossbook.instruments import Grid
from crossbook.messages.base import TradingStatus
from crossbook.messages.market import InstrumentDefinition
from risk.config import RiskConfig
from risk.limits import InstrumentLimits
from risk.units import QTY_SCALE, qty_units, value_units

_MAKER_COLLAR_BPS, _TAKER_COLLAR_BPS = 50.0, 20.0
"""Collars of reducing orders on an instrument that the configuration does not name."""


@dataclass(frozen=True, slots=True)
class InstrumentRules:
    """Rules and limits of one revision of an instrument. Quantities in units (`risk.units`), sizes in lots."""

    definition: InstrumentDefinition
    limits: InstrumentLimits | None
    """None where the configuration names none: then nothing may be added."""
    grid: Grid
    instrument: str
    venue: str
    asset: str
    quote: str
    is_perp: bool
    live: bool
    revision: int
    lot_units: int
    """Quantity units of a lot."""
    tick: float
    tick_units: int
    """A tick in units of the quote asset for one base unit; rounded up."""
    min_lots: int
    max_lots: int
    """The smaller of the venue's and our largest order; 0 where neither says."""
    max_market_lots: int
    min_tick_lots: int
    """Smallest product of ticks and lots the venue takes."""
    min_notional: Decimal
    max_notional_value: int
    max_position_units: int
    max_open_orders: int
    maker_collar: float
    taker_collar: float
    """Collars as fractions of the mid."""
    fee_parts: int
    """Fee reserved with an order, in parts of 10^-8 of its notional; rounded up."""
    replaces_on_amend: bool
    wallet_suffixes: tuple[str, str]
    """What a buy and what a sell spends: `.<venue>.<market>.<asset>`, to be put behind the account."""

    def with_fee(self, amount: int) -> int:
        """An amount of the quote asset and the fee on it."""
        return amount + -(-amount * self.fee_parts // 100_000_000)


def rules_of(definition: InstrumentDefinition, config: RiskConfig) -> InstrumentRules:
    """The rules of a definition under a configuration. Raises ValueError when a step is not above zero."""
    grid = Grid.of(definition)
    limits = config.instruments.get(definition.instrument)
    tick_lot = grid.tick_exact * grid.lot_exact
    venue = config.venues.get(definition.venue)
    return InstrumentRules(
        definition=definition,
        limits=limits,
        grid=grid,
        instrument=definition.instrument,
        venue=definition.venue,
        asset=definition.base,
        quote=definition.quote,
        is_perp=definition.kind == "perp",
        live=definition.status is TradingStatus.TRADING,
        revision=definition.revision,
        lot_units=qty_units(grid.lot_exact),
        tick=grid.tick,
        tick_units=_ceil_units(grid.tick_exact),
        min_lots=max(definition.min_qty_lots, 1),
        max_lots=_max_lots(definition, limits, grid),
        max_market_lots=definition.max_market_qty_lots,
        min_tick_lots=math.ceil(definition.min_notional / tick_lot),
        min_notional=definition.min_notional,
        max_notional_value=value_units(limits.max_order_notional) if limits else 0,
        max_position_units=qty_units(limits.max_position_base) if limits else 0,
        max_open_orders=_max_open_orders(definition, limits),
        maker_collar=(limits.maker_collar_bps if limits else _MAKER_COLLAR_BPS) / 1e4,
        taker_collar=(limits.taker_collar_bps if limits else _TAKER_COLLAR_BPS) / 1e4,
        fee_parts=_fee_parts(definition, config),
        replaces_on_amend=venue is not None and definition.market in venue.replacing_markets,
        wallet_suffixes=_wallet_suffixes(definition),
    )


def _wallet_suffixes(definition: InstrumentDefinition) -> tuple[str, str]:
    market = f".{definition.venue}.{definition.market}."
    if definition.kind == "perp":
        return market + definition.settle, market + definition.settle
    return market + definition.quote, market + definition.base


def _max_lots(definition: InstrumentDefinition, limits: InstrumentLimits | None, grid: Grid) -> int:
    ours = int(limits.max_order_qty_base / grid.lot_exact) if limits else 0
    return min(ours, definition.max_qty_lots) if definition.max_qty_lots and limits else ours or definition.max_qty_lots


def _max_open_orders(definition: InstrumentDefinition, limits: InstrumentLimits | None) -> int:
    ours = limits.max_open_orders if limits else 0
    return min(ours, definition.max_open_orders) if definition.max_open_orders else ours


def _fee_parts(definition: InstrumentDefinition, config: RiskConfig) -> int:
    known = max(definition.maker_fee_bps, definition.taker_fee_bps, 0.0)
    return math.ceil((known if definition.fees_known else max(known, config.assumed_fee_bps)) * 10_000)


def _ceil_units(amount: Decimal) -> int:
    numerator, denominator = amount.as_integer_ratio()
    return -(-numerator * QTY_SCALE // denominator)
