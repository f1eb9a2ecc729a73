"""Reject storms: a venue that keeps refusing is left alone for a while."""

from crossbook.errors import ErrorClass
from risk.actions import Blocked, CancelScope, Cleared
from risk.denials import DenialCode
from testkit.risk_world import PERP, SPOT, RiskWorld


def rejects(
    world: RiskWorld, count: int, error: ErrorClass = ErrorClass.FILTER, instrument: str = SPOT
) -> list[object]:
    return [action for _ in range(count) for action in world.engine.on_reject(instrument, error, world.now_ns)]


def test_twenty_rejects_within_a_minute_halt_the_instrument_alone() -> None:
    world = RiskWorld()
    assert rejects(world, 19) == []
    actions = rejects(world, 1)
    blocks = [action.block for action in actions if isinstance(action, Blocked)]
    assert [(block.scope, block.context) for block in blocks] == [
        (f"instrument:{SPOT}", "rejects_per_min=20 max=20 last=filter")
    ]
    assert CancelScope(f"instrument:{SPOT}", "reject_storm") in actions
    assert world.denial().code is DenialCode.HALTED
    world.place(PERP)


def test_rejects_spread_over_more_than_a_minute_are_no_storm() -> None:
    world = RiskWorld()
    for _ in range(40):
        world.now_ns += 3_200_000_000
        assert rejects(world, 1) == []


def test_rejects_of_several_instruments_add_up_for_their_venue() -> None:
    world = RiskWorld(rejects={"instrument_per_min": 50, "venue_per_min": 60})
    assert rejects(world, 30) + rejects(world, 29, instrument=PERP) == []
    blocks = [action.block.scope for action in rejects(world, 1, instrument=PERP) if isinstance(action, Blocked)]
    assert blocks == ["venue:alpha"]


def test_post_only_refusals_and_cancels_of_what_is_gone_do_not_count() -> None:
    world = RiskWorld()
    assert rejects(world, 100, ErrorClass.POST_ONLY) + rejects(world, 100, ErrorClass.NOT_FOUND) == []


def test_the_halt_ends_by_itself_and_counts_anew() -> None:
    world = RiskWorld()
    rejects(world, 20)
    world.pass_ms(59_900)
    assert not any(isinstance(action, Cleared) for action in world.engine.on_timer(world.now_ns))
    world.pass_ms(200)
    assert any(isinstance(action, Cleared) for action in world.engine.on_timer(world.now_ns))
    world.place()
    assert rejects(world, 19) == []


def test_without_a_pause_only_an_operator_resumes() -> None:
    world = RiskWorld(rejects={"pause_s": 0})
    rejects(world, 20)
    world.pass_ms(600_000)
    world.engine.on_timer(world.now_ns)
    assert world.denial().code is DenialCode.HALTED
    world.engine.resume(f"instrument:{SPOT}", "operator", world.now_ns)
    world.place()
