"""Blocks: which scope they cover, how levels and latches add up, and who may lift them."""

import pytest

from crossbook.messages.base import Purpose
from crossbook.messages.risk import Block
from risk.actions import Alert, Blocked, CancelScope, Cleared
from risk.denials import DenialCode
from risk.scopes import in_scope
from risk.trading_state import TradingState
from testkit.risk_world import OTHER, PERP, SPOT, RiskWorld


def block(scope: str = "all", level: str = "halt", reason: str = "drill", latched: bool = False) -> Block:
    return Block(scope, level, reason, latched, 1, "test")


def level_over(state: TradingState) -> str:
    found = state.strictest(venue="alpha", instrument=SPOT, strategy="mm", asset="BTC")
    return "" if found is None else found.level


@pytest.mark.parametrize("scope", ["all", "venue:alpha", f"instrument:{SPOT}", "strategy:mm", "asset:BTC"])
def test_every_kind_of_scope_covers_its_orders(scope: str) -> None:
    state = TradingState()
    state.impose(block(scope))
    assert level_over(state) == "halt"
    assert in_scope(scope, instrument=SPOT, strategy="mm")


@pytest.mark.parametrize("scope", ["venue:beta", f"instrument:{PERP}", "strategy:arb", "asset:ETH"])
def test_other_scopes_do_not(scope: str) -> None:
    state = TradingState()
    state.impose(block(scope))
    assert level_over(state) == ""
    assert not in_scope(scope, instrument=SPOT, strategy="mm")


@pytest.mark.parametrize("scope", ["", "everything", "venue", "venue:", "planet:mars"])
def test_what_is_no_scope_is_refused(scope: str) -> None:
    with pytest.raises(ValueError, match="scope"):
        TradingState().impose(block(scope))
    with pytest.raises(ValueError, match="scope"):
        in_scope(scope, instrument=SPOT, strategy="mm")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="level 'pause'"):
        TradingState().impose(block(level="pause"))


def test_the_strictest_block_over_an_order_counts() -> None:
    state = TradingState()
    state.impose(block("all", "reduce_only"))
    state.impose(block("strategy:mm", "kill"))
    state.impose(block("venue:alpha", "halt"))
    assert level_over(state) == "kill"
    state.resume("strategy:mm")
    assert level_over(state) == "halt"


def test_each_cause_clears_its_own_block_only() -> None:
    state = TradingState()
    state.impose(block(reason="gap"))
    state.impose(block(reason="outage"))
    assert state.clear("all", "gap") is not None
    assert level_over(state) == "halt"
    assert state.clear("all", "outage") is not None
    assert level_over(state) == ""


def test_a_latched_block_does_not_go_with_its_cause() -> None:
    state = TradingState()
    state.impose(block(latched=True))
    assert state.clear("all", "drill") is None
    assert len(state.resume("all")) == 1


def test_a_kill_is_latched_whatever_is_said() -> None:
    state = TradingState()
    state.impose(block(level="kill", latched=False))
    assert state.blocks[0].latched
    assert state.clear("all", "drill") is None


def test_resume_lifts_exactly_its_scope() -> None:
    state = TradingState()
    state.impose(block("all", "kill"))
    state.impose(block("venue:alpha"))
    assert state.resume("venue:beta") == ()
    assert [lifted.scope for lifted in state.resume("venue:alpha")] == ["venue:alpha"]
    assert level_over(state) == "kill"


def test_imposing_again_never_makes_a_block_milder_or_younger() -> None:
    state = TradingState()
    state.impose(block(level="kill"))
    assert not state.impose(block(level="halt"))
    assert (state.blocks[0].level, state.blocks[0].since_ns) == ("kill", 1)
    state = TradingState()
    state.impose(block(level="halt"))
    assert state.impose(Block("all", "kill", "drill", True, 99, "operator"))
    assert (state.blocks[0].level, state.blocks[0].since_ns, state.blocks[0].by) == ("kill", 1, "operator")


def test_a_halt_lets_repairs_and_reducing_pass_and_a_kill_does_not() -> None:
    world = RiskWorld()
    world.engine.halt("venue:alpha", "drill", "operator", world.now_ns)
    assert world.denial(purpose=Purpose.HEDGE).code is DenialCode.HALTED
    world.place(purpose=Purpose.REPAIR)
    world.place(OTHER)
    world.engine.kill("venue:alpha", "drill", "operator", world.now_ns)
    assert world.denial(purpose=Purpose.REPAIR, price=49_990).code is DenialCode.KILLED


def test_halt_cancels_and_reduce_only_does_not() -> None:
    world = RiskWorld()
    actions = world.engine.halt("venue:alpha", "drill", "operator", world.now_ns)
    assert [type(action) for action in actions] == [Blocked, CancelScope, Alert]
    actions = world.engine.halt("all", "redis_lost", "oms", world.now_ns, latched=False, level="reduce_only")
    assert [type(action) for action in actions] == [Blocked, Alert]


def test_a_repeated_kill_cancels_again() -> None:
    world = RiskWorld()
    world.engine.kill("all", "drill", "operator", world.now_ns)
    assert CancelScope("all", "drill") in world.engine.kill("all", "drill", "operator", world.now_ns)


def test_why_is_told_in_words() -> None:
    world = RiskWorld()
    assert world.engine.why_blocked("mm", SPOT) == ""
    world.engine.halt("venue:alpha", "outage", "oms", world.now_ns, latched=False)
    assert world.engine.why_blocked("mm", SPOT) == "halt venue:alpha outage"
    assert [type(action) for action in world.engine.clear("venue:alpha", "outage", world.now_ns)] == [Cleared]
    assert world.engine.why_blocked("mm", SPOT) == ""


def test_blocks_of_an_earlier_life_are_in_force_again() -> None:
    world = RiskWorld()
    world.engine.restore_block(block("strategy:mm", "halt", "drawdown", True))
    assert world.denial().code is DenialCode.HALTED
    assert world.engine.state(world.now_ns).blocks == (block("strategy:mm", "halt", "drawdown", True),)


def test_what_a_rule_would_lift_by_itself_does_not_outlive_it() -> None:
    world = RiskWorld()
    world.engine.restore_block(Block("all", "halt", "market_data", False, 1, "risk"))
    assert world.engine.blocks() == ()
    world.engine.restore_block(Block("all", "halt", "pnl_velocity", True, 1, "risk"))
    world.engine.restore_block(Block("venue:alpha", "halt", "gateway_down", False, 1, "oms"))
    assert [kept.reason for kept in world.engine.blocks()] == ["pnl_velocity", "gateway_down"]
