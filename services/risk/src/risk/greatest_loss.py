"""What the limits allow to be lost, in figures a trader can answer for before the first order is sent.

Limits bound positions, not prices: how much is lost also depends on how far a price jumps before anything can react.
So the greatest position comes first, then what jumps of several sizes would cost it, then what stops it earlier.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from risk.config import RiskConfig

JUMPS = (Decimal("0.01"), Decimal("0.05"), Decimal("0.20"))
"""Price jumps against the whole position: an ordinary hour, a bad day, a day people write about."""


class Line(NamedTuple):
    """One figure, named, in words."""

    check: str
    detail: str


def greatest_loss(config: RiskConfig) -> list[Line]:
    """The figures, in the reporting currency."""
    return list(_lines(config))


def _lines(config: RiskConfig) -> Iterator[Line]:
    currency = config.reporting_currency
    position = greatest_position(config)
    yield Line("greatest_position", f"{position:,.0f} {currency}, everything filled on the worst side")
    for jump in JUMPS:
        yield Line(f"loss_at_{jump:.0%}_jump", f"{position * jump:,.0f} {currency}, if nothing can be sold on the way")
    drawdown, velocity = config.drawdown, config.velocity
    yield Line(
        "stopped_by_drawdown",
        f"sizes shrink from {drawdown.soft:,.0f} {currency} below the best equity; at {drawdown.hard:,.0f} everything "
        "is cancelled until an operator resumes",
    )
    yield Line(
        "stopped_by_velocity",
        f"a fall of {velocity.max_loss_10s:,.0f} {currency} in 10 s or {velocity.max_loss_60s:,.0f} in 60 s, too",
    )
    yield Line("worst_order", f"{worst_order(config):,.2f} {currency}, one order at its largest size and worst price")


def greatest_position(config: RiskConfig) -> Decimal:
    """The largest valued worst-case position: the total's limit, or less where the venues' limits add up to less."""
    return min(config.total.max_gross_notional, sum((v.max_gross_notional for v in config.venues.values()), Decimal(0)))


def worst_order(config: RiskConfig) -> Decimal:
    """What one order can cost against the last good mid: its largest notional at the edge of the taker collar."""
    return max(
        (
            limits.max_order_notional * Decimal(str(limits.taker_collar_bps)) / 10_000
            for limits in config.instruments.values()
        ),
        default=Decimal(0),
    )
