"""Fair price, volatility, spread, adverse selection and skew: the numbers of STRATEGIES A.2, computed by hand."""

import math

import pytest

from crossbook.messages.base import Side
from strategy_mm.adverse_selection import HORIZON_NS, AdverseSelection
from strategy_mm.fair_price import FairPriceEstimator, Top, micro_price
from strategy_mm.inventory_skew import skew
from strategy_mm.parameters import (
    FairPriceParameters,
    InventoryParameters,
    SpreadParameters,
    VolatilityParameters,
)
from strategy_mm.spread import economic_floor_bps, half_spread_bps
from strategy_mm.volatility import Volatility

SECOND = 1_000_000_000


def test_micro_price_leans_towards_the_ask_when_the_bid_is_large() -> None:
    assert micro_price(Top(100.0, 3.0, 101.0, 1.0)) == pytest.approx(100.75)
    assert micro_price(Top(100.0, 1.0, 101.0, 3.0)) == pytest.approx(100.25)


def test_the_reference_enters_with_its_weight_and_the_learnt_basis() -> None:
    estimator = FairPriceEstimator(FairPriceParameters(method="mid", reference="X", reference_weight=0.5))
    own, reference = Top(99.0, 1, 101.0, 1), Top(109.0, 1, 111.0, 1)
    assert estimator.estimate(own, reference, 0).fair == pytest.approx(100.0)
    moved = Top(110.0, 1, 112.0, 1)
    fair = estimator.estimate(own, moved, 0).fair
    assert fair == pytest.approx(100.0 * (1 + 0.5 * (111 / 110 - 1)), rel=1e-9)


def test_the_basis_is_learnt_over_its_time_constant() -> None:
    estimator = FairPriceEstimator(
        FairPriceParameters(method="mid", reference="X", reference_weight=1, basis_seconds=10)
    )
    own = Top(99.0, 1, 101.0, 1)
    estimator.estimate(own, Top(109.0, 1, 111.0, 1), 0)
    after = estimator.estimate(own, Top(110.0, 1, 112.0, 1), 10 * SECOND).fair
    remaining = math.exp(-1) * (math.log(111) - math.log(110))
    assert after == pytest.approx(100.0 * math.exp(remaining), rel=1e-9)


def test_conservative_pricing_takes_the_worse_of_estimate_and_mid() -> None:
    estimator = FairPriceEstimator(FairPriceParameters(method="micro", conservative=True))
    fair = estimator.estimate(Top(100.0, 3.0, 101.0, 1.0), None, 0)
    assert fair.for_bids == pytest.approx(100.5)
    assert fair.for_asks == pytest.approx(100.75)


def test_volatility_of_a_steady_alternation_is_its_step() -> None:
    volatility = Volatility(VolatilityParameters(fast_seconds=5, slow_seconds=5, initial_bps=1, warm_up_seconds=0))
    for second in range(200):
        volatility.on_mid(100.0 if second % 2 else 100.01, second * SECOND + SECOND)
    assert volatility.bps == pytest.approx(1.0, rel=1e-2)


def test_volatility_never_falls_under_the_initial_estimate_while_warming_up() -> None:
    volatility = Volatility(VolatilityParameters(initial_bps=5, warm_up_seconds=60))
    for second in range(30):
        volatility.on_mid(100.0, second * SECOND + SECOND)
    assert volatility.bps == 5.0


def test_a_hole_in_the_data_is_no_move() -> None:
    volatility = Volatility(VolatilityParameters(initial_bps=0, warm_up_seconds=0))
    volatility.on_mid(100.0, SECOND)
    volatility.on_mid(150.0, 3600 * SECOND)
    assert volatility.bps == 0.0


def test_the_half_spread_is_the_larger_of_wanted_and_floor() -> None:
    parameters = SpreadParameters(base_half_bps=2, volatility_multiplier=0.5, horizon_s=4, max_half_bps=20)
    assert half_spread_bps(parameters, volatility_bps=3, floor_bps=1) == pytest.approx(2 + 0.5 * 3 * 2)
    assert half_spread_bps(parameters, volatility_bps=3, floor_bps=10.8) == pytest.approx(10.8)
    assert half_spread_bps(parameters, volatility_bps=100, floor_bps=1) == 20
    assert half_spread_bps(parameters, volatility_bps=0, floor_bps=20.01) is None


def test_the_floor_is_fee_plus_adverse_selection_plus_edge_and_a_rebate_lowers_it() -> None:
    parameters = SpreadParameters(min_edge_bps=0.2, adverse_weight=0.5)
    assert economic_floor_bps(parameters, 10.0, 1.0) == pytest.approx(10.7)
    assert economic_floor_bps(parameters, -2.0, 1.0) == 0.0


def test_adverse_selection_starts_at_the_prior_and_learns_from_markouts_at_ten_seconds() -> None:
    adverse = AdverseSelection(SpreadParameters(adverse_prior_bps=2.0, adverse_fills=4))
    assert adverse.bps(0) == 2.0
    adverse.on_fill(0, Side.BUY, 100.0, 0)
    adverse.on_mid(99.0, HORIZON_NS - 1)
    assert adverse.bps(0) == 2.0
    adverse.on_mid(99.9, HORIZON_NS)
    assert adverse.bps(0) == pytest.approx(2.0 + (10.0 - 2.0) / 4)
    assert adverse.bps(1) == 2.0


def test_a_lucky_streak_does_not_pull_the_floor_below_zero_cost() -> None:
    adverse = AdverseSelection(SpreadParameters(adverse_prior_bps=0.0, adverse_fills=1))
    adverse.on_fill(0, Side.SELL, 100.0, 0)
    adverse.on_mid(90.0, HORIZON_NS)
    assert adverse.bps(0) == 0.0


@pytest.mark.parametrize(
    ("position", "shift", "bid_size", "ask_size"),
    [(0.0, 0.0, 1.0, 1.0), (1.0, -2.0, 0.5, 1.0), (2.0, -4.0, 0.0, 1.0), (-1.0, 2.0, 1.0, 0.5), (-3.0, 4.0, 1.0, 0.0)],
)
def test_a_long_position_lowers_both_quotes_and_shrinks_the_bid(
    position: float, shift: float, bid_size: float, ask_size: float
) -> None:
    result = skew(InventoryParameters(max_deviation=2.0, skew_bps=4.0, taper=1.0), position)
    assert (result.shift_bps, result.bid_size, result.ask_size) == (shift, bid_size, ask_size)


def test_the_skew_is_measured_from_the_target() -> None:
    result = skew(InventoryParameters(target=5.0, max_deviation=2.0), 5.0)
    assert (result.deviation, result.shift_bps) == (0.0, 0.0)
