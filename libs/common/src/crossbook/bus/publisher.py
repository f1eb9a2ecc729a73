"""The publishing end: XPUB, a sequence per topic, retained state for newcomers, beats that show a lost last message.

XPUB drops in silence for a reader that is slow or late, by design: a publisher must not wait for its slowest reader.
Every loss is visible instead. The first sequence of each topic is the publisher's boot time in microseconds, so that a
restart is a gap, too. XPUB_VERBOSE reports every subscription, not only the first to a topic; the retained frames that
match are then sent again as they were, with the sequence they had: all but the newcomer drop them as duplicates.
"""

from typing import Final

import msgspec
import zmq

from crossbook.bus.drained_reader import DrainedReader
from crossbook.bus.endpoints import Binding, check_endpoint
from crossbook.bus.frames import BEAT_TOPIC, OutgoingTopic
from crossbook.bus.security import Security
from crossbook.bus.sockets import new_socket
from crossbook.bus.stats import BusStats
from crossbook.clock import Clock
from crossbook.messages.market import MarketBeat

BEAT_INTERVAL_MS: Final = 250
MAX_CHANGED_IN_BEAT: Final = 256
MAX_OTHERS_IN_BEAT: Final = 64
"""A beat lists the topics that moved since the last one, and in turn the quiet ones: its size has a bound."""


class Publisher:
    """Publishes messages under topics. Topics are text such as `top.BTC-USDT@binance`."""

    def __init__(
        self,
        endpoint: str,
        *,
        clock: Clock,
        role: str,
        name: str = "",
        nonce: int = 0,
        security: Security | None = None,
        hwm: int = 20_000,
    ) -> None:
        """Bind `endpoint`. `role` names the socket (`md`, `events`) in logs and in the allow-list of client keys.

        `name` and `nonce` tell readers of the beats who speaks, and since which start. `hwm` is the number of messages
        kept for each reader before it loses some. Raises ConfigError, and EndpointInUse where another has the endpoint.
        """
        check_endpoint(endpoint)
        self.stats = BusStats(f"{role} {endpoint}")
        self._clock, self._name, self._nonce = clock, name, nonce
        self._topics: dict[str, OutgoingTopic] = {}
        self._first_sequence = clock.time_ns() // 1_000
        self._beat_from = 0
        self._encoder = msgspec.msgpack.Encoder()
        self._socket = new_socket(zmq.XPUB, hwm=hwm)
        self._socket.setsockopt(zmq.XPUB_VERBOSE, 1)
        self._guard = (security or Security()).guard_server(self._socket, endpoint, role, self.stats)
        try:
            self._binding = Binding(self._socket, endpoint)
        except BaseException:
            self._guard.close()
            self._socket.close(linger=0)
            raise
        self.endpoint = self._binding.endpoint
        self._reader = DrainedReader(self._socket, self._take, self._on_subscription, self.stats)

    def publish(self, topic: str, message: msgspec.Struct, *, retain: bool = False) -> int:
        """Send `message` to whoever subscribed to `topic` and return its sequence; never waits.

        With `retain` it is also what the next newcomer gets first; a later message without it ends that.
        Raises ValueError for a topic that is no topic, TypeError for a message that cannot be encoded.
        """
        outgoing = self._topics.get(topic)
        if outgoing is None:
            outgoing = self._topics[topic] = OutgoingTopic(topic, self._first_sequence)
        frame = outgoing.write(self._encoder, message)
        outgoing.retained = retain
        self._send(frame)
        return outgoing.sequence

    def forget(self, topic: str) -> None:
        """Give newcomers nothing of `topic` until it is published again; its sequence goes on."""
        outgoing = self._topics.get(topic)
        if outgoing is not None:
            outgoing.retained = False

    def beat(self) -> None:
        """Publish the last sequences of topics, so that readers see that the last message of one did not reach them.

        To be called every `BEAT_INTERVAL_MS`; readers take a publisher for gone after three beats missed.
        """
        beat = MarketBeat(self._name, self._nonce, self._sequences_to_tell(), self._clock.monotonic_ns())
        self.publish(BEAT_TOPIC, beat)

    def close(self) -> None:
        """Stop reading subscriptions, close the socket and free the endpoint."""
        self._reader.close()
        self._binding.close()
        self._guard.close()

    def _sequences_to_tell(self) -> dict[str, int]:
        topics = [topic for topic in self._topics.values() if topic.name != BEAT_TOPIC]
        told = [topic for topic in topics if topic.sequence != topic.beaten][:MAX_CHANGED_IN_BEAT]
        start = self._beat_from if self._beat_from < len(topics) else 0
        told += topics[start : start + MAX_OTHERS_IN_BEAT]
        self._beat_from = start + MAX_OTHERS_IN_BEAT
        for topic in told:
            topic.beaten = topic.sequence
        return {topic.name: topic.sequence for topic in told}

    def _send(self, frame: bytes | bytearray) -> None:
        """A subscription whose announcement this send takes away is greeted at the reader's next safety tick."""
        try:
            self._socket.send(frame, zmq.NOBLOCK)
            self.stats.sent += 1
        except zmq.Again:
            self.stats.not_sent += 1

    def _take(self) -> bytes:
        return self._socket.recv(zmq.NOBLOCK)

    def _on_subscription(self, event: bytes) -> None:
        """Greet: `event` is 1 or 0 (subscribed, unsubscribed) and the prefix."""
        if event[:1] != b"\1":
            return
        prefix = event[1:]
        for topic in self._topics.values():
            if topic.retained and topic.head.startswith(prefix):
                self._send(topic.frame)
