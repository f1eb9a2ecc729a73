"""The market-data side of one market of a venue: connections, questions and timers around the pure feed.

`run` is a task of the gateway: it reads the instruments, publishes their definitions, keeps the streams up and the
books in step, until it is cancelled. Nothing on the way of a frame to the bus awaits or logs.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import NotRequired, TypedDict

from crossbook.clock import Clock
from crossbook.errors import CrossbookError, RateLimited
from crossbook.instruments import Grid
from crossbook.messages.base import Liveness
from crossbook.messages.market import InstrumentDefinition
from crossbook.telemetry import Metrics, get_logger
from gateway_kit.clock_offset import ClockOffset
from gateway_kit.connect_budget import ConnectBudget
from gateway_kit.feed_publisher import FeedPublisher, Publish
from gateway_kit.feed_watch import Ask, AskQuotes, AskSnapshot, FeedWatch, Purpose
from gateway_kit.instrument_table import InstrumentTable
from gateway_kit.market_dialect import Channel, FrameError, MarketDialect
from gateway_kit.market_feed import MarketFeed
from gateway_kit.market_requests import MarketRequests
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.requests import Priority
from gateway_kit.shell.clock_reader import ClockReader
from gateway_kit.shell.instrument_reader import InstrumentReader
from gateway_kit.shell.market_questions import Http, MarketQuestions
from gateway_kit.shell.market_sections import MarketDataSection
from gateway_kit.shell.stream_line import StreamLine

log = get_logger()

TICK_S = 0.05
"""How often time is looked at: resyncs, proofs, probes and held depth wait at most this long."""

MS = 1_000_000


class Wires(TypedDict):
    """What a gateway's composition root hands to the shell of a market."""

    publish: Publish
    forget: NotRequired[Callable[[str], None]]
    http: Http
    limiter: RateLimiter
    clock: Clock
    metrics: Metrics
    on_instruments: NotRequired[Callable[[list[InstrumentDefinition]], None]]
    on_instruments_body: NotRequired[Callable[[bytes], None]]
    progress: NotRequired[Callable[[], None]]


