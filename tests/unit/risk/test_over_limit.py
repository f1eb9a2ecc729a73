"""Positions above a limit by a mark, a transfer or a late fill: reduce-only, and no breach."""

from collections.abc import Sequence
from decimal import Decimal

from crossbook.messages.base import Side
from risk.actions import Blocked, CancelScope, Cleared
from risk.denials import DenialCode
from testkit.risk_world import SPOT, RiskWorld


def blocked(actions: Sequence[object]) -> dict[str, str]:
    return {action.block.scope: action.block.level for action in actions if isinstance(action, Blocked)}


def test_a_mark_that_moves_a_position_over_a_notional_limit_makes_it_reduce_only() -> None:
    world = RiskWorld(total={"max_gross_notional": 40_200})
    world.engine.set_position("main", SPOT, Decimal("0.8"))
    assert blocked(world.engine.on_timer(world.now_ns)) == {}
    world.pass_ms(2_000)
    world.top(SPOT, 50_299.5, 50_300.5)
    actions = world.engine.on_timer(world.now_ns)
    assert blocked(actions) == {"all": "reduce_only"}
    assert not any(isinstance(action, CancelScope) for action in actions)
    assert world.denial(price=50_290).code is DenialCode.REDUCE_ONLY
    world.place(side=Side.SELL, price=50_310, qty="0.5")


def test_it_ends_when_the_position_is_within_again() -> None:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("1.1"))
    assert blocked(world.engine.on_timer(world.now_ns)) == {f"instrument:{SPOT}": "reduce_only"}
    order_id = world.place(side=Side.SELL, qty="0.1")
    world.fill(order_id, "0.1", side=Side.SELL)
    actions = world.engine.on_timer(world.now_ns)
    assert [action.block.scope for action in actions if isinstance(action, Cleared)] == [f"instrument:{SPOT}"]


def test_three_times_over_the_limit_every_add_is_denied_every_reduce_passes_and_none_crosses_zero() -> None:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal(-3))
    world.engine.on_timer(world.now_ns)
    assert world.denial(side=Side.SELL, qty="0.00011").code is DenialCode.REDUCE_ONLY
    for step in range(6):
        world.place(side=Side.BUY, qty="0.5", price=49_990 + step)
    assert world.denial(side=Side.BUY, qty="0.00011", price=49_996).code is DenialCode.REDUCE_ONLY


def test_asset_venue_and_strategy_limits_are_watched_as_well() -> None:
    world = RiskWorld(
        assets={"BTC": {"max_net_base": "0.5"}},
        venues={"alpha": {"max_gross_notional": 29_000}},
        strategies={"mm": {"max_gross_notional": 20_000}},
    )
    world.engine.set_position("main", SPOT, Decimal("0.6"))
    world.engine.set_strategy_position("mm", "main", SPOT, Decimal("0.6"))
    assert blocked(world.engine.on_timer(world.now_ns)) == dict.fromkeys(
        ("venue:alpha", "strategy:mm", "asset:BTC"), "reduce_only"
    )
