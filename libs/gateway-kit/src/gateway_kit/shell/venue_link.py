"""One market's request channels: the request socket and REST, with the rate limiter before both.

Orders leave synchronously (`transmit`); everything else is a question (`ask`) that waits for its turn and its answer.
Keys of questions are even, those of orders odd.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from crossbook.clock import Clock
from crossbook.errors import ErrorClass, OutcomeUnknown, RetryLater
from crossbook.telemetry import get_logger
from gateway_kit.order_dialect import OrderDialect, Use
from gateway_kit.order_words import Answer, Facts, NoAnswer, Refusal
from gateway_kit.outcome_resolver import Heard
from gateway_kit.private_access import PrivateAccess
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.requests import PRIORITY, REPEATABLE, Ask, Channel, HttpCall, Kind, Outgoing, Priority
from gateway_kit.shell.connection import Connection
from gateway_kit.shell.http_session import HttpSession
from gateway_kit.shell.venue_time import VenueTime
from gateway_kit.shell.websocket_session import SessionSettings, WebSocketSession

log = get_logger()

_LOGIN_TIMEOUT_S = 5.0
_MAX_WAIT_S = 60.0
_DEFAULT_SILENCE_NS = 1_000_000_000

OnAnswer = Callable[[int, Answer, int], None]


class VenueLink:
    """Sends requests of one market and hands the answers of orders on."""

    def __init__(
        self,
        name: str,
        dialect: OrderDialect,
        access: PrivateAccess,
        http: HttpSession,
        limiter: RateLimiter,
        venue_time: VenueTime,
        clock: Clock,
        *,
        timeout_ms: int,
        on_answer: OnAnswer,
        on_link: Callable[[bool, str], None],
        on_refusal: Callable[[ErrorClass], None],
    ) -> None:
        """`on_answer(key, answer, now_ns)` for orders; `on_link(up, reason)` for the request socket."""
        self._dialect, self._access, self._http = dialect, access, http
        self._limiter, self._venue_time, self._clock = limiter, venue_time, clock
        self._timeout_s = timeout_ms / 1e3
        self._on_answer, self._on_link, self._on_refusal = on_answer, on_link, on_refusal
        self._key = 0
        self._awaited: dict[int, tuple[Ask | None, asyncio.Future[Answer]]] = {}
        self._orders: dict[int, Outgoing] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.unreadable = 0
        self._session = WebSocketSession(
            f"{name}.requests",
            self._url,
            self._on_frame,
            self._log_on,
            self._up,
            self._down,
            clock=clock,
            settings=SessionSettings(backoff_ceiling_ms=5_000),
        )

    def start(self) -> None:
        """Connect the request socket, where there is one."""
        if self._access.request_url:
            self._session.start()

    async def stop(self) -> None:
        """Close it."""
        if self._access.request_url:
            await self._session.stop()

    @property
    def is_up(self) -> bool:
        """Whether the request socket takes requests."""
        return self._session.is_up

    def transmit(self, outgoing: Outgoing) -> int:
        """Send an order now: the stamp, or 0 when certainly nothing left."""
        now_ns = self._clock.monotonic_ns()
        if outgoing.not_after_ns and now_ns > outgoing.not_after_ns:
            return 0
        payload = outgoing.payload
        if isinstance(payload, HttpCall):
            self._spawn(self._order_over_rest(outgoing, payload))
            return now_ns
        self._orders[outgoing.key] = outgoing
        if self._session.send(payload):
            return now_ns
        del self._orders[outgoing.key]
        return 0

    async def ask(self, ask: Ask) -> Heard:
        """Ask, waiting for the rate limiter; a refusal because of the clock is asked once more after a resync."""
        heard = await self._ask_once(ask)
        if isinstance(heard.answer, Refusal) and heard.answer.error_class is ErrorClass.CLOCK:
            await asyncio.sleep(0.3)
            return await self._ask_once(ask) if ask.kind in REPEATABLE else heard
        return heard

    async def login(self, connection: Connection, key: int, frame: bytes) -> None:
        """Send a frame on a new connection and wait for its answer; raises RetryLater when it is not a yes."""
        answer = await self._exchange(key, None, lambda: connection.send(frame), _LOGIN_TIMEOUT_S)
        if isinstance(answer, Refusal | NoAnswer):
            raise RetryLater(f"login: {answer}")

    def next_key(self) -> int:
        """For a frame that the caller sends itself and awaits with `login`."""
        self._key += 2
        return self._key

    def take_reply(self, frame: memoryview, received_ns: int) -> bool:
        """A frame of a request socket; False when it is an event instead of an answer."""
        try:
            reply = self._dialect.reply(frame)
        except ValueError as error:
            self.unreadable += 1
            log.warning("frame_unreadable", error=str(error))
            return True
        if reply.key == 0:
            return False
        self._count(reply.uses, received_ns)
        order = self._orders.pop(reply.key, None)
        if order is not None:
            answer = self._read(
                order.kind.value, Channel.WS, self._dialect.answer(order.kind, reply.status, {}, reply.body)
            )
            self._on_answer(reply.key, answer, received_ns)
            return True
        waiting = self._awaited.pop(reply.key, None)
        if waiting is None or waiting[1].done():
            self.unreadable += waiting is None and reply.key < 0
            return True
        question, future = waiting
        future.set_result(
            self._login_answer(reply.status, reply.body)
            if question is None
            else self._read(
                question.kind.value, Channel.WS, self._dialect.answer(question.kind, reply.status, {}, reply.body)
            )
        )
        return True

    def _login_answer(self, status: int, body: bytes) -> Answer:
        return Facts({}) if status == 200 else self._dialect.answer(Kind.TIME, status, {}, body)

    async def _ask_once(self, ask: Ask) -> Heard:
        priority = PRIORITY.get(ask.kind, Priority.BACKGROUND)
        channel, payload, key = self._encode(ask)
        if payload is None:
            return Heard(NoAnswer(f"no channel offers {ask.kind}", False), self._clock.monotonic_ns())
        waited_s = 0.0
        cost = self._dialect.cost(ask.kind, channel, ask.symbol)
        while retry_ns := self._limiter.take(cost, priority, channel, now_ns := self._clock.monotonic_ns()):
            pause_s = min((retry_ns - now_ns) / 1e9, 1.0)
            waited_s += pause_s
            if waited_s > _MAX_WAIT_S:
                return Heard(NoAnswer("rate limited", False, retry_ns), now_ns)
            await asyncio.sleep(pause_s)
        if waited_s:
            channel, payload, key = self._encode(ask)  # with a fresh time stamp
        if isinstance(payload, HttpCall):
            answer = await self._over_rest(
                ask.kind.value, payload, lambda s, h, b: self._dialect.answer(ask.kind, s, h, b)
            )
        elif payload is not None:
            answer = await self._exchange(key, ask, lambda: self._session.send(payload), self._timeout_s)
        else:
            answer = NoAnswer("no channel is up", False)
        return Heard(answer, self._clock.monotonic_ns())

    def _encode(self, ask: Ask) -> tuple[Channel, bytes | HttpCall | None, int]:
        venue_ms = self._venue_time.ms(self._clock.monotonic_ns())
        if self._session.is_up:
            key = self.next_key()
            payload = self._dialect.ask(Channel.WS, key, ask, venue_ms)
            if payload is not None:
                return Channel.WS, payload, key
        return Channel.REST, self._dialect.ask(Channel.REST, 0, ask, venue_ms), 0

    async def _exchange(self, key: int, ask: Ask | None, send: Callable[[], bool], timeout_s: float) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._awaited[key] = (ask, future)
        try:
            if not send():
                return NoAnswer("not connected", False)
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            return NoAnswer(f"no answer within {timeout_s} s", True)
        finally:
            self._awaited.pop(key, None)

    async def _over_rest(
        self,
        what: str,
        call: HttpCall,
        read: Callable[[int, Mapping[str, str], bytes], Answer],
        not_after_ns: int = 0,
    ) -> Answer:
        try:
            got = await self._http.request(call.method, call.url, call.headers, not_after_ns=not_after_ns)
        except RetryLater as error:
            return NoAnswer(str(error), False)
        except OutcomeUnknown as error:
            return NoAnswer(str(error), True)
        self._count(self._dialect.http_uses(got.headers), got.received_ns)
        return self._read(what, Channel.REST, read(got.status, got.headers, got.body))

    async def _order_over_rest(self, outgoing: Outgoing, call: HttpCall) -> None:
        answer = await self._over_rest(
            outgoing.kind.value,
            call,
            lambda status, headers, body: self._dialect.answer(outgoing.kind, status, headers, body),
            outgoing.not_after_ns,
        )
        self._on_answer(outgoing.key, answer, self._clock.monotonic_ns())

    def _read(self, what: str, channel: Channel, answer: Answer) -> Answer:
        """Obey what a refusal says about the venue as a whole."""
        if not isinstance(answer, Refusal):
            return answer
        self._on_refusal(answer.error_class)
        now_ns = self._clock.monotonic_ns()
        if answer.error_class is ErrorClass.CLOCK:
            self._venue_time.resync()
        counts_orders = answer.orders_only and not (answer.retry_after_s or answer.retry_at_ms)
        if answer.error_class is ErrorClass.RATE_LIMIT and not counts_orders:
            until_ns = self._silence_until(answer, now_ns)
            # A ban of REST leaves the request socket to try its luck with cancels; everything else is shared.
            self._limiter.block(until_ns, [Channel.REST] if answer.banned and channel is Channel.REST else [*Channel])
            log.warning(
                "rate_limited_by_venue", what=what, code=answer.code, banned=answer.banned,
                silence_ms=(until_ns - now_ns) // 1_000_000,
            )  # fmt: skip
        return answer

    def _silence_until(self, refusal: Refusal, now_ns: int) -> int:
        if refusal.retry_after_s:
            return now_ns + refusal.retry_after_s * 1_000_000_000
        if refusal.retry_at_ms:
            return now_ns + max(0, refusal.retry_at_ms - self._venue_time.ms(now_ns)) * 1_000_000
        return now_ns + _DEFAULT_SILENCE_NS * (120 if refusal.banned else 1)

    def _count(self, uses: tuple[Use, ...], now_ns: int) -> None:
        for resource, interval_ms, used in uses:
            self._limiter.observe(resource, interval_ms, used, now_ns)

    def _on_frame(self, frame: memoryview, received_ns: int) -> None:
        if not self.take_reply(frame, received_ns) and b"serverShutdown" in bytes(frame):
            self._session.rotate("the venue announced its shutdown")

    async def _url(self) -> str:
        return self._access.request_url

    async def _log_on(self, connection: Connection) -> None:
        key = self.next_key()
        self._access.logged_on(False)
        frame = self._access.request_login(key, self._venue_time.ms(self._clock.monotonic_ns()))
        if frame is not None:
            await self.login(connection, key, frame)
            self._access.logged_on(True)

    def _up(self) -> None:
        self._on_link(True, "")

    def _down(self, reason: str) -> None:
        self._access.logged_on(False)
        self._orders.clear()
        for _, future in self._awaited.values():
            if not future.done():
                future.set_result(NoAnswer(f"connection lost: {reason}", True))
        self._on_link(False, reason)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
