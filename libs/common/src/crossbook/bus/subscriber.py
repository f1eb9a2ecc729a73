"""The reading end of published topics: decodes, reports every loss and every publisher that falls silent."""

import asyncio
from typing import Any

import msgspec

from crossbook.bus.frames import decoder_of
from crossbook.bus.link import Link, LivenessCallback, LossCallback, MessageCallback
from crossbook.bus.publisher import BEAT_INTERVAL_MS
from crossbook.bus.security import Security
from crossbook.bus.stats import BusStats
from crossbook.clock import Clock

_MAX_PER_TURN = 512
_MAX_PER_TURN_NEWEST = 8_192
"""Frames that are only looked at and replaced by newer ones cost a microsecond each."""


class Subscriber:
    """Connects to publishers and calls back for every message of the topics asked for.

    A topic such as `top.BTC-USDT@binance` is that topic; one that ends with a dot (`top.`), or the empty one, is every
    topic that begins with it. With `newest_only`, everything that waits is read and only the newest message of each
    topic is decoded and delivered: what a strategy wants of books. (ZMQ_CONFLATE keeps one message of all topics
    together: MEASURED, trap 4.) Messages passed over so are no loss and are not reported; lost ones are.
    """

    def __init__(
        self,
        endpoints: list[str],
        topics: list[str],
        on_message: MessageCallback,
        on_gap: LossCallback,
        *,
        types: tuple[type, ...],
        clock: Clock,
        newest_only: bool = False,
        on_link: LivenessCallback | None = None,
        security: Security | None = None,
        hwm: int = 20_000,
    ) -> None:
        """Connect to all `endpoints` in the running loop; a publisher that is not there yet is waited for.

        `on_message(topic, sequence, message)`: `message` is one of `types`, or plain lists where `types` is empty.
        `on_gap(topic, expected, got)` comes before the message that showed it; where a beat showed it, `got` is the
        publisher's last sequence, and the topic's retained message is asked for anew.
        `on_link(endpoint, up)`: the first beat of a publisher, and three beats missed.
        """
        self.stats = BusStats(f"sub {' '.join(endpoints)}")
        self._on_message, self._on_gap, self._on_link = on_message, on_gap, on_link
        self._decoder = decoder_of(types)
        self._newest_only = newest_only
        self._newest: dict[str, tuple[int, bytes]] = {}
        self._links: dict[str, Link] = {}
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(BEAT_INTERVAL_MS / 2_000, self._check_links)
        try:
            for endpoint in endpoints:
                self._links[endpoint] = Link(
                    endpoint,
                    topics,
                    self,
                    self.stats,
                    clock=clock,
                    security=security or Security(),
                    hwm=hwm,
                    max_per_turn=_MAX_PER_TURN_NEWEST if newest_only else _MAX_PER_TURN,
                )
        except BaseException:
            self.close()
            raise

    def subscribe(self, topic: str) -> None:
        """Ask all publishers for one more topic."""
        for link in self._links.values():
            link.subscribe(topic)

    def unsubscribe(self, topic: str) -> None:
        """Ask no longer for a topic; raises ValueError if it was not asked for."""
        for link in self._links.values():
            link.unsubscribe(topic)

    def last_beat_ns(self, endpoint: str) -> int:
        """Monotonic time of the publisher's last beat, 0 before the first."""
        return self._links[endpoint].last_beat_ns

    def is_up(self, endpoint: str) -> bool:
        """Whether the publisher's beats come."""
        return self._links[endpoint].up

    def close(self) -> None:
        """Disconnect from all publishers; nothing is called back afterwards."""
        self._timer.cancel()
        for link in self._links.values():
            link.close()

    def on_frame(self, topic: str, sequence: int, body: bytes) -> None:
        """Deliver a frame, or keep it as the newest of its topic until the turn ends. Called by links."""
        if self._newest_only:
            self._newest[topic] = (sequence, body)
        else:
            self._deliver(topic, sequence, body)

    def on_loss(self, topic: str, expected: int, got: int) -> None:
        """Report lost messages. Called by links."""
        self._on_gap(topic, expected, got)

    def on_turn(self) -> None:
        """Deliver what is newest. Called by links."""
        newest, self._newest = self._newest, {}
        for topic, (sequence, body) in newest.items():
            try:
                self._deliver(topic, sequence, body)
            except Exception as error:  # noqa: BLE001  one topic's handler must not cost the others their message
                self.stats.handler_errors += 1
                self.stats.complain("bus_handler_failed", exc_info=True, error=repr(error))

    def on_liveness(self, endpoint: str, up: bool) -> None:
        """Report a publisher that came or fell silent. Called by links."""
        if self._on_link is not None:
            self._on_link(endpoint, up)

    def _deliver(self, topic: str, sequence: int, body: bytes) -> None:
        try:
            message: Any = self._decoder.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self.stats.undecodable += 1
            self.stats.complain("bus_message_undecodable", topic=topic, error=str(error))
            return
        self._on_message(topic, sequence, message)

    def _check_links(self) -> None:
        self._timer = self._loop.call_later(BEAT_INTERVAL_MS / 2_000, self._check_links)
        for link in self._links.values():
            link.check()
