"""The volatility halt: what trips it, what it takes along, and how it re-arms."""

import math

import pytest

from crossbook.messages.base import Side
from risk.actions import Blocked, CancelScope, Cleared
from risk.denials import DenialCode
from risk.portfolio.volatility import VolatilityEstimate
from testkit.risk_world import OTHER, PERP, SPOT, RiskWorld

SECOND_NS = 1_000_000_000


def show(world: RiskWorld, mid: float, instrument: str = SPOT) -> list[object]:
    return world.top(instrument, mid - 0.5, mid + 0.5)


def zigzag(world: RiskWorld, seconds: int, bps: float, mid: float = 50_000.0) -> list[object]:
    """One move of `bps` each second, up and down."""
    actions: list[object] = []
    for second in range(seconds):
        world.now_ns += SECOND_NS
        actions += show(world, mid * (1 + (bps * 1e-4 if second % 2 else 0)))
    return actions


def halted(actions: list[object]) -> list[str]:
    return [action.block.context for action in actions if isinstance(action, Blocked)]


def test_a_calm_market_is_left_alone() -> None:
    assert halted(zigzag(RiskWorld(), 300, 1.5)) == []


def test_a_jump_within_a_second_halts_the_asset_on_every_venue() -> None:
    world = RiskWorld()
    world.now_ns += SECOND_NS // 2
    actions = show(world, 50_000 * 1.0065)
    assert halted(actions) == ["instrument=BTC-USDT@alpha jump_bps=64.8 max=60"]
    assert CancelScope("asset:BTC", "volatility") in actions
    world.top(OTHER)
    assert world.denial(OTHER).code is DenialCode.HALTED
    assert world.denial(PERP, side=Side.SELL).code is DenialCode.HALTED


def test_the_same_move_over_two_seconds_is_no_jump() -> None:
    world = RiskWorld()
    world.now_ns += SECOND_NS + 1
    assert halted(show(world, 50_000 * 1.0035)) == []
    world.now_ns += SECOND_NS + 1
    assert not any("jump" in context for context in halted(show(world, 50_000 * 1.007)))


def test_a_fast_estimate_above_the_absolute_bound_halts() -> None:
    contexts = halted(zigzag(RiskWorld(), 60, 25.0))
    assert len(contexts) == 1
    assert "sigma_bps=" in contexts[0]
    assert contexts[0].endswith("max=15")


def test_a_multiple_of_what_is_usual_halts_once_there_is_enough_data() -> None:
    world = RiskWorld()
    assert halted(zigzag(world, 600, 1.0)) == []
    contexts = halted(zigzag(world, 30, 14.0))
    assert len(contexts) == 1
    assert "usual_bps=" in contexts[0]


def test_waking_up_from_a_quiet_night_is_no_halt() -> None:
    world = RiskWorld()
    assert halted(zigzag(world, 300, 0.01)) == []
    assert halted(zigzag(world, 60, 2.5)) == []


def calm_until(world: RiskWorld, seconds: int, bps: float) -> tuple[int, list[object]]:
    """Seconds until the halt clears, at most so many, and the actions then."""
    for second in range(seconds):
        actions = zigzag(world, 1, 0.0, 50_000 * (1 + bps * 1e-4 * (second % 2)))
        actions += world.engine.on_timer(world.now_ns)
        if any(isinstance(action, Cleared) and action.block.reason == "volatility" for action in actions):
            return second + 1, actions
    return seconds, []


def test_it_re_arms_after_the_cool_off_and_not_before() -> None:
    world = RiskWorld()
    world.now_ns += SECOND_NS // 2
    show(world, 50_000 * 1.0065)
    world.now_ns += SECOND_NS * 2
    show(world, 50_000 * 1.0065)
    seconds, actions = calm_until(world, 200, 0.0)
    assert actions
    assert seconds >= 30
    world.pass_ms(1, books=True)
    world.place()


def test_it_does_not_re_arm_between_the_bound_and_its_share() -> None:
    """A fast estimate of 12.5 is below the bound of 15, but above 0.7 of it."""
    world = RiskWorld(volatility={"max_ratio": 1_000})
    assert len(halted(zigzag(world, 60, 25.0))) == 1
    assert calm_until(world, 300, 12.5)[1] == []
    assert calm_until(world, 300, 8.0)[1] != []


def test_a_resume_forgets_what_tripped_it() -> None:
    world = RiskWorld()
    world.now_ns += SECOND_NS // 2
    show(world, 50_000 * 1.0065)
    world.engine.resume("asset:BTC", "operator", world.now_ns)
    assert halted(show(world, 50_000 * 1.0065)) == []
    world.place(price=50_300)


def test_the_estimate_is_the_root_mean_square_of_moves_per_second() -> None:
    estimate = VolatilityEstimate(fast_s=10.0, slow_s=600.0)
    for second in range(400):
        estimate.on_mid(100.0 * math.exp(3e-4 * (second % 2)), second * SECOND_NS)
    assert estimate.fast_bps == pytest.approx(3.0, rel=1e-6)
    assert estimate.slow_bps == pytest.approx(3.0, rel=0.02)
    assert estimate.age_s == 399


def test_a_gap_in_time_spreads_the_move_over_it() -> None:
    estimate = VolatilityEstimate(fast_s=10.0, slow_s=600.0)
    estimate.on_mid(100.0, 0)
    estimate.on_mid(100.0 * math.exp(20e-4), 400 * SECOND_NS)
    assert estimate.fast_bps == pytest.approx(1.0)
    assert estimate.jump_bps == 0.0


def test_flicker_within_a_second_counts_once() -> None:
    estimate = VolatilityEstimate(fast_s=10.0, slow_s=600.0)
    for step in range(2_000):
        estimate.on_mid(100.0 * math.exp(1e-4 * (step % 2)), step * SECOND_NS // 100)
    assert estimate.fast_bps < 1.1
