"""A new life of the OMS: what it knows, what it doubts, what it asks, and that it can be played again."""

from decimal import Decimal as D

import pytest

from crossbook.messages.base import Operation, OrderState, Side
from crossbook.messages.control import Command, CommandDone, Halt, Kill
from crossbook.messages.gateway import OmsWelcome, QueryOrder, Reconcile
from crossbook.messages.orders import Accepted, StateRequest, StateSnapshot
from crossbook.order_ids import unpack
from oms.inputs import Now, SnapshotWanted
from oms.journal_format import Record
from oms.journal_state import Recovered
from oms.replay import Difference, Replay
from oms.settings import Settings
from testkit.oms_desk import PERP, SPOT, STRATEGY, Desk, answers


def written(*desks: Desk) -> list[Record]:
    return [record for desk in desks for record in desk.records()]


def next_life(*desks: Desk, settings: Settings | None = None) -> Desk:
    recovered = Recovered()
    for record in written(*desks):
        recovered.take(record)
    before = desks[-1].now
    now = Now(before.monotonic_ns + 2_000_000_000, before.time_ns + 2_000_000_000)
    return Desk(
        settings=settings,
        state=recovered.state,
        last_seq=recovered.last_seq,
        now=now,
        epoch=recovered.epoch + 1,
        instruments=desks[-1].instruments,
    )


@pytest.fixture
def first() -> Desk:
    desk = Desk().open_for_business()
    desk.fill(desk.resting(lots=10), 4, "t1")
    desk.place(Side.SELL, ticks=500_010)
    ended = desk.resting(ticks=499_970)
    desk.report(ended, OrderState.CANCELLED)
    return desk


def test_every_order_that_was_live_is_unknown_and_asked_about(first: Desk) -> None:
    desk = next_life(first)
    live = [order for order in desk.core.state.orders.values() if not order.state.is_terminal]
    assert [(o.state, o.unknown_operation) for o in live] == [(OrderState.UNKNOWN, Operation.PLACE)] * 2
    desk.gateway_hello()
    assert sorted(q.order_id for q in desk.commands(QueryOrder)) == sorted(o.order_id for o in live)
    assert desk.commands(OmsWelcome)[-1].oms_epoch == 2


def test_positions_and_fills_are_known_before_any_venue_answers(first: Desk) -> None:
    desk = next_life(first)
    assert desk.position() == D("0.004")
    assert desk.core.state.fills["binance", "main", PERP].keys() == {"t1"}


def test_a_fill_counted_in_an_earlier_life_is_not_counted_again(first: Desk) -> None:
    order = next(iter(first.core.state.orders.values()))
    desk = next_life(first)
    desk.gateway_hello()
    desk.fill(desk.core.state.orders[order.order_id], 4, "t1", source="reconcile")
    desk.fill(desk.core.state.orders[order.order_id], 3, "t2", source="reconcile")
    assert desk.position() == D("0.007")


def test_fills_missed_meanwhile_are_asked_for(first: Desk) -> None:
    desk = next_life(first)
    desk.gateway_hello()
    (asked,) = desk.commands(Reconcile)
    opened = first.core.state.openings["binance", "main", "usdm"].time_ns
    assert asked.fills_since_time_ns == max(opened, first.now.time_ns - 60_000_000_000)


def test_nothing_is_traded_before_the_comparison_and_strategies_are_told_why(first: Desk) -> None:
    desk = next_life(first)
    desk.gateway_hello()
    desk.strategy_hello()
    desk.beats()
    assert desk.denied(desk.intent(intent_id=1_000)).code == "recovering"
    (snapshot,) = answers(desk.feed(StateRequest(1, "mm"), STRATEGY))
    assert isinstance(snapshot, StateSnapshot)
    assert snapshot.halted.startswith("recovering")
    assert {o.state for o in snapshot.orders} == {OrderState.UNKNOWN}


def test_order_ids_of_a_new_life_are_new(first: Desk) -> None:
    desk = next_life(first).open_for_business({PERP: "0.004"})
    order = desk.place(intent_id=1_000)
    assert unpack(order.order_id) == (1, 2, 1)


def test_exposure_of_unknown_orders_stays_reserved() -> None:
    from testkit.oms_desk import limits

    everything = limits().model_dump()
    everything["instruments"][PERP]["max_position_base"] = D("0.02")
    risk = limits(instruments=everything["instruments"])
    first = Desk(risk=risk).open_for_business()
    first.resting(lots=15)
    recovered = Recovered()
    for record in written(first):
        recovered.take(record)
    desk = Desk(risk=risk, state=recovered.state, last_seq=recovered.last_seq, now=first.now, epoch=2)
    desk.open_for_business()
    assert desk.denied(desk.intent(lots=6, intent_id=1_000)).code == "position_limit"
    assert desk.place(lots=5, intent_id=1_001).state is OrderState.PENDING


