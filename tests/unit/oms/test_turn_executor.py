"""One turn at a time: judged, written down, then said; and what happens when it cannot be written or said."""

import errno
import os
from pathlib import Path

import pytest

from crossbook.clock import ManualClock
from crossbook.errors import PeerAbsent
from crossbook.messages.base import Message, OrderState
from crossbook.messages.gateway import CancelOrder, PlaceOrder
from crossbook.messages.orders import Denied
from crossbook.telemetry import Metrics
from oms.inputs import Now, Tick
from oms.journal_format import START_CHAIN
from oms.outputs import Publish
from oms.shell.executor import SNAPSHOT_PARTS, Executor
from oms.shell.journal_files import recover
from oms.shell.journal_writer import JournalWriter
from testkit.oms_desk import GATEWAY, STRATEGY, Desk


class Wires:
    """Records what goes out, and what was on the disk when it did."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.to_gateways: list[Message] = []
        self.answers: list[Message] = []
        self.absent: set[bytes] = set()
        self.written_when_sent: list[int] = []

    def to_peer(self, peer: bytes, message: Message) -> None:
        self.answers.append(message)

    def to_gateway(self, peer: bytes, message: Message) -> None:
        if peer in self.absent:
            raise PeerAbsent("nobody")
        self.to_gateways.append(message)
        if isinstance(message, PlaceOrder):
            self.written_when_sent.append(recover(self.directory).recovered.last_seq)

    def publish(self, output: Publish, seq: int) -> None:
        pass


class Rig:
    def __init__(self, directory: Path) -> None:
        self.desk = Desk().open_for_business()
        self.core = self.desk.core
        now = self.desk.now
        self.clock = ManualClock(now.monotonic_ns, now.time_ns)
        self.journal = JournalWriter(directory, desk=1, number=0, chain=START_CHAIN, file_mb=1, reserve_mb=0)
        self.journal.open(self.core.seq + 1, 0)
        self.wires = Wires(directory)
        self.fatal: list[BaseException] = []
        self.metrics = Metrics()
        self.executor = Executor(self.core, self.journal, self.wires, self.clock, self.metrics, self.fatal.append)

    def sent(self, kind: type[Message]) -> list[Message]:
        return [m for m in self.wires.to_gateways if isinstance(m, kind)]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(fd: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", no_room)


def test_an_order_stands_in_the_journal_before_it_leaves(rig: Rig) -> None:
    rig.executor.run(rig.desk.intent(), STRATEGY)
    assert rig.wires.written_when_sent == [rig.core.seq]


def test_an_order_carries_the_moment_it_left(rig: Rig) -> None:
    rig.executor.run(rig.desk.intent(), STRATEGY)
    (place,) = rig.sent(PlaceOrder)
    assert isinstance(place, PlaceOrder)
    assert place.oms_sent_ns == rig.clock.monotonic_ns()
    assert rig.metrics.snapshot()["histograms"]["intent_to_gateway_ns"]["count"] == 1


def test_an_order_that_reaches_no_gateway_ends_denied_and_the_link_counts_as_lost(rig: Rig) -> None:
    rig.wires.absent.add(GATEWAY)
    rig.executor.run(rig.desk.intent(), STRATEGY)
    (order,) = rig.core.state.orders.values()
    assert (order.state, order.reason) == (OrderState.DENIED, "not_sent gateway_absent")
    rig.executor.run(rig.desk.intent(), STRATEGY)
    assert [a.code for a in rig.wires.answers if isinstance(a, Denied)] == ["gateway_absent"]


def test_an_order_that_cannot_be_written_down_is_not_sent(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_the_disk(monkeypatch)
    rig.executor.run(rig.desk.intent(), STRATEGY)
    assert rig.sent(PlaceOrder) == []
    (order,) = rig.core.state.orders.values()
    assert (order.state, order.reason) == (OrderState.DENIED, "not_sent journal")
    rig.executor.run(rig.desk.intent(), STRATEGY)
    assert [a.code for a in rig.wires.answers if isinstance(a, Denied)] == ["journal_unwritable"]


def test_cancels_leave_though_nothing_can_be_written(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    intent = rig.desk.intent()
    rig.executor.run(intent, STRATEGY)
    fill_the_disk(monkeypatch)
    (order,) = rig.core.state.orders.values()
    from crossbook.messages.orders import CancelIntent

    rig.executor.run(CancelIntent(77, "mm", order.order_id, 0, 0), STRATEGY)
    assert [m.order_id for m in rig.sent(CancelOrder) if isinstance(m, CancelOrder)] == [order.order_id]


def test_once_there_is_room_again_the_whole_state_is_written_and_orders_pass(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_the_disk(monkeypatch)
    rig.executor.run(rig.desk.intent(), STRATEGY)
    rig.executor.run(Tick())
    monkeypatch.undo()
    rig.executor.run(Tick())
    for _ in range(SNAPSHOT_PARTS):
        rig.executor.snapshot_step()
    rig.executor.run(rig.desk.intent(), STRATEGY)
    assert len(rig.sent(PlaceOrder)) == 1
    rig.journal.close()
    recovered = recover(tmp_path).recovered.state
    assert recovered.orders.keys() == rig.core.state.orders.keys()
    assert recovered.openings == rig.core.state.openings


def test_an_exception_in_the_core_ends_everything_at_once(rig: Rig) -> None:
    class Strange(Message, frozen=True, tag=999):
        pass

    rig.executor.run(Strange())
    assert [type(error) for error in rig.fatal] == [TypeError]
    before = rig.core.seq
    rig.executor.run(Tick())
    assert rig.core.seq == before


def test_a_snapshot_is_spread_over_ticks(rig: Rig) -> None:
    before = rig.core.seq
    rig.executor.want_snapshot()
    for _ in range(SNAPSHOT_PARTS + 5):
        rig.executor.snapshot_step()
    assert rig.core.seq == before + SNAPSHOT_PARTS


def test_time_is_read_once_a_turn(rig: Rig) -> None:
    turn_times: list[Now] = []
    real = rig.core.handle

    def handle(message: Message, peer: bytes, now: Now) -> object:
        turn_times.append(now)
        return real(message, peer, now)

    rig.core.handle = handle  # type: ignore[method-assign, assignment]
    rig.clock.advance_ms(5)
    rig.executor.run(Tick())
    assert turn_times == [Now(rig.clock.monotonic_ns(), rig.clock.time_ns())]
