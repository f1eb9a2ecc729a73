"""Drawdown: soft scales sizes down, hard cancels and latches, an operator's resume starts afresh."""

from decimal import Decimal

import pytest

from crossbook.messages.base import Side
from risk.actions import Alert, Blocked, CancelScope, Scaled
from risk.denials import DenialCode
from testkit.risk_world import SPOT, RiskWorld


def at_equity(world: RiskWorld, *equities: int) -> list[object]:
    actions: list[object] = []
    for equity in equities:
        world.pass_ms(61_000)
        actions = list(world.engine.on_equity("all", Decimal(equity), world.now_ns))
    return actions


def test_up_to_the_soft_limit_nothing_happens() -> None:
    world = RiskWorld()
    assert at_equity(world, 10_000, 10_400, 9_900) == []
    assert world.engine.state(world.now_ns).drawdown == 500
    assert world.engine.size_scale("mm") == 1.0


@pytest.mark.parametrize(
    ("equity", "scale"), [(9_499, 0.998), (9_400, 0.8), (9_250, 0.5), (9_100, 0.2), (9_010, 0.1), (9_001, 0.1)]
)
def test_between_soft_and_hard_sizes_shrink_in_proportion_down_to_the_smallest_scale(equity: int, scale: float) -> None:
    world = RiskWorld(velocity={"max_loss_10s": 5_000, "max_loss_60s": 5_000})
    actions = at_equity(world, 10_000, equity)
    assert [action.scale for action in actions if isinstance(action, Scaled)] == [pytest.approx(scale)]
    assert world.engine.size_scale("mm") == pytest.approx(scale)


def test_the_gate_denies_what_is_above_the_scaled_size_and_takes_what_is_not() -> None:
    world = RiskWorld()
    at_equity(world, 10_000, 9_250)
    assert world.denial(qty="0.25001").code is DenialCode.SIZE_SCALED
    world.place(qty="0.25")


def test_scaled_sizes_grow_again_as_losses_are_made_good() -> None:
    world = RiskWorld()
    at_equity(world, 10_000, 9_250)
    actions = at_equity(world, 9_600)
    assert Scaled("all", 1.0) in actions
    assert world.engine.size_scale() == 1.0


def test_at_the_hard_limit_everything_is_cancelled_and_adding_is_denied_until_an_operator_resumes() -> None:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("0.4"))
    actions = at_equity(world, 10_000, 9_000)
    blocks = [action.block for action in actions if isinstance(action, Blocked)]
    assert [(block.scope, block.level, block.reason, block.latched) for block in blocks] == [
        ("all", "halt", "drawdown", True)
    ]
    assert CancelScope("all", "drawdown") in actions
    assert [action.severity for action in actions if isinstance(action, Alert)].count("critical") == 1
    assert world.engine.clear("all", "drawdown", world.now_ns) == []
    at_equity(world, 12_000)
    assert world.denial(qty="0.01").code is DenialCode.HALTED
    world.place(side=Side.SELL, qty="0.4")


def test_a_breach_is_told_once_while_it_lasts() -> None:
    world = RiskWorld()
    at_equity(world, 10_000, 8_900)
    assert [a for a in at_equity(world, 8_800) if not isinstance(a, Scaled)] == []


def test_after_an_operators_resume_the_losses_so_far_no_longer_count() -> None:
    world = RiskWorld()
    at_equity(world, 10_000, 8_000)
    world.engine.resume("all", "operator", world.now_ns)
    at_equity(world, 8_000)
    assert world.engine.size_scale() == 1.0
    world.place(qty="0.01")
    assert world.engine.high_water("all") == 8_000
    at_equity(world, 6_900)
    assert world.denial(qty="0.02").code is DenialCode.HALTED


def test_a_strategys_own_drawdown_halts_that_strategy_alone() -> None:
    strategies = {
        "mm": {"max_gross_notional": 100_000, "drawdown": {"soft": 50, "hard": 100}},
        "arb": {"max_gross_notional": 100_000},
    }
    world = RiskWorld(strategies=strategies)
    world.engine.on_equity("strategy:mm", Decimal(0), world.now_ns)
    world.engine.on_equity("strategy:mm", Decimal(-75), world.now_ns)
    assert (world.engine.size_scale("mm"), world.engine.size_scale("arb")) == (0.5, 1.0)
    world.engine.on_equity("strategy:mm", Decimal(-100), world.now_ns)
    assert world.denial(qty="0.01").code is DenialCode.HALTED
    world.place(qty="0.01", strategy="arb")


def test_the_high_water_mark_survives_a_restart() -> None:
    world = RiskWorld()
    world.engine.restore_high_water("all", Decimal(10_000))
    world.engine.on_equity("all", Decimal(9_250), world.now_ns)
    assert world.engine.size_scale() == 0.5


def test_an_equity_that_is_no_number_is_refused() -> None:
    world = RiskWorld()
    with pytest.raises(ValueError, match="not a finite number"):
        world.engine.on_equity("all", Decimal("NaN"), world.now_ns)
