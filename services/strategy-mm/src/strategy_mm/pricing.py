"""One instrument's estimates — fair price, volatility, adverse selection — and the plan inputs made from them."""

from crossbook.instruments import Grid
from crossbook.messages.base import Side
from strategy_mm.adverse_selection import AdverseSelection
from strategy_mm.fair_price import FairPrice, FairPriceEstimator, Top
from strategy_mm.inventory_skew import skew
from strategy_mm.parameters import QuotingParameters
from strategy_mm.quote_planner import PlanInputs
from strategy_mm.quote_state import Blocked, Reason
from strategy_mm.spread import economic_floor_bps, half_spread_bps
from strategy_mm.volatility import Volatility


class Pricing:
    """Keeps what is learnt from the market and from our fills."""

    __slots__ = ("_adverse", "_estimator", "_parameters", "_volatility", "fair")

    def __init__(self, parameters: QuotingParameters) -> None:
        """Nothing is learnt yet: priors hold."""
        self._parameters = parameters
        self._estimator = FairPriceEstimator(parameters.fair_price)
        self._volatility = Volatility(parameters.volatility)
        self._adverse = AdverseSelection(parameters.spread)
        self.fair: FairPrice | None = None

    def retune(self, parameters: QuotingParameters) -> None:
        """New parameters, with what was learnt kept (a reload must not forget the volatility)."""
        self._parameters = parameters
        self._estimator = FairPriceEstimator(parameters.fair_price)
        self._volatility.retune(parameters.volatility)
        self._adverse.retune(parameters.spread)

    def on_mid(self, mid: float, now_ns: int) -> None:
        """Learn from the mid of others."""
        self._volatility.on_mid(mid, now_ns)
        self._adverse.on_mid(mid, now_ns)

    def on_maker_fill(self, level: int, side: Side, price: float, now_ns: int) -> None:
        """Learn, ten seconds later, what this fill cost."""
        self._adverse.on_fill(level, side, price, now_ns)

    def inputs(
        self, top: Top, reference: Top | None, position: float, size_scale: float, grid: Grid, now_ns: int
    ) -> PlanInputs:
        """The inputs of the plan. Raises Blocked where fees are unknown or the floor is above the maximum."""
        fee_bps = self._maker_fee_bps(grid)
        self.fair = self._estimator.estimate(top, reference, now_ns)
        floors = tuple(
            economic_floor_bps(self._parameters.spread, fee_bps, self._adverse.bps(level))
            for level in range(self._parameters.size.levels)
        )
        halves = tuple(self._half(floor_bps) for floor_bps in floors)
        return PlanInputs(top, self.fair, halves, floors, skew(self._parameters.inventory, position), size_scale)

    def _half(self, floor_bps: float) -> float:
        spread = self._parameters.spread
        half_bps = half_spread_bps(spread, self._volatility.bps, floor_bps)
        if half_bps is None:
            raise Blocked(Reason.FLOOR_ABOVE_MAX, f"floor_bps={floor_bps:.2f} max_half_bps={spread.max_half_bps}")
        return half_bps

    def _maker_fee_bps(self, grid: Grid) -> float:
        if grid.definition.fees_known:
            return grid.definition.maker_fee_bps
        assumed = self._parameters.spread.assumed_maker_fee_bps
        if assumed is None:
            raise Blocked(Reason.FEES_UNKNOWN)
        return assumed
