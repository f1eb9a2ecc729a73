"""One of a market's stream connections: its subscriptions and their acks, and whether anything comes."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence

from crossbook.clock import Clock
from crossbook.errors import RetryLater
from crossbook.messages.base import Liveness
from crossbook.telemetry import get_logger
from gateway_kit.connect_budget import ConnectBudget
from gateway_kit.market_dialect import Ack, Channel, Frame, Malformed, Reading, Shutdown, Unknown
from gateway_kit.market_requests import MarketRequests, StreamPlan
from gateway_kit.shell.connection import Connection
from gateway_kit.shell.market_sections import MarketDataSection
from gateway_kit.shell.websocket_session import WebSocketSession

log = get_logger()

STREAMS_A_REQUEST = 50
"""Long control frames are refused by venues."""
REQUEST_SPACING_S = 0.25
"""Binance spot takes 5 control frames a second, pongs included."""
RESUBSCRIBE_ONCE_IN_NS = 30_000_000_000
"""A second silence within this time replaces the connection."""
MAX_SILENCES = 10
"""A connection that must speak counts as dead after so many of its intervals."""


MAX_TOLD = 100
"""Different odd frames that are logged, each once."""


class StreamLine:
    """A connection of the plan, kept up. Callbacks name the symbols whose depth it carries."""

    def __init__(
        self,
        plan: StreamPlan,
        requests: MarketRequests,
        on_frame: Callable[[Frame, int], Reading | None],
        on_streaming: Callable[[Sequence[str]], None],
        on_lost: Callable[[Sequence[str], str], None],
        on_overlap: Callable[[Sequence[str], bool], None],
        *,
        clock: Clock,
        settings: MarketDataSection,
        budget: ConnectBudget,
        name: str,
    ) -> None:
        """`on_streaming`: subscribed from now on; `on_lost`: do not trust what we have; `on_overlap`: it is doubled."""
        self.plan = plan
        self._requests, self._feed_frame, self._clock, self._settings = requests, on_frame, clock, settings
        self._on_streaming, self._on_lost = on_streaming, on_lost
        self._depth_symbols = tuple(route.symbol for route in plan.routes if route.channel is Channel.DEPTH)
        self._ids = itertools.count(1)
        self._acks: dict[int, asyncio.Future[str]] = {}
        self._stall_ns = settings.stall_ms * 1_000_000
        self._ticked_ns = clock.monotonic_ns()
        self.spoke_ns = 0
        """When data last came."""
        self._told_silent: Connection | None = None
        self._told_odd: set[str] = set()
        self._resubscribed_ns: dict[str, int] = {}
        self.session = WebSocketSession(
            name,
            self._url,
            self._on_frame,
            self._prepare,
            lambda: self._on_streaming(self._depth_symbols),
            lambda reason: self._on_lost(self._depth_symbols, f"disconnected: {reason}"),
            clock=clock,
            settings=settings.session(),
            budget=budget,
            on_overlap=lambda doubled: on_overlap(self._depth_symbols, doubled),
        )

    @property
    def liveness(self) -> Liveness:
        """DOWN without a connection, DEGRADED before its first data, else UP."""
        connection = self.session.connection
        if connection is None:
            return Liveness.DOWN
        return Liveness.UP if self._has_spoken(connection) else Liveness.DEGRADED

    def check(self, now_ns: int) -> None:
        """To be called every few tens of milliseconds.

        Say loudly that a connection with all its acks carries nothing; replace one that must speak and does not.
        """
        if now_ns - self._ticked_ns > self._stall_ns:
            self._stalled(now_ns)
        self._ticked_ns = now_ns
        connection = self.session.connection
        if connection is None:
            return
        silent_ms = (now_ns - max(connection.opened_ns, self.spoke_ns)) // 1_000_000
        is_mute = not self._has_spoken(connection) and silent_ms > self._settings.first_data_ms
        if is_mute and self._told_silent is not connection:
            self._told_silent = connection
            log.error(
                "stream_silent", session=self.session.name, url=self.plan.url, route=self.plan.name,
                streams=len(self.plan.routes), silent_ms=silent_ms,
                hint="subscriptions were acknowledged but no data came: check the URL and its route",
            )  # fmt: skip
        limit_ms = max(self.plan.speaks_each_ms * MAX_SILENCES, self._settings.first_data_ms)
        if self.plan.speaks_each_ms and silent_ms > limit_ms:
            connection.why = f"nothing came for {silent_ms} ms"
            connection.close()

    async def resubscribe(self, symbol: str, reason: str) -> None:
        """Ask anew for an instrument's streams; if that happened a moment ago already, replace the connection."""
        now_ns = self._clock.monotonic_ns()
        last_ns = self._resubscribed_ns.get(symbol)
        self._resubscribed_ns[symbol] = now_ns
        connection = self.session.connection
        if connection is None:
            return
        log.warning("stream_resubscribed", session=self.session.name, symbol=symbol, reason=reason)
        if last_ns is not None and now_ns - last_ns < RESUBSCRIBE_ONCE_IN_NS:
            self.session.rotate(f"{symbol} stays silent")
            return
        streams = [route.stream for route in self.plan.routes if route.symbol == symbol]
        try:
            await self._ask(connection, self._requests.unsubscribe, streams)
            await self._ask(connection, self._requests.subscribe, streams)
        except RetryLater as error:
            self.session.rotate(str(error))
        else:
            self._on_streaming([symbol])

    async def _url(self) -> str:
        return self.plan.url

    async def _prepare(self, connection: Connection) -> None:
        streams = [route.stream for route in self.plan.routes]
        for number, chunk in enumerate(_chunks(streams, STREAMS_A_REQUEST)):
            if number:
                await asyncio.sleep(REQUEST_SPACING_S)
            await self._ask(connection, self._requests.subscribe, chunk)

    async def _ask(
        self, connection: Connection, request: Callable[[Sequence[str], int], bytes], streams: Sequence[str]
    ) -> None:
        request_id = next(self._ids)
        ack = self._acks[request_id] = asyncio.get_running_loop().create_future()
        try:
            if not connection.send(request(streams, request_id)):
                raise RetryLater(f"{self.plan.url}: closed before it was subscribed")
            async with asyncio.timeout(self._settings.ack_within_ms / 1e3):
                error = await ack
        except TimeoutError as late:
            raise RetryLater(f"{self.plan.url}: no ack in {self._settings.ack_within_ms} ms for {streams}") from late
        finally:
            del self._acks[request_id]
        if error:
            raise RetryLater(f"{self.plan.url}: refused {streams}: {error}")

    def _on_frame(self, frame: memoryview, received_ns: int) -> None:
        if received_ns - self._ticked_ns > self._stall_ns:
            self._stalled(received_ns)
        reading = self._feed_frame(frame, received_ns)
        if reading is None:
            self.spoke_ns = received_ns
        else:
            self._odd(reading)

    def _stalled(self, now_ns: int) -> None:
        """This process stood still: frames that waited in the socket meanwhile would be stamped as if they were new."""
        stalled_ms = (now_ns - self._ticked_ns) // 1_000_000
        self._ticked_ns = now_ns
        log.warning("loop_stalled", session=self.session.name, stalled_ms=stalled_ms)
        self._on_lost(self._depth_symbols, f"this gateway stood still for {stalled_ms} ms")
        if self.session.is_up:
            self._on_streaming(self._depth_symbols)

    def _odd(self, reading: Reading) -> None:
        if isinstance(reading, Ack):
            waiting = self._acks.get(reading.request_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(reading.error)
            elif reading.error:
                log.warning("stream_error", session=self.session.name, error=reading.error)
        elif isinstance(reading, Malformed):
            self._tell_once("frame_malformed", reading.reason)
        elif isinstance(reading, Unknown):
            self._tell_once("frame_unknown", reading.what)
        elif isinstance(reading, Shutdown):
            self.session.rotate("the venue announces that it goes away")

    def _tell_once(self, event: str, what: str) -> None:
        """Log an odd frame; the counters tell how often it comes."""
        if what not in self._told_odd and len(self._told_odd) < MAX_TOLD:
            self._told_odd.add(what)
            log.warning(event, session=self.session.name, what=what)

    def _has_spoken(self, connection: Connection) -> bool:
        return self.spoke_ns > connection.opened_ns


def _chunks(streams: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (streams[start : start + size] for start in range(0, len(streams), size))
