"""Duplicates are refused one by one; a runaway pauses its strategy, and nobody else's."""

from risk.actions import Alert, Blocked, CancelScope, Cleared
from risk.denials import DenialCode
from testkit.risk_world import RiskWorld


def run_away(world: RiskWorld, times: int = 10) -> None:
    for _ in range(times):
        world.ask(world.order(qty="0.01"))


def test_other_prices_sides_and_sizes_are_no_duplicates() -> None:
    world = RiskWorld()
    for step in range(6):
        world.place(qty="0.01", price=49_990 + step)
        world.place(qty=f"0.0{step + 1}", price=49_989)


def test_duplicates_are_forgotten_after_the_window() -> None:
    world = RiskWorld()
    run_away(world, 3)
    assert world.denial(qty="0.01").code is DenialCode.DUPLICATE
    world.pass_ms(1_001)
    world.place(qty="0.01")


def test_a_runaway_pauses_its_strategy_and_cancels_its_orders() -> None:
    world = RiskWorld()
    run_away(world)
    actions = world.engine.take_actions()
    assert CancelScope("strategy:mm", "runaway") in actions
    assert [(a.block.scope, a.block.level) for a in actions if isinstance(a, Blocked)] == [("strategy:mm", "halt")]
    assert [action.severity for action in actions if isinstance(action, Alert)] == ["critical"]
    assert world.engine.take_actions() == []
    denial = world.denial(qty="0.02")
    assert denial.code is DenialCode.HALTED
    assert "reason=runaway" in denial.context
    world.place(qty="0.02", strategy="arb")


def test_the_pause_ends_by_itself() -> None:
    world = RiskWorld()
    run_away(world)
    world.engine.take_actions()
    world.pass_ms(59_999)
    assert world.engine.on_timer(world.now_ns) == []
    world.pass_ms(2)
    actions = world.engine.on_timer(world.now_ns)
    assert [action.block.reason for action in actions if isinstance(action, Cleared)] == ["runaway"]
    world.place(qty="0.01")


def test_a_pause_of_zero_waits_for_an_operator() -> None:
    world = RiskWorld(conduct={"pause_s": 0})
    run_away(world)
    world.pass_ms(3_600_000)
    world.engine.on_timer(world.now_ns)
    assert world.denial(qty="0.01").code is DenialCode.HALTED
    world.engine.resume("strategy:mm", "operator", world.now_ns)
    world.place(qty="0.01")


def test_orders_denied_for_another_reason_do_not_look_like_a_runaway() -> None:
    world = RiskWorld()
    codes = {world.code(world.order(price=49_000)) for _ in range(50)}
    assert codes == {DenialCode.OUTSIDE_COLLAR}


def test_the_same_amend_again_and_again_is_a_duplicate_too() -> None:
    world = RiskWorld()
    order_id = world.place(qty="0.01")
    verdicts = [world.amend(order_id, 49_994, "0.01") for _ in range(4)]
    assert [getattr(verdict, "code", None) for verdict in verdicts] == [None, None, None, DenialCode.DUPLICATE]
