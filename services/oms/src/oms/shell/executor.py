"""One turn at a time: judge, write down, then say. The only place where an input meets the core.

A record is in the journal before anything it says leaves the process. What cannot be written down is not sent, if it
could add to the market; cancels go out all the same. An exception in the core ends the process: its state could be half
changed, and a start from the journal is the one way back that is always right.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec.structs import replace

from crossbook.clock import Clock
from crossbook.errors import PeerAbsent
from crossbook.messages.base import Message, Operation
from crossbook.messages.gateway import AmendOrder, CancelOrder, PlaceOrder
from crossbook.telemetry import Metrics
from oms.core import OmsCore
from oms.inputs import JournalState, NotDelivered, Now, PeerGone, SnapshotWanted
from oms.outputs import Output, Publish, ToGateway, Turn
from oms.shell.journal_writer import JournalUnwritable, JournalWriter

_OPERATIONS: dict[type[Message], Operation] = {
    PlaceOrder: Operation.PLACE,
    AmendOrder: Operation.AMEND,
    CancelOrder: Operation.CANCEL,
}
_ADDING = (PlaceOrder, AmendOrder)
SNAPSHOT_PARTS = 16
"""A snapshot is spread over so many records, one a tick, so that none of them holds the loop up."""


class Wires(Protocol):
    """Where outputs go."""

    def to_peer(self, peer: bytes, message: Message) -> None:
        """To a peer of `intents`; raises PeerAbsent."""

    def to_gateway(self, peer: bytes, message: Message) -> None:
        """To a peer of `orders`; raises PeerAbsent."""

    def publish(self, output: Publish, seq: int) -> None:
        """On `events`, and to Redis."""


class Executor:
    """Runs inputs through core, journal and wires."""

    def __init__(
        self,
        core: OmsCore,
        journal: JournalWriter,
        wires: Wires,
        clock: Clock,
        metrics: Metrics,
        fatal: Callable[[BaseException], None],
    ) -> None:
        """`fatal` is told of an exception in the core, and ends the process."""
        self._core = core
        self._journal = journal
        self._wires = wires
        self._clock = clock
        self._fatal = fatal
        self._dead = False
        self._follow_ups: list[tuple[Message, bytes]] = []
        self._journal_takes = True
        self._snapshot_number = 0
        self._snapshot_part = SNAPSHOT_PARTS
        self._core_ns = metrics.histogram("oms_core_ns")
        self._journal_ns = metrics.histogram("oms_journal_ns")
        self._send_ns = metrics.histogram("oms_send_ns")
        self._intent_ns = metrics.histogram("intent_to_gateway_ns")
        self._arrival_ns = metrics.histogram("decision_to_oms_ns")
        self._decision_ns = metrics.histogram("decision_to_gateway_ns")
        self._undeliverable = metrics.counter("messages_to_absent_peers")
        self._unjournalled = metrics.counter("records_not_journalled")

    def run(self, message: Message, peer: bytes = b"") -> None:
        """Handle one input and whatever sending its outputs brings about."""
        if self._dead:
            return
        try:
            self._turn(message, peer)
            while self._follow_ups:
                self._turn(*self._follow_ups.pop(0))
        except Exception as error:  # noqa: BLE001  whatever it was: the state may be half changed, only a restart mends it
            self._dead = True
            self._fatal(error)

    def want_snapshot(self) -> None:
        """Begin a new snapshot; its parts are written with the coming ticks."""
        self._snapshot_number = self._core.seq
        self._snapshot_part = 0

    def snapshot_step(self) -> None:
        """Write the next part of a snapshot under way."""
        if self._snapshot_part < SNAPSHOT_PARTS:
            part, self._snapshot_part = self._snapshot_part, self._snapshot_part + 1
            self.run(SnapshotWanted(self._snapshot_number, part, SNAPSHOT_PARTS))

    def _turn(self, message: Message, peer: bytes) -> None:
        clock = self._clock
        begun_ns = clock.monotonic_ns()
        now = Now(begun_ns, clock.time_ns())
        turn = self._core.handle(message, peer, now)
        judged_ns = clock.monotonic_ns()
        written = self._write(message, peer, now, turn)
        written_ns = clock.monotonic_ns()
        for output in turn.outputs:
            if isinstance(output, ToGateway):  # first what a venue waits for; verdicts and news can follow
                self._say(output, turn.seq, written)
        for output in turn.outputs:
            if not isinstance(output, ToGateway):
                self._say(output, turn.seq, written)
        if turn.outputs:
            self._core_ns.record(judged_ns - begun_ns)
            self._journal_ns.record(written_ns - judged_ns)
            self._send_ns.record(clock.monotonic_ns() - written_ns)

    def _write(self, message: Message, peer: bytes, now: Now, turn: Turn) -> bool:
        try:
            if self._journal.append(message, peer, now, turn):
                self.want_snapshot()
        except JournalUnwritable as error:
            self._unjournalled.add()
            if self._journal_takes:
                self._journal_takes = False
                self._follow_ups.append((JournalState(False, str(error)), b""))
            return False
        if not self._journal_takes:
            self._journal_takes = True
            self._follow_ups.append((JournalState(True, ""), b""))
            self.want_snapshot()  # turns went by unrecorded: only the whole state makes the journal right again
        return True

    def _say(self, output: Output, seq: int, written: bool) -> None:
        message = output.message
        if isinstance(output, Publish):
            self._wires.publish(output, seq)
        elif isinstance(output, ToGateway):
            if not written and isinstance(message, _ADDING):
                self._not_delivered(message, "journal")
                return
            if isinstance(message, _ADDING):
                message = replace(message, oms_sent_ns=self._clock.monotonic_ns())
                self._order_latency(message)
            try:
                self._wires.to_gateway(output.peer, message)
            except PeerAbsent:
                self._undeliverable.add()
                self._not_delivered(message, "gateway_absent")
                self._follow_ups.append((PeerGone("no such peer on the bus"), output.peer))
        else:
            try:
                self._wires.to_peer(output.peer, message)
            except PeerAbsent:
                self._undeliverable.add()

    def _order_latency(self, message: PlaceOrder | AmendOrder) -> None:
        self._intent_ns.record(message.oms_sent_ns - message.oms_received_ns)
        self._arrival_ns.record(max(0, message.oms_received_ns - message.decided_ns))
        self._decision_ns.record(max(0, message.oms_sent_ns - message.decided_ns))

    def _not_delivered(self, message: Message, why: str) -> None:
        operation = _OPERATIONS.get(type(message))
        if operation is not None:
            order_id: int = message.order_id  # type: ignore[attr-defined]
            self._follow_ups.append((NotDelivered(order_id, operation, why), b""))
