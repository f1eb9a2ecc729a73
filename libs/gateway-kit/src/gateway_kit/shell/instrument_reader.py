"""Reads the rules of instruments: at the start, every few minutes, and at once when an order was refused by one."""

import asyncio
import random
from collections.abc import Callable

from crossbook.clock import Clock
from crossbook.errors import ConfigError, CrossbookError, RetryLater
from crossbook.messages.market import InstrumentDefinition
from crossbook.telemetry import get_logger
from gateway_kit.backoff import Backoff
from gateway_kit.feed_publisher import Publish
from gateway_kit.instrument_table import InstrumentTable
from gateway_kit.market_dialect import FrameError, StatusChange
from gateway_kit.market_requests import MarketRequests
from gateway_kit.shell.market_questions import MarketQuestions
from gateway_kit.shell.market_sections import MarketDataSection

log = get_logger()

ONCE_IN_S = 1.0
"""Many refusals at once make one request."""


class InstrumentReader:
    """Keeps an `InstrumentTable` up to date and publishes what changes."""

    def __init__(
        self,
        table: InstrumentTable,
        market: str,
        requests: MarketRequests,
        questions: MarketQuestions,
        *,
        publish: Publish,
        clock: Clock,
        settings: MarketDataSection,
        on_change: Callable[[list[InstrumentDefinition]], None],
        on_body: Callable[[bytes], None],
    ) -> None:
        """`on_change` gets definitions that are new or changed, `on_body` each answer of the venue as it is."""
        self.table = table
        self.loaded = asyncio.Event()
        """Set when the instruments are known and their definitions are published."""
        self._market, self._requests, self._questions = market, requests, questions
        self._publish, self._clock, self._settings = publish, clock, settings
        self._on_change, self._on_body = on_change, on_body
        self._wanted = asyncio.Event()

    async def load(self) -> None:
        """Read them for the first time, however long it takes; ConfigError when a configured symbol is not listed."""
        backoff = Backoff(self._settings.reconnect_base_ms, self._settings.reconnect_ceiling_ms)
        while not self.loaded.is_set():
            try:
                await self._read(first=True)
            except ConfigError:
                raise
            except (CrossbookError, FrameError) as error:
                delay_s = backoff.failed(random.random()) / 1e9
                log.warning("instruments_not_read", market=self._market, reason=str(error), retry_s=round(delay_s, 1))
                await asyncio.sleep(delay_s)

    async def keep(self) -> None:
        """Read them again when it is time or when asked; until cancelled."""
        while True:
            try:
                async with asyncio.timeout(self._settings.instruments_every_ms / 1e3):
                    await self._wanted.wait()
            except TimeoutError:
                log.debug("instruments_due", market=self._market)
            self._wanted.clear()
            try:
                await self._read()
            except (CrossbookError, FrameError) as error:
                log.warning("instruments_not_read", market=self._market, reason=str(error))
            await asyncio.sleep(ONCE_IN_S)

    def refresh(self, reason: str) -> None:
        """Read them again soon."""
        if not self._wanted.is_set():
            log.info("instruments_refresh", market=self._market, reason=reason)
            self._wanted.set()

    def set_fees(self, symbol: str, maker_bps: float, taker_bps: float) -> None:
        """The account's own fees of an instrument."""
        self._tell(self.table.set_fees(symbol, maker_bps, taker_bps))

    def on_status(self, change: StatusChange) -> None:
        """A stream says that an instrument's status changed."""
        if change.status is not None:
            self._tell(self.table.set_status(change.symbol, change.status, self._clock.monotonic_ns()))

    async def _read(self, *, first: bool = False) -> None:
        asked_ns = self._clock.monotonic_ns()
        body = await self._ask_all() if first else await self._ask_ours()
        found, bad = self._requests.definitions(body, self.table.symbols)
        missing = self.table.missing(found)
        if first and missing:
            told = f"{', '.join(missing)}: not listed by the venue, or with rules that cannot be read"
            raise ConfigError(f"{self._market}.symbols: {told} {list(bad)[:3] or ''}".rstrip())
        if bad:
            log.warning("instruments_unreadable", market=self._market, count=len(bad), first=bad[0])
        self._on_body(body)
        self._tell(self.table.update(found, asked_ns))
        self.loaded.set()

    async def _ask_all(self) -> bytes:
        return (await self._questions.ask(self._requests.instruments())).body

    async def _ask_ours(self) -> bytes:
        """Ours alone, since the whole list may be megabytes; the whole list when ours are refused: one may be gone."""
        try:
            return (await self._questions.ask(self._requests.instruments(self.table.symbols))).body
        except RetryLater as error:
            log.info("instruments_all_read", market=self._market, reason=str(error))
            return await self._ask_all()

    def _tell(self, changed: list[InstrumentDefinition]) -> None:
        for definition in changed:
            log.info(
                "instrument", instrument=definition.instrument, revision=definition.revision,
                status=definition.status, tick=str(definition.tick_size), lot=str(definition.lot_size),
            )  # fmt: skip
            self._publish(f"instrument.{definition.instrument}", definition, retain=True)
        if changed:
            self._on_change(changed)
