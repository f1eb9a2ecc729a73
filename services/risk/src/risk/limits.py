"""Limits as they stand in the configuration: what an order, a position and a book of business may be at most.

Money is in the reporting currency, quantities in base units, both exact. A limit on money or size has no default: what
nobody limited must not be traded.
"""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Money = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
"""An amount above zero in the reporting currency, or a quantity above zero in base units."""
Bps = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]
Milliseconds = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """A table of the configuration: unknown keys, NaN and infinity are refused; it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InstrumentLimits(Section):
    """Limits of one instrument, per account."""

    max_position_base: Money
    """Worst-case position, either side, in base units: filled, open, in flight and unknown together."""
    max_order_qty_base: Money
    """Largest single order, in base units; also the size that the size scale scales."""
    max_order_notional: Money
    """Largest single order, valued."""
    maker_collar_bps: Bps = 50.0
    """How far from the last good mid a resting order may be priced. Lowering it stops deep quotes."""
    taker_collar_bps: Bps = 20.0
    """How far through the last good mid an order may be priced that can take: bounds the cost of an error."""
    max_open_orders: Count = 50
    """Open, in flight and unknown orders at once, per account. The venue's own limit applies as well."""


class VenueLimits(Section):
    """Limits of one venue, over all accounts."""

    max_gross_notional: Money
    """Sum over instruments of the valued worst-case position."""
    max_net_base: dict[str, Money] = {}
    """Net worst case per asset on this venue, in base units; an asset not named takes its limit over all venues."""
    leverage: Annotated[Decimal, Field(ge=1, le=125, allow_inf_nan=False)] = Decimal(1)
    """Notional that one unit of margin may carry on perpetuals; 1 means fully funded."""
    replacing_markets: frozenset[str] = frozenset()
    """Markets whose amend cancels and places anew: until it is answered both orders count, not the larger one."""


class AssetLimits(Section):
    """Limits of one base asset, over all venues and accounts."""

    max_net_base: Money
    """Net worst-case position, either side, in base units."""


class StrategyLimits(Section):
    """Limits of one strategy, over all its instruments."""

    max_gross_notional: Money
    """Sum over instruments of the valued worst case of this strategy's own positions and orders."""
    max_open_orders: Count = 100
    """Open, in flight and unknown orders of this strategy at once."""
    drawdown: "Drawdown | None" = None
    """Its own drawdown limits, beside those of the whole desk."""
    velocity: "Velocity | None" = None
    """Its own limits on the speed of losses, beside those of the whole desk."""


class TotalLimits(Section):
    """Limits over everything."""

    max_gross_notional: Money
    """Sum over instruments, venues and accounts of the valued worst-case position."""


class Drawdown(Section):
    """Loss from the high-water mark of equity (unrealised result, fees and funding included)."""

    soft: Money
    """Above it sizes are scaled down."""
    hard: Money
    """At it everything is cancelled and adding orders are denied until an operator resumes."""
    min_scale: Share = 0.1
    """The scale never falls below it before the hard limit is reached."""

    @model_validator(mode="after")
    def _soft_before_hard(self) -> Self:
        if self.soft >= self.hard:
            raise ValueError(f"soft ({self.soft}) must be below hard ({self.hard})")
        return self


class Velocity(Section):
    """How fast equity may fall; a breach cancels and halts until an operator resumes."""

    max_loss_10s: Money
    """Largest fall of equity within any 10 s."""
    max_loss_60s: Money
    """Largest fall of equity within any 60 s."""


StrategyLimits.model_rebuild()
