"""One connection of a subscriber to one publisher: its socket, its sequences, and whether it is alive."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec
import zmq

from crossbook.bus.drained_reader import DrainedReader
from crossbook.bus.endpoints import check_endpoint
from crossbook.bus.frames import BEAT_TOPIC, SEQUENCE, MalformedFrame, head_of, is_prefix, subscription_of
from crossbook.bus.publisher import BEAT_INTERVAL_MS
from crossbook.bus.security import Security
from crossbook.bus.sequence_tracker import TopicSequence, Verdict
from crossbook.bus.sockets import new_socket
from crossbook.bus.stats import BusStats
from crossbook.clock import Clock
from crossbook.messages.market import MarketBeat

LINK_TIMEOUT_NS: Final = 3 * BEAT_INTERVAL_MS * 1_000_000
_BEAT_HEAD: Final = head_of(BEAT_TOPIC)


class Listener(Protocol):
    """What a link tells."""

    def on_frame(self, topic: str, sequence: int, body: bytes) -> None:
        """A message that is not a duplicate."""

    def on_loss(self, topic: str, expected: int, got: int) -> None:
        """Messages were lost before `got`."""

    def on_turn(self) -> None:
        """Everything that was waiting, or a turn's share of it, has been handed over."""

    def on_liveness(self, endpoint: str, up: bool) -> None:
        """The publisher's beats began or stopped."""


class Link:
    """A SUB socket connected to one publisher. Liveness is judged when `check` is called."""

    def __init__(
        self,
        endpoint: str,
        topics: list[str],
        listener: Listener,
        stats: BusStats,
        *,
        clock: Clock,
        security: Security,
        hwm: int,
        max_per_turn: int,
    ) -> None:
        """Connect and subscribe to `topics` and to the publisher's beats."""
        check_endpoint(endpoint)
        self.endpoint, self.last_beat_ns, self.up = endpoint, 0, False
        self._topics = list(topics)
        self._listener, self._stats, self._clock = listener, stats, clock
        self._sequences: dict[bytes, TopicSequence] = {}
        self._asked: set[str] = set()
        """Topics named by beats that were judged once: asked for, or not wanted."""
        self._beat_decoder = msgspec.msgpack.Decoder(MarketBeat)
        self._socket = new_socket(zmq.SUB, hwm=hwm)
        try:
            security.guard_client(self._socket, endpoint)
            for topic in topics:
                self._socket.subscribe(subscription_of(topic))
            self._socket.subscribe(_BEAT_HEAD)
            self._socket.connect(endpoint)
        except BaseException:
            self._socket.close(linger=0)
            raise
        self._reader = DrainedReader(
            self._socket, self._take, self._on_frame, stats, after_turn=listener.on_turn, max_per_turn=max_per_turn
        )

    def subscribe(self, topic: str) -> None:
        """Ask for one more topic."""
        self._topics.append(topic)
        self._asked.clear()
        self._socket.subscribe(subscription_of(topic))

    def unsubscribe(self, topic: str) -> None:
        """Ask no longer for a topic; raises ValueError if it was not asked for."""
        self._topics.remove(topic)
        self._socket.unsubscribe(subscription_of(topic))
        for head in [head for head, known in self._sequences.items() if not self._wants(known.name)]:
            del self._sequences[head]

    def check(self) -> None:
        """Judge liveness. What waits is read first, so that a stall of our own loop does not pass for theirs."""
        self._reader.drain_now()
        if self.up and self._clock.monotonic_ns() - self.last_beat_ns > LINK_TIMEOUT_NS:
            self._set_up(up=False)

    def close(self) -> None:
        """Disconnect."""
        self._reader.close()
        self._socket.close(linger=0)

    def _take(self) -> bytes:
        return self._socket.recv(zmq.NOBLOCK)

    def _on_frame(self, frame: bytes) -> None:
        end = frame.find(b"\0")
        known = self._sequences.get(frame[:end])
        if known is None or len(frame) < end + 9:
            try:
                known = self._open(frame, end)
            except ValueError as error:
                self._unreadable("bus_frame_malformed", error)
                return
        sequence: int = SEQUENCE.unpack_from(frame, end + 1)[0]
        if known.name == BEAT_TOPIC:  # judged by nothing: a beat is what tells of a sequence that went back
            self._on_beat(sequence, frame[end + 9 :])
            return
        if sequence != known.last + 1:
            expected = known.expected
            verdict = known.judge(sequence)
            if verdict is Verdict.DUPLICATE:
                self._stats.duplicates += 1
                return
            if verdict is Verdict.GAP:
                self._lost(known.name, expected, sequence)
        known.last = sequence
        self._listener.on_frame(known.name, sequence, frame[end + 9 :])

    def _open(self, frame: bytes, end: int) -> TopicSequence:
        if end <= 0 or len(frame) < end + 9:
            raise MalformedFrame(f"{len(frame)} bytes beginning {frame[:24]!r}")
        known = self._sequences[frame[:end]] = TopicSequence(frame[:end].decode())
        return known

    def _on_beat(self, sequence: int, body: bytes) -> None:
        try:
            told = self._beat_decoder.decode(body).sequences
        except msgspec.MsgspecError as error:
            self._unreadable("bus_beat_undecodable", error)
            return
        self.last_beat_ns = self._clock.monotonic_ns()
        if not self.up:
            self._set_up(up=True)
        for topic, last in told.items():
            self._compare(topic, last)
        if self._wants(BEAT_TOPIC):
            self._listener.on_frame(BEAT_TOPIC, sequence, body)

    def _compare(self, topic: str, last: int) -> None:
        """Look for a loss: `last` is the publisher's own last sequence of the topic."""
        known = self._sequences.get(topic.encode())
        if known is None:
            self._ask_once(topic)
            return
        expected = known.expected
        if known.judge_beat(last) is Verdict.GAP:
            self._lost(topic, expected, last)
            self._ask(topic)

    def _unreadable(self, event: str, error: Exception) -> None:
        self._stats.undecodable += 1
        self._stats.complain(event, error=str(error))

    def _lost(self, topic: str, expected: int, got: int) -> None:
        self._stats.gaps += 1
        self._listener.on_loss(topic, expected, got)

    def _ask_once(self, topic: str) -> None:
        """Ask for a topic that exists and of which nothing has come: its greeting may have been lost."""
        if topic in self._asked:
            return
        self._asked.add(topic)
        if self._wants(topic):
            self._ask(topic)

    def _ask(self, topic: str) -> None:
        """Have the publisher send the topic's retained frame again: it greets every subscription, also a second one."""
        self._socket.subscribe(head_of(topic))
        self._socket.unsubscribe(head_of(topic))

    def _wants(self, topic: str) -> bool:
        return any(topic.startswith(asked) if is_prefix(asked) else topic == asked for asked in self._topics)

    def _set_up(self, *, up: bool) -> None:
        self.up = up
        self._listener.on_liveness(self.endpoint, up)


LossCallback = Callable[[str, int, int], None]
MessageCallback = Callable[[str, int, Any], None]
LivenessCallback = Callable[[str, bool], None]
