"""What tests of the bus share: a message to send, and a place where what arrives can be awaited."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from crossbook.bus import Publisher, Subscriber
from crossbook.clock import ManualClock, SystemClock
from crossbook.messages.market import BookTop, Trade

PATIENCE_S = 10.0
"""How long a test waits for what must happen before it fails."""


def top(update_id: int, instrument: str = "BTC-USDT@binance") -> BookTop:
    """A best quote that is told apart by its update id."""
    return BookTop(instrument, update_id, 100.0, 1.0, 101.0, 2.0, 0, 0, 0)


async def comes_true(condition: Callable[[], object]) -> None:
    """Wait for what ZeroMQ's own thread does, and tells nobody of; fails with TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(0.005)


class Inbox:
    """Collects what sockets call back with; `until` awaits a condition on it."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, int, Any]] = []
        self.gaps: list[tuple[str, int, int]] = []
        self.links: list[tuple[str, bool]] = []
        self.requests: list[tuple[bytes, Any]] = []
        self.replies: list[Any] = []
        self._changed = asyncio.Event()

    def on_message(self, topic: str, sequence: int, message: Any) -> None:
        """Of a subscriber."""
        self.messages.append((topic, sequence, message))
        self._changed.set()

    def on_gap(self, topic: str, expected: int, got: int) -> None:
        """Of a subscriber."""
        self.gaps.append((topic, expected, got))
        self._changed.set()

    def on_link(self, endpoint: str, up: bool) -> None:
        """Of a subscriber."""
        self.links.append((endpoint, up))
        self._changed.set()

    def on_request(self, identity: bytes, message: Any) -> None:
        """Of a router."""
        self.requests.append((identity, message))
        self._changed.set()

    def on_reply(self, message: Any) -> None:
        """Of a dealer."""
        self.replies.append(message)
        self._changed.set()

    @property
    def ids(self) -> list[int]:
        """Update ids of the tops received, in order."""
        return [message.update_id for _, _, message in self.messages if isinstance(message, BookTop)]

    @property
    def is_linked(self) -> bool:
        """Whether a beat has come."""
        return any(up for _, up in self.links)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds after something arrived; fails with TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


def subscriber(inbox: Inbox, *endpoints: str, topics: list[str] | None = None, **options: Any) -> Subscriber:
    """A subscriber to all tops unless told otherwise, that puts everything into `inbox`."""
    options.setdefault("types", (BookTop, Trade))
    options.setdefault("clock", SystemClock())
    asked = ["top."] if topics is None else topics
    return Subscriber(list(endpoints), asked, inbox.on_message, inbox.on_gap, on_link=inbox.on_link, **options)


def publisher(endpoint: str, **options: Any) -> Publisher:
    """A publisher named `gateway-binance`."""
    options.setdefault("clock", ManualClock())
    return Publisher(endpoint, role="md", name="gateway-binance", nonce=7, **options)


async def joined(inbox: Inbox, publishing: Publisher) -> None:
    """Wait until the subscriptions have reached the publisher, as a beat that comes through shows.

    Beats go out one at a time, so that none is under way when this returns.
    """
    await comes_true(lambda: publishing.stats.received)
    async with asyncio.timeout(PATIENCE_S):
        while not inbox.is_linked:
            publishing.beat()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(inbox.until(lambda: inbox.is_linked), timeout=0.25)
