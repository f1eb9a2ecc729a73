"""A WebSocket that is kept up: prepared before it counts, reconnected with measure, replaced before the venue ends it.

A connection counts as up only after `prepare` (login, subscriptions and their acks). It is replaced make-before-break:
by a planned rotation, since venues end every connection after a day, or when the venue announces that it goes away.
While two overlap, both hand their frames on, and the consumer drops what it has seen.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from crossbook.clock import Clock
from crossbook.errors import CrossbookError, RetryLater
from crossbook.telemetry import get_logger
from gateway_kit.backoff import Backoff
from gateway_kit.connect_budget import ConnectBudget
from gateway_kit.shell.connection import Connection, OnFrame, connect

log = get_logger()

LASTING_NS = 5_000_000_000
"""A connection that lived this long counts as a success: what ended it is no reason to wait before the next."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """Times of a session."""

    connect_timeout_ms: int = 5_000
    prepare_timeout_ms: int = 10_000
    ping_after_ms: int = 15_000
    """With nothing received for that long the peer is pinged."""
    pong_within_ms: int = 10_000
    backoff_base_ms: int = 250
    backoff_ceiling_ms: int = 30_000
    lifetime_ms: int = 23 * 3_600_000
    """Age at which a connection is replaced, less up to 5 % at random. Binance ends it at 24 h."""
    overlap_ms: int = 2_000
    """How long the old connection stays beside its replacement."""


class WebSocketSession:
    """One logical stream over one connection at a time, two while it is replaced."""

    def __init__(
        self,
        name: str,
        url: Callable[[], Awaitable[str]],
        on_frame: OnFrame,
        prepare: Callable[[Connection], Awaitable[None]],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        *,
        clock: Clock,
        settings: SessionSettings | None = None,
        budget: ConnectBudget | None = None,
        on_overlap: Callable[[bool], None] = lambda overlapping: None,
    ) -> None:
        """`url` is asked before each connection. `prepare` raises a CrossbookError when the connection is of no use.

        `on_down` comes once for each `on_up`, and not when the connection is merely replaced. `on_overlap` is told when
        two connections begin and cease to carry the stream together.
        """
        self.name = name
        self._url, self._on_frame, self._prepare = url, on_frame, prepare
        self._on_up, self._on_down, self._on_overlap = on_up, on_down, on_overlap
        self._clock = clock
        self._settings = settings or SessionSettings()
        self._budget = budget or ConnectBudget()
        self._backoff = Backoff(self._settings.backoff_base_ms, self._settings.backoff_ceiling_ms)
        self._current: Connection | None = None
        self._open: set[Connection] = set()
        self._replace = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._doubled = False

    @property
    def is_up(self) -> bool:
        """Whether a prepared connection is open."""
        return self._current is not None

    @property
    def connection(self) -> Connection | None:
        """The connection in use."""
        return self._current

    def start(self) -> None:
        """Begin to connect, and stay connected."""
        self._task = asyncio.create_task(self._run(), name=f"session {self.name}")

    async def stop(self) -> None:
        """Close for good; `on_down` is not called."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        closing = list(self._open)
        for connection in closing:
            connection.why = connection.why or "stopped"
            connection.close()
        for connection in closing:
            await connection.closed.wait()

    def send(self, text: bytes) -> bool:
        """Send on the connection in use; False when there is none and nothing left."""
        return self._current is not None and self._current.send(text)

    def rotate(self, reason: str) -> None:
        """Open a replacement at once and close the present connection once it is prepared."""
        log.info("stream_rotates", session=self.name, reason=reason)
        self._replace.set()

    async def _run(self) -> None:
        while True:
            fresh = await self._open_in_turn()
            self._adopt(fresh)
            await self._until_replaced(fresh)
            if self._clock.monotonic_ns() - fresh.opened_ns >= LASTING_NS:
                self._backoff.succeeded()
            elif fresh.closed.is_set():
                await asyncio.sleep(self._backoff.failed(random.random()) / 1e9)

    async def _until_replaced(self, fresh: Connection) -> None:
        lifetime_s = self._settings.lifetime_ms / 1e3 * (1 - 0.05 * random.random())
        if fresh.closed.is_set():
            return
        self._replace.clear()
        try:
            async with asyncio.timeout(lifetime_s):
                await self._replace.wait()
        except TimeoutError:
            log.info("stream_rotates", session=self.name, reason=f"it is {lifetime_s / 3600:.1f} h old")

    def _adopt(self, fresh: Connection) -> None:
        old = self._current
        if fresh.closed.is_set():
            return
        self._current = fresh
        if old is None:
            log.info("stream_up", session=self.name, url=_shown(fresh.url))
            self._on_up()
        else:
            asyncio.get_running_loop().call_later(self._settings.overlap_ms / 1e3, self._retire, old)

    def _retire(self, old: Connection) -> None:
        old.why = "replaced"
        old.close()

    async def _open_in_turn(self) -> Connection:
        """A prepared connection, however many attempts it takes."""
        while True:
            wait_ns = self._budget.wait_ns(self._clock.monotonic_ns())
            if wait_ns:
                log.warning("connect_budget_used_up", session=self.name, wait_s=round(wait_ns / 1e9, 1))
                await asyncio.sleep(wait_ns / 1e9)
            try:
                return await self._open_once()
            except CrossbookError as error:
                delay_ns = self._backoff.failed(random.random())
                log.warning("stream_failed", session=self.name, reason=str(error), retry_ms=delay_ns // 1_000_000)
                await asyncio.sleep(delay_ns / 1e9)

    async def _open_once(self) -> Connection:
        self._budget.attempted(self._clock.monotonic_ns())
        times = self._settings
        connection = await connect(
            await self._url(),
            self._on_frame,
            self._closed,
            self._clock,
            timeout_ms=times.connect_timeout_ms,
            ping_after_ms=times.ping_after_ms,
            pong_within_ms=times.pong_within_ms,
        )
        self._open.add(connection)
        if self._current is not None and not self._doubled:
            self._doubled = True
            self._on_overlap(True)
        try:
            async with asyncio.timeout(times.prepare_timeout_ms / 1e3):
                await self._prepare(connection)
        except BaseException as error:
            connection.why = connection.why or f"could not be prepared: {error}"
            connection.close()
            if isinstance(error, TimeoutError):
                raise RetryLater(f"{_shown(connection.url)}: not ready in {times.prepare_timeout_ms} ms") from error
            raise
        return connection

    def _closed(self, connection: Connection) -> None:
        self._open.discard(connection)
        if self._doubled and len(self._open) < 2:
            self._doubled = False
            self._on_overlap(False)
        log.info(
            "stream_closed", session=self.name, reason=connection.why, frames=connection.frames,
            age_s=round((self._clock.monotonic_ns() - connection.opened_ns) / 1e9, 1),
            silent_s=round((self._clock.monotonic_ns() - connection.last_frame_ns) / 1e9, 1),
        )  # fmt: skip
        if connection is self._current:
            self._current = None
            self._replace.set()
            if not self._stopping:
                self._on_down(connection.why)


def _shown(url: str) -> str:
    """A URL without its query, which may hold a secret."""
    return url.partition("?")[0]
