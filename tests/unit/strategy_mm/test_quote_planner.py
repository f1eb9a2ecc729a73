"""Targets: distances, levels, the touch, sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.instruments import Grid
from crossbook.messages.base import Side
from strategy_mm.fair_price import FairPrice, Top
from strategy_mm.inventory_skew import Skew
from strategy_mm.parameters import InventoryParameters, RequoteParameters, SizeParameters
from strategy_mm.quote_planner import PlanInputs, only_reducing, plan_side
from strategy_mm.quote_state import Blocked, Reason
from testkit.mm_builders import definition, parameters

GRID = Grid.of(definition())
FLAT = Skew(0.0, 0.0, 1.0, 1.0)


def inputs(half_bps: float = 10.0, floor_bps: float = 0.0, skew: Skew = FLAT, levels: int = 1) -> PlanInputs:
    top = Top(1000.0, 5.0, 1000.2, 5.0)
    return PlanInputs(top, FairPrice(1000.1, 1000.1, 1000.1), (half_bps,) * levels, (floor_bps,) * levels, skew, 1.0)


def test_a_bid_stands_half_a_spread_under_fair_rounded_down_and_an_ask_above_rounded_up() -> None:
    bid = plan_side(Side.BUY, parameters(), inputs(), GRID)
    ask = plan_side(Side.SELL, parameters(), inputs(), GRID)
    assert [(t.ticks, t.lots) for t in bid] == [(9990, 10)]
    assert [(t.ticks, t.lots) for t in ask] == [(10012, 10)]


def test_levels_stand_geometrically_further_and_may_grow() -> None:
    size = SizeParameters(base=0.01, levels=3, level_spacing=2.0, level_size_factor=2.0)
    targets = plan_side(Side.BUY, parameters(size=size), inputs(levels=3), GRID)
    assert [(t.level, t.ticks, t.lots) for t in targets] == [(0, 9990, 10), (1, 9980, 20), (2, 9960, 40)]


def test_a_quote_never_crosses_the_market() -> None:
    assert plan_side(Side.BUY, parameters(), inputs(half_bps=-100.0, floor_bps=-100.0), GRID)[0].ticks == 10001
    assert plan_side(Side.SELL, parameters(), inputs(half_bps=-100.0, floor_bps=-100.0), GRID)[0].ticks == 10001


def test_max_ticks_inside_zero_joins_the_best_and_never_betters_it() -> None:
    joining = parameters(requote=RequoteParameters(max_ticks_inside=0))
    assert plan_side(Side.BUY, joining, inputs(half_bps=0.0), GRID)[0].ticks == 10000
    assert plan_side(Side.SELL, joining, inputs(half_bps=0.0), GRID)[0].ticks == 10002


def test_skew_moves_both_quotes_but_never_nearer_than_the_floor() -> None:
    long = Skew(0.5, -8.0, 1.0, 1.0)
    assert plan_side(Side.BUY, parameters(), inputs(skew=long), GRID)[0].ticks == 9982
    assert plan_side(Side.SELL, parameters(), inputs(skew=long), GRID)[0].ticks == 10004
    assert plan_side(Side.SELL, parameters(), inputs(skew=long, floor_bps=6.0), GRID)[0].ticks == 10008


def test_a_full_position_takes_the_adding_side_off() -> None:
    with pytest.raises(Blocked) as blocked:
        plan_side(Side.BUY, parameters(), inputs(skew=Skew(1.2, -2.0, 0.0, 1.0)), GRID)
    assert blocked.value.reason is Reason.INVENTORY_LIMIT
    assert "deviation=1.200" in blocked.value.context


def test_a_quote_amount_in_quote_currency_is_converted_at_its_own_price() -> None:
    size = SizeParameters(quote=100.0)
    assert plan_side(Side.BUY, parameters(size=size), inputs(), GRID)[0].lots == 100


def test_a_scaled_size_under_the_minimum_is_not_rounded_up() -> None:
    small = inputs()._replace(size_scale=0.05)
    with pytest.raises(Blocked) as blocked:
        plan_side(Side.BUY, parameters(), small, GRID)
    assert blocked.value.reason is Reason.SIZE_BELOW_MINIMUM


def test_reduce_only_leaves_one_quote_no_larger_than_the_position() -> None:
    targets = plan_side(Side.SELL, parameters(), inputs(), GRID)
    assert [t.lots for t in only_reducing(targets, Side.SELL, 0.004, GRID)] == [4]
    with pytest.raises(Blocked):
        only_reducing(targets, Side.BUY, 0.004, GRID)


@given(
    bid_ticks=st.integers(2, 10**7),
    spread_ticks=st.integers(1, 1000),
    half_bps=st.floats(0, 500),
    shift=st.floats(-200, 200),
    side=st.sampled_from(Side),
)
def test_every_target_is_on_the_grid_and_passive(
    bid_ticks: int, spread_ticks: int, half_bps: float, shift: float, side: Side
) -> None:
    bid, ask = bid_ticks * 0.1, (bid_ticks + spread_ticks) * 0.1
    fair = (bid + ask) / 2
    plan = PlanInputs(Top(bid, 1, ask, 1), FairPrice(fair, fair, fair), (half_bps,), (0.0,), Skew(0, shift, 1, 1), 1.0)
    try:
        targets = plan_side(side, parameters(inventory=InventoryParameters(max_deviation=1)), plan, GRID)
    except Blocked as blocked:
        assert blocked.reason is Reason.SIZE_BELOW_MINIMUM
        return
    for target in targets:
        assert target.ticks > 0 and target.lots > 0
        assert target.ticks < bid_ticks + spread_ticks if side is Side.BUY else target.ticks > bid_ticks
