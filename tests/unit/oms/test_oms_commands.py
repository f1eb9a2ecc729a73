"""Commands: obeyed once, in time, and journalled with who gave them."""

import pytest

from crossbook.messages.base import OrderState
from crossbook.messages.control import CancelAll, Command, CommandDone, Halt, HealthReply, HealthRequest, Kill, Resume
from crossbook.messages.gateway import CancelAllOrders
from crossbook.messages.health import Alert
from crossbook.messages.risk import RiskState
from oms.rows import Blocks, CommandCounter
from testkit.oms_desk import PERP, Desk, answers, sent

CONSOLE = b"console.1"


@pytest.fixture
def desk() -> Desk:
    return Desk().open_for_business()


def by(desk: Desk, counter: int = 1, seconds: int = 5) -> Command:
    return Command("alice", counter, desk.now.time_ns + seconds * 1_000_000_000, "a drill")


def done(desk: Desk, message: Halt | Kill | Resume | CancelAll) -> CommandDone:
    (answer,) = answers(desk.feed(message, CONSOLE))
    assert isinstance(answer, CommandDone)
    return answer


def test_kill_lets_no_order_through_and_cancels_everything_at_every_gateway(desk: Desk) -> None:
    order = desk.resting()
    turn = desk.feed(Kill(by(desk)), CONSOLE)
    requests = [m for m in sent(turn) if isinstance(m, CancelAllOrders)]
    assert () in [request.instruments for request in requests]
    assert order.state is OrderState.PENDING_CANCEL
    assert desk.denied(desk.intent()).code == "killed"
    (answer,) = answers(turn)
    assert isinstance(answer, CommandDone)
    assert answer.text == "killed all: cancelling 1 orders"
    assert [a.severity for a in desk.published(Alert, [turn])] == ["page"]
    (state,) = desk.published(RiskState, [turn])
    assert [(b.scope, b.level, b.by, b.latched) for b in state.blocks] == [("all", "kill", "alice", True)]


def test_kill_is_written_down_with_who_and_why(desk: Desk) -> None:
    turn = desk.feed(Kill(by(desk)), CONSOLE)
    (blocks,) = [row for row in turn.rows if isinstance(row, Blocks)]
    assert [(b.by, b.reason) for b in blocks.blocks] == [("alice", "a drill")]
    assert [(r.sender, r.counter) for r in turn.rows if isinstance(r, CommandCounter)] == [("alice", 1)]


def test_kill_lasts_until_resumed(desk: Desk) -> None:
    desk.feed(Kill(by(desk)), CONSOLE)
    desk.wait_ms(60_000)
    assert desk.denied(desk.intent()).code == "killed"
    assert done(desk, Resume(by(desk, 2), "all")).text == "resumed all"
    assert desk.place().state is OrderState.PENDING


def test_a_halted_instrument_denies_adding_and_cancels(desk: Desk) -> None:
    order = desk.resting()
    assert done(desk, Halt(by(desk), f"instrument:{PERP}")).ok
    assert desk.denied(desk.intent()).code == "halted"
    assert order.state is OrderState.PENDING_CANCEL


def test_cancel_all_cancels_and_halts_nothing(desk: Desk) -> None:
    order = desk.resting()
    assert done(desk, CancelAll(by(desk), "venue:binance")).text == "cancelling 1 orders of venue:binance"
    assert order.state is OrderState.PENDING_CANCEL
    assert desk.place(ticks=499_980).state is OrderState.PENDING


def test_the_same_command_again_is_refused_as_replayed(desk: Desk) -> None:
    command = Halt(by(desk), "all")
    assert done(desk, command).ok
    assert done(desk, Resume(by(desk, 2), "all")).ok
    again = done(desk, command)
    assert (again.ok, "was used before" in again.text) == (False, True)
    assert desk.place().state is OrderState.PENDING


def test_a_command_past_its_deadline_is_refused(desk: Desk) -> None:
    late = done(desk, Halt(by(desk, seconds=-2), "all"))
    assert (late.ok, late.text) == (False, "too late by 2000 ms: send it again")


def test_a_scope_that_is_none_is_refused_with_what_would_be_one(desk: Desk) -> None:
    wrong = done(desk, Halt(by(desk), "everything"))
    assert not wrong.ok
    assert "'all' or one of venue:<name>" in wrong.text


def test_resuming_what_is_not_halted_says_so(desk: Desk) -> None:
    assert done(desk, Resume(by(desk), "all")).text == "nothing to resume on all"


def test_health_tells_what_an_operator_asks_first(desk: Desk) -> None:
    desk.resting()
    (answer,) = answers(desk.feed(HealthRequest(by(desk)), CONSOLE))
    assert isinstance(answer, HealthReply)
    assert answer.facts["live_orders"] == "1"
    assert answer.facts["unknown_orders"] == "0"
    assert answer.facts["gateways"] == "binance=up"