def test_a_verdict_of_an_earlier_life_is_given_again(first: Desk) -> None:
    desk = next_life(first).open_for_business({PERP: "0.004"})
    order = next(iter(desk.core.state.orders.values()))
    (again,) = answers(desk.feed(desk.intent(intent_id=order.intent_id), STRATEGY))
    assert isinstance(again, Accepted)
    assert again.order_id == order.order_id


def test_a_kill_outlives_a_restart_and_so_does_the_memory_of_commands(first: Desk) -> None:
    command = Command("alice", 5, first.now.time_ns + 10**12, "drill")
    first.feed(Kill(command), b"console.1")
    desk = next_life(first).open_for_business({PERP: "0.004"})
    assert desk.denied(desk.intent(intent_id=1_000)).code == "killed"
    (answer,) = answers(desk.feed(Halt(command, "all"), b"console.1"))
    assert isinstance(answer, CommandDone)
    assert not answer.ok


def test_orders_of_a_strategy_that_does_not_come_back_are_cancelled_after_a_while(first: Desk) -> None:
    desk = next_life(first)
    desk.gateway_hello()
    for order in list(desk.core.state.live.values()):
        desk.report(order, OrderState.OPEN, source="query")
    from crossbook.messages.gateway import GatewayBeat
    from oms.inputs import Tick
    from testkit.oms_desk import GATEWAY

    for tenths in range(40):
        desk.pass_ns(100_000_000)
        desk.feed(GatewayBeat("binance", 1, 1, {"usdm": True}, {}, 0), GATEWAY)
        desk.tops()
        desk.feed(Tick())
        if tenths == 20:
            assert {o.state for o in desk.core.state.live.values()} == {
                OrderState.OPEN,
                OrderState.PARTIALLY_FILLED,
            }
    assert {o.state for o in desk.core.state.live.values()} == {OrderState.PENDING_CANCEL}


def test_two_lives_play_again_without_a_difference(first: Desk) -> None:
    second = next_life(first).open_for_business({PERP: "0.004"})
    second.fill(second.resting(intent_id=1_000), 3)
    second.wait_ms(2_000)
    replay = Replay()
    assert [d for record in written(first, second) for d in replay.play(record)] == []
    assert (replay.lives, replay.compared, replay.unjudged) == (2, len(first.inputs) + len(second.inputs), 0)


def test_a_start_from_a_snapshot_plays_again_too(first: Desk) -> None:
    for part in range(4):
        first.feed(SnapshotWanted(1, part, 4))
    from_snapshot = Recovered()
    records = written(first)
    for record in records[-4:]:
        from_snapshot.take(record)
    now = Now(first.now.monotonic_ns + 10**9, first.now.time_ns + 10**9)
    second = Desk(state=from_snapshot.state, last_seq=from_snapshot.last_seq, now=now, epoch=2)
    second.open_for_business({PERP: "0.004"})
    replay = Replay()
    assert [d for record in written(first, second) for d in replay.play(record)] == []
    assert replay.lives == 2


def test_an_altered_record_is_a_difference_at_its_sequence(first: Desk) -> None:
    import msgspec

    records = written(first)
    altered = msgspec.structs.replace(records[-1], outputs_crc=records[-1].outputs_crc ^ 1)
    replay = Replay()
    found = [d for record in [*records[:-1], altered] for d in replay.play(record)]
    assert found == [Difference(altered.seq, "the rows agree, what was said differs")]


def test_missing_records_are_told_and_the_rest_is_not_judged(first: Desk) -> None:
    records = written(first)
    replay = Replay()
    found = [d for record in [*records[:5], *records[7:]] for d in replay.play(record)]
    assert [d.seq for d in found] == [records[7].seq]
    assert replay.unjudged == len(records) - 7


def test_the_same_journal_read_twice_gives_the_same_tables() -> None:
    desk = Desk(instruments=(PERP, SPOT)).open_for_business()
    desk.fill(desk.resting(instrument=SPOT, lots=1_000, ticks=4_999_900), 500, fee=D("0.001"), fee_asset="BNB")
    one, two = Recovered(), Recovered()
    for record in written(desk):
        one.take(record)
    for record in written(desk):
        two.take(record)
    assert list(one.state.rows()) == list(two.state.rows())
