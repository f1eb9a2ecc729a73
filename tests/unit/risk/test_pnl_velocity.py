"""P&L velocity: a loss that comes too fast halts, whatever drawdown allows."""

from decimal import Decimal

from risk.actions import Blocked, CancelScope
from testkit.risk_world import RiskWorld

WIDE = {"soft": 50_000, "hard": 100_000}


def feed(world: RiskWorld, *steps: tuple[int, int]) -> list[object]:
    """Equities after pauses of so many seconds; the actions of all of them."""
    actions: list[object] = []
    for seconds, equity in steps:
        world.pass_ms(seconds * 1_000)
        actions += world.engine.on_equity("all", Decimal(equity), world.now_ns)
    return actions


def test_a_loss_within_ten_seconds_halts_and_cancels() -> None:
    world = RiskWorld(drawdown=WIDE)
    actions = feed(world, (0, 10_000), (9, 9_699))
    blocks = [action.block for action in actions if isinstance(action, Blocked)]
    assert [(block.scope, block.reason, block.latched) for block in blocks] == [("all", "pnl_velocity", True)]
    assert "loss=301.00 within_s=10 limit=300" in blocks[0].context
    assert CancelScope("all", "pnl_velocity") in actions


def test_the_same_loss_more_slowly_is_none() -> None:
    assert feed(RiskWorld(drawdown=WIDE), (0, 10_000), (11, 9_699), (30, 9_450)) == []


def test_a_slower_but_larger_loss_within_a_minute_halts_as_well() -> None:
    actions = feed(RiskWorld(drawdown=WIDE), (0, 10_000), (20, 9_750), (20, 9_500), (15, 9_399))
    blocks = [action.block for action in actions if isinstance(action, Blocked)]
    assert ["within_s=60" in block.context for block in blocks] == [True]


def test_the_loss_counts_from_the_highest_point_within_the_window() -> None:
    world = RiskWorld(drawdown=WIDE)
    assert feed(world, (0, 10_000), (3, 10_250), (3, 9_960)) == []
    assert any(isinstance(action, Blocked) for action in feed(world, (3, 9_949)))


def test_after_a_resume_it_measures_afresh() -> None:
    world = RiskWorld(drawdown=WIDE)
    feed(world, (0, 10_000), (1, 9_000))
    world.engine.resume("all", "operator", world.now_ns)
    assert feed(world, (1, 9_000), (1, 8_750)) == []
    assert any(isinstance(action, Blocked) for action in feed(world, (1, 8_699)))
