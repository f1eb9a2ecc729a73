"""The socket of private events: opened with a key or a subscription, kept alive, opened anew when it is suspect."""

import asyncio
from collections.abc import Callable

from crossbook.clock import Clock
from crossbook.errors import ErrorClass, RetryLater
from crossbook.telemetry import get_logger
from gateway_kit.order_dialect import OrderDialect
from gateway_kit.order_words import Facts, Refusal, StreamEnded, StreamWord
from gateway_kit.private_access import PrivateAccess
from gateway_kit.requests import Ask, Kind
from gateway_kit.shell.connection import Connection
from gateway_kit.shell.venue_link import VenueLink
from gateway_kit.shell.venue_time import VenueTime
from gateway_kit.shell.websocket_session import SessionSettings, WebSocketSession

log = get_logger()


class PrivateStream:
    """One market's private events."""

    def __init__(
        self,
        name: str,
        dialect: OrderDialect,
        access: PrivateAccess,
        link: VenueLink,
        venue_time: VenueTime,
        clock: Clock,
        *,
        keep_alive_ms: int,
        on_word: Callable[[StreamWord, int], None],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
    ) -> None:
        """`on_word(word, received_ns)`; `on_up` after each opening, when what happened meanwhile must be asked for."""
        self._dialect, self._access, self._link = dialect, access, link
        self._venue_time, self._clock = venue_time, clock
        self._keep_alive_s = keep_alive_ms / 1e3
        self._on_word, self._on_up, self._on_down = on_word, on_up, on_down
        self._subscribing = 0
        self._overlapping = False
        self._keeper: asyncio.Task[None] | None = None
        self._has_key = dialect.capabilities.stream_key
        self._session = WebSocketSession(
            f"{name}.private",
            self._url,
            self._on_frame,
            self._subscribe,
            self._up,
            self._down,
            clock=clock,
            settings=SessionSettings(backoff_ceiling_ms=5_000),
            on_overlap=self._on_overlap,
        )

    def start(self) -> None:
        """Open it, and keep its key alive."""
        self._session.start()
        if self._has_key:
            self._keeper = asyncio.get_running_loop().create_task(self._keep_alive())

    async def stop(self) -> None:
        """Close it. The key is left alone: other programs of the account share it (FAILURES B2)."""
        if self._keeper is not None:
            self._keeper.cancel()
        await self._session.stop()

    @property
    def is_up(self) -> bool:
        """Whether it is open and subscribed."""
        return self._session.is_up

    def reopen(self, reason: str) -> None:
        """It lives and says nothing, or has lost its authority: open another one, and reconcile."""
        log.warning("private_stream_suspect", session=self._session.name, reason=reason)
        connection = self._session.connection
        if connection is not None:
            connection.why = reason
            connection.close()

    async def _url(self) -> str:
        if not self._has_key:
            return self._access.stream_url("")
        heard = await self._link.ask(Ask(Kind.STREAM_KEY))
        if not isinstance(heard.answer, Facts):
            raise RetryLater(f"no key for the private stream: {heard.answer}")
        return self._access.stream_url(heard.answer.values.get("listenKey", ""))

    async def _subscribe(self, connection: Connection) -> None:
        key = self._link.next_key()
        frame = self._access.stream_login(key, self._venue_time.ms(self._clock.monotonic_ns()))
        if frame is None:
            return
        self._subscribing += 1
        try:
            await self._link.login(connection, key, frame)
        finally:
            self._subscribing -= 1

    def _on_frame(self, frame: memoryview, received_ns: int) -> None:
        if self._subscribing and self._link.take_reply(frame, received_ns):
            return
        for word in self._dialect.stream(frame):
            if isinstance(word, StreamEnded):
                self._ended(word)
            else:
                self._take(word, received_ns)

    def _take(self, word: StreamWord, received_ns: int) -> None:
        """One word with a number that is none must not cost the connection and all other words."""
        try:
            self._on_word(word, received_ns)
        except (ArithmeticError, ValueError) as error:
            log.error("private_word_unusable", session=self._session.name, word=str(word), error=repr(error))

    def _ended(self, word: StreamEnded) -> None:
        if word.reason == "serverShutdown":
            self._session.rotate("the venue announced its shutdown")
        else:
            self.reopen(word.reason)

    def _up(self) -> None:
        self._on_up()

    def _down(self, reason: str) -> None:
        self._on_down(reason)

    def _on_overlap(self, overlapping: bool) -> None:
        """A replacement may have missed what happened while it was being opened: ask when both have been open."""
        ended, self._overlapping = self._overlapping and not overlapping, overlapping
        if ended and self._session.is_up:
            self._on_up()

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._keep_alive_s)
            heard = await self._link.ask(Ask(Kind.STREAM_KEY_KEEP_ALIVE))
            answer = heard.answer
            if isinstance(answer, Refusal) and answer.error_class is ErrorClass.NOT_FOUND:
                self.reopen(f"its key is gone: {answer.code} {answer.message}")
            elif not isinstance(answer, Facts):
                log.warning("stream_key_not_prolonged", session=self._session.name, answer=str(answer))
