"""Half spread: configured base plus a part of the expected move, never under the economic floor.

The floor is what a fill costs us: maker fee, adverse selection, and the edge we want (STRATEGIES A.2.7).
"""

import math

from strategy_mm.parameters import SpreadParameters


def economic_floor_bps(parameters: SpreadParameters, maker_fee_bps: float, adverse_bps: float) -> float:
    """The least distance from fair at which a fill pays, in bps. A rebate lowers it, but not under zero."""
    return max(0.0, maker_fee_bps + parameters.adverse_weight * adverse_bps + parameters.min_edge_bps)


def half_spread_bps(parameters: SpreadParameters, volatility_bps: float, floor_bps: float) -> float | None:
    """Half spread in bps; None where the floor is above the configured maximum, so that no quote makes sense."""
    if floor_bps > parameters.max_half_bps:
        return None
    wanted = parameters.base_half_bps + parameters.volatility_multiplier * volatility_bps * math.sqrt(
        parameters.horizon_s
    )
    return min(max(wanted, floor_bps), parameters.max_half_bps)
