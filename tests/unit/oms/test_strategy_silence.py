"""Strategies: their beats, and what becomes of their orders when these stop."""

from crossbook.messages.base import SCHEMA_VERSION, OrderState, Side
from crossbook.messages.health import Alert
from crossbook.messages.orders import (
    Accepted,
    Denied,
    QuoteState,
    QuoteStates,
    StateRequest,
    StateSnapshot,
    StrategyBeat,
)
from crossbook.messages.orders import StrategyHello as Hello
from oms.inputs import Tick
from oms.outputs import Publish
from testkit.oms_desk import PERP, STRATEGY, Desk, answers, limits


def two_strategies() -> Desk:
    everything = limits().model_dump()
    everything["strategies"]["other"] = everything["strategies"]["mm"]
    desk = Desk(risk=limits(strategies=everything["strategies"])).open_for_business()
    desk.feed(Hello("other", 1, SCHEMA_VERSION, "b", "main", (PERP,)), b"other.1")
    return desk


def test_a_strategy_that_falls_silent_loses_its_orders_and_only_those() -> None:
    desk = two_strategies()
    mine = desk.resting()
    (accepted,) = answers(desk.feed(desk.intent(strategy="other", ticks=499_980), b"other.1"))
    assert isinstance(accepted, Accepted)
    theirs = desk.core.state.orders[accepted.order_id]
    desk.ack(theirs)
    for _ in range(12):
        desk.pass_ns(100_000_000)
        desk.feed(StrategyBeat("other", 1, 1, 0), b"other.1")
        desk.tops()
        from crossbook.messages.gateway import GatewayBeat
        from testkit.oms_desk import GATEWAY

        desk.feed(GatewayBeat("binance", 1, 1, {"usdm": True}, {}, 0), GATEWAY)
        desk.feed(Tick())
    assert (mine.state, theirs.state) == (OrderState.PENDING_CANCEL, OrderState.OPEN)
    assert [a.subject for a in desk.published(Alert) if a.kind == "strategy_silent"] == ["mm"]


def test_a_strategy_that_beats_again_may_trade_again() -> None:
    desk = Desk().open_for_business()
    desk.wait_ms(1_500, beats=False, tops=False)
    desk.gateway_hello()
    desk.beats()
    assert desk.published(Alert)[-1].kind in ("strategy_back", "gateway_link")
    assert "strategy_back" in [a.kind for a in desk.published(Alert)]


def test_beats_of_a_stranger_are_answered_with_say_hello() -> None:
    desk = Desk()
    (answer,) = answers(desk.feed(StrategyBeat("mm", 1, 1, 0), STRATEGY))
    assert isinstance(answer, Denied)
    assert (answer.intent_id, answer.code) == (0, "hello_first")


def test_a_strategy_of_another_schema_is_refused_and_told() -> None:
    desk = Desk()
    (answer,) = answers(desk.feed(Hello("mm", 1, 99, "b", "main", ()), STRATEGY))
    assert isinstance(answer, Denied)
    assert answer.code == "schema_mismatch"
    assert desk.published(Alert)[-1].kind == "strategy_refused"


def test_a_restarted_strategy_takes_the_place_of_its_former_process() -> None:
    desk = Desk().open_for_business()
    desk.feed(Hello("mm", 2, SCHEMA_VERSION, "b", "main", (PERP,)), b"mm.2")
    assert desk.denied(desk.intent(), STRATEGY).code == "hello_first"


def test_quote_states_are_relayed_for_newcomers_too() -> None:
    desk = Desk().open_for_business()
    states = QuoteStates("mm", (QuoteState(PERP, Side.BUY, "blocked", "warming_up", 1, ""),), 1)
    turn = desk.feed(states, STRATEGY)
    (output,) = turn.outputs
    assert isinstance(output, Publish)
    assert (output.topic, output.message, output.retain) == ("quotes.mm", states, True)


def test_a_snapshot_tells_a_strategy_everything_of_its_own() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    desk.fill(order, 4)
    (snapshot,) = answers(desk.feed(StateRequest(7, "mm"), STRATEGY))
    assert isinstance(snapshot, StateSnapshot)
    assert (snapshot.request_id, snapshot.oms_epoch, snapshot.halted, snapshot.size_scale) == (7, 1, "", 1.0)
    assert [(o.order_id, o.state, o.filled_lots) for o in snapshot.orders] == [
        (order.order_id, OrderState.PARTIALLY_FILLED, 4)
    ]
    assert {i: str(q) for i, q in snapshot.positions.items()} == {PERP: "0.004"}
    assert {a: str(q) for a, q in snapshot.balances.items()} == {"usdm.USDT": "10000000"}


def test_a_snapshot_says_why_nothing_may_be_added() -> None:
    desk = Desk()
    desk.gateway_hello()
    desk.strategy_hello()
    (snapshot,) = answers(desk.feed(StateRequest(7, "mm"), STRATEGY))
    assert isinstance(snapshot, StateSnapshot)
    assert snapshot.halted == "recovering gateway=binance"