class MarketShell:
    """Start it with `run` as a supervised task; `close` ends it."""

    def __init__(
        self,
        dialect: MarketDialect,
        requests: MarketRequests,
        symbols: Sequence[str],
        *,
        publish: Publish,
        forget: Callable[[str], None] = lambda topic: None,
        http: Http,
        limiter: RateLimiter,
        clock: Clock,
        metrics: Metrics,
        settings: MarketDataSection,
        aggregate_trades: bool = False,
        on_instruments: Callable[[list[InstrumentDefinition]], None] = lambda changed: None,
        on_instruments_body: Callable[[bytes], None] = lambda body: None,
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_instruments` is told of definitions that are new or changed; `on_instruments_body` gets the venue's
        answer as it is, for whatever else it says (rate limits). `progress` is called while books move."""
        self.venue, self.market = dialect.venue, dialect.market
        self._dialect, self._requests, self._clock, self._settings = dialect, requests, clock, settings
        self._metrics, self._progress = metrics, progress
        self._questions = MarketQuestions(http, limiter, requests, clock)
        self.instruments = InstrumentReader(
            InstrumentTable(symbols, clock.time_ns() // MS),  # so that a restart never goes back to an older revision
            dialect.market,
            requests,
            self._questions,
            publish=publish,
            clock=clock,
            settings=settings,
            on_change=on_instruments,
            on_body=on_instruments_body,
        )
        self.clock_offset = ClockOffset()
        self.clock_reader = ClockReader(self.clock_offset, requests, self._questions, settings.clock_every_ms)
        self._publisher = self._feed_publisher(publish, forget, aggregate_trades)
        self.feed = MarketFeed(dialect, self._publisher)
        self._watch = FeedWatch(self._publisher, self.feed.counts, settings.watch(), self.clock_offset, random.random)
        self._budget = ConnectBudget(settings.connects_in_5_min)
        self.lines: list[StreamLine] = []
        self._counted = 0
        metrics.observe(f"feed_{self.market}", self._counters)

    @property
    def definitions(self) -> dict[str, InstrumentDefinition]:
        """Definitions by the venue's symbol."""
        return self.instruments.table.definitions

    @property
    def grids(self) -> dict[str, Grid]:
        """Grids by the venue's symbol."""
        return self.instruments.table.grids

    async def run(self) -> None:
        """Until cancelled. Raises ConfigError when a configured symbol is not listed at the venue."""
        try:
            await self.instruments.load()
            self._connect()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tick_forever(group), name=f"{self.market} ticks")
                group.create_task(self.instruments.keep(), name=f"{self.market} instruments")
                group.create_task(self.clock_reader.keep(), name=f"{self.market} clock")
        finally:
            await self.close()

    async def close(self) -> None:
        """End all connections."""
        await asyncio.gather(*(line.session.stop() for line in self.lines))

    def refresh_instruments(self, reason: str) -> None:
        """Read the rules of instruments again soon: the venue refused an order by one of them. Calls join into one."""
        self.instruments.refresh(reason)

    def resync_clock(self) -> None:
        """Read the venue's clock at once: it refused a time stamp."""
        self.clock_reader.resync()

    def set_fees(self, symbol: str, maker_bps: float, taker_bps: float) -> None:
        """The account's own fees of an instrument, as the venue reported them."""
        self.instruments.set_fees(symbol, maker_bps, taker_bps)

    def stream_liveness(self) -> dict[str, Liveness]:
        """Each connection's state, for `VenueHealth.streams`."""
        return {line.plan.name: line.liveness for line in self.lines}

    def trouble(self) -> tuple[Liveness, str]:
        """State of the market-data side and, when it is not UP, why, in words."""
        if not self.instruments.loaded.is_set():
            return Liveness.DOWN, f"{self.market}: the instruments are not known yet"
        for line in self.lines:
            if line.liveness is not Liveness.UP:
                state = "no connection" if line.liveness is Liveness.DOWN else "no data yet"
                return line.liveness, f"{self.market}: {line.plan.name} stream has {state}"
        return Liveness.UP, ""

    def clock_ahead_ms(self) -> float:
        """How far the venue's clock is ahead of this host's wall clock."""
        return self.clock_offset.ahead_ms(self._clock.monotonic_ns(), self._clock.time_ns())

    def _feed_publisher(self, publish: Publish, forget: Callable[[str], None], aggregate_trades: bool) -> FeedPublisher:
        return FeedPublisher(
            publish,
            self._clock.monotonic_ns,
            forget=forget,
            record_latency_ns=self._metrics.histogram("receipt_to_internal_ns").record,
            on_invalid=lambda instrument, reason: log.warning("book_invalid", instrument=instrument, reason=reason),
            on_status=self.instruments.on_status,
            depth_levels=self._settings.depth_levels,
            depth_every_ms=self._settings.depth_every_ms,
            aggregate_trades=aggregate_trades,
        )

    def _connect(self) -> None:
        for symbol, definition in self.definitions.items():
            self._watch.add(self.feed.add(symbol, definition.instrument))
        for plan in self._requests.plans(self.instruments.table.symbols):
            self.feed.learn(plan.routes)
            line = StreamLine(
                plan,
                self._requests,
                self.feed.on_frame,
                self._on_streaming,
                self._on_lost,
                self._on_overlap,
                clock=self._clock,
                settings=self._settings,
                budget=self._budget,
                name=f"{self.venue}.{self.market}.{plan.name}",
            )
            self.lines.append(line)
            line.session.start()

    def _on_streaming(self, symbols: Sequence[str]) -> None:
        self._watch.streaming(symbols, self._clock.monotonic_ns())

    def _on_lost(self, symbols: Sequence[str], reason: str) -> None:
        self._watch.disconnected(symbols, reason, self._clock.monotonic_ns())

    def _on_overlap(self, symbols: Sequence[str], doubled: bool) -> None:
        for symbol in symbols:
            self.feed.feeds[symbol].sync.overlapping = doubled

    async def _tick_forever(self, group: asyncio.TaskGroup) -> None:
        while True:
            now_ns = self._clock.monotonic_ns()
            for line in self.lines:
                line.check(now_ns)
            for ask in self._watch.on_timer(now_ns):
                group.create_task(self._carry_out(ask))
            self._count()
            await asyncio.sleep(TICK_S)

    def _count(self) -> None:
        published = self._publisher.published
        if published != self._counted:
            self._metrics.counter("book_updates").add(published - self._counted)
            self._counted = published
            self._progress()

    async def _carry_out(self, ask: Ask) -> None:
        if isinstance(ask, AskSnapshot):
            await self._ask_snapshot(ask)
        elif isinstance(ask, AskQuotes):
            await self._ask_quotes(ask)
        else:
            for line in self.lines:
                if any(route.symbol == ask.symbol and route.channel is Channel.DEPTH for route in line.plan.routes):
                    await line.resubscribe(ask.symbol, ask.reason)

    async def _ask_snapshot(self, ask: AskSnapshot) -> None:
        asked_ns = self._clock.monotonic_ns()
        priority = Priority.ASK if ask.purpose is Purpose.SYNC else Priority.BACKGROUND
        try:
            call = self._requests.snapshot(ask.symbol, self._settings.snapshot_levels)
            answer = await self._questions.ask(call, priority)
            snapshot = self._dialect.snapshot(answer.body)
        except (CrossbookError, FrameError) as error:
            retry_at_ns = error.retry_at_ns if isinstance(error, RateLimited) else 0
            self._watch.on_snapshot_failed(ask.symbol, ask.purpose, self._clock.monotonic_ns(), retry_at_ns)
            log.warning("snapshot_failed", symbol=ask.symbol, market=self.market, reason=str(error))
            return
        self._watch.on_snapshot(ask.symbol, snapshot, ask.purpose, asked_ns, answer.received_ns)

    async def _ask_quotes(self, ask: AskQuotes) -> None:
        asked_ns = self._clock.monotonic_ns()
        try:
            answer = await self._questions.ask(self._requests.best_quotes(ask.symbols), Priority.BACKGROUND)
            quotes = self._dialect.best_quotes(answer.body)
        except (CrossbookError, FrameError) as error:
            self._watch.on_quotes((), asked_ns, self._clock.monotonic_ns())
            log.warning("probe_failed", market=self.market, reason=str(error))
            return
        self._watch.on_quotes(quotes, asked_ns, answer.received_ns)

    def _counters(self) -> dict[str, int]:
        counts = self.feed.counts
        return {name: getattr(counts, name) for name in counts.__slots__}
