"""From fair price, half spread and skew to the prices and sizes wanted on each side and level."""

from typing import NamedTuple

from crossbook.instruments import Grid
from crossbook.messages.base import Side
from strategy_mm.fair_price import FairPrice, Top
from strategy_mm.inventory_skew import Skew
from strategy_mm.parameters import QuotingParameters
from strategy_mm.quote_state import Blocked, Reason


class Target(NamedTuple):
    """One wanted quote. `level` 0 is the innermost."""

    side: Side
    level: int
    ticks: int
    lots: int


class PlanInputs(NamedTuple):
    """What a plan is made of; `half_bps` and `floor_bps` have one entry a level, `size_scale` is the OMS's."""

    top: Top
    fair: FairPrice
    half_bps: tuple[float, ...]
    floor_bps: tuple[float, ...]
    skew: Skew
    size_scale: float


def plan_side(side: Side, parameters: QuotingParameters, inputs: PlanInputs, grid: Grid) -> list[Target]:
    """The targets of one side, innermost first, never crossing the market. Raises Blocked when there can be none."""
    factor = inputs.skew.size(side)
    if factor <= 0.0:
        raise Blocked(Reason.INVENTORY_LIMIT, f"deviation={inputs.skew.deviation:.3f} limit=1")
    nearest = _nearest(side, inputs.top, parameters.requote.max_ticks_inside, grid)
    targets: list[Target] = []
    for level in range(parameters.size.levels):
        ticks = _price(side, level, parameters, inputs, grid)
        ticks = min(ticks, nearest) if side is Side.BUY else max(ticks, nearest)
        lots = _size(level, parameters, inputs, grid, ticks, factor)
        if lots and ticks > 0 and not any(ticks == other.ticks for other in targets):
            targets.append(Target(side, level, ticks, lots))
    if not targets:
        raise Blocked(Reason.SIZE_BELOW_MINIMUM, _minimum(grid, inputs.size_scale * factor))
    return targets


def only_reducing(targets: list[Target], side: Side, position: float, grid: Grid) -> list[Target]:
    """The targets that cannot add to the position: the innermost, no larger. Raises Blocked on the adding side."""
    lots = grid.lots_down(max(0.0, -side * position))
    if lots < max(1, grid.definition.min_qty_lots):
        raise Blocked(Reason.HALTED, f"level=reduce_only position={position}")
    return [target._replace(lots=min(target.lots, lots)) for target in targets[:1]]


def _price(side: Side, level: int, parameters: QuotingParameters, inputs: PlanInputs, grid: Grid) -> int:
    base = inputs.fair.for_bids if side is Side.BUY else inputs.fair.for_asks
    half_bps = inputs.half_bps[level] * parameters.size.level_spacing**level
    distance_bps = max(half_bps - side * inputs.skew.shift_bps, inputs.floor_bps[level])
    price = base * (1.0 - side * distance_bps / 1e4)
    return grid.ticks_towards(price, side) if price > 0 else 0


def _nearest(side: Side, top: Top, max_inside: int, grid: Grid) -> int:
    """The price nearest to the market that a side may have: off the other side, not further inside than allowed."""
    if side is Side.BUY:
        return min(grid.ticks_towards(top.ask, Side.BUY) - 1, grid.ticks_towards(top.bid, Side.BUY) + max_inside)
    return max(grid.ticks_towards(top.bid, Side.SELL) + 1, grid.ticks_towards(top.ask, Side.SELL) - max_inside)


def _size(level: int, parameters: QuotingParameters, inputs: PlanInputs, grid: Grid, ticks: int, factor: float) -> int:
    """Lots of a level: the fixed amount, scaled; 0 where that is under the venue's minimum (never rounded up)."""
    size = parameters.size
    price = grid.price_float(ticks)
    amount = size.base if size.base is not None else (size.quote or 0.0) / price if price > 0 else 0.0
    lots = grid.lots_down(amount * size.level_size_factor**level * factor * inputs.size_scale)
    lots = min(lots, grid.definition.max_qty_lots) if grid.definition.max_qty_lots else lots
    too_small = lots < max(1, grid.definition.min_qty_lots) or lots * grid.lot * price < grid.min_notional
    return 0 if too_small else lots


def _minimum(grid: Grid, scale: float) -> str:
    rules = grid.definition
    return f"scale={scale:.3f} min_qty={grid.qty(rules.min_qty_lots)} min_notional={rules.min_notional}"
