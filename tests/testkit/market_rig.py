"""The market side of the Binance gateway in the test's loop, against a real venue-sim; what it publishes is kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from crossbook.clock import SystemClock
from crossbook.messages.base import Message
from crossbook.messages.market import BookInvalid, BookTop, InstrumentDefinition
from crossbook.telemetry import Metrics
from gateway_binance.rate_limits import SPOT_START, USDM_START
from gateway_binance.shell.config import BinanceConfig
from gateway_binance.shell.market_side import market_shell
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.shell.http_session import HttpSession
from gateway_kit.shell.market_shell import MarketShell
from testkit.venue_peer import VenuePeer

BTC = {"spot": "BTC-USDT@binance", "usdm": "BTC-USDT-PERP@binance"}
ETH = {"spot": "ETH-USDT@binance", "usdm": "ETH-USDT-PERP@binance"}
LIMITS = {"spot": SPOT_START, "usdm": USDM_START}
Kind = TypeVar("Kind", bound=Message)


class MarketRig:
    """One market's shell and everything it published, in order."""

    def __init__(self, venue: VenuePeer, market: str, market_data: dict[str, Any], section: dict[str, Any]) -> None:
        self.venue, self.market = venue, market
        self.published: list[tuple[str, Message, bool]] = []
        self.changed: list[InstrumentDefinition] = []
        self.metrics = Metrics()
        self._http = HttpSession(SystemClock())
        self._news = asyncio.Event()
        self._mark = 0
        where = getattr(venue, market)
        config = BinanceConfig.model_validate({
            "name": "gateway-binance",
            "market_data": market_data,
            market: {
                "enabled": True, "symbols": ["BTCUSDT", "ETHUSDT"], "rest_url": where["rest"],
                "stream_url": where["stream"], "ws_api_url": where["ws_api"], **section,
            },
        })  # fmt: skip
        self.shell: MarketShell = market_shell(
            config,
            market,
            publish=self._publish,
            http=self._http,
            limiter=RateLimiter(LIMITS[market]),
            clock=SystemClock(),
            metrics=self.metrics,
            on_instruments=self.changed.extend,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["MarketRig"]:
        """With the shell at work; both books are in step at the beginning."""
        task = asyncio.create_task(self.shell.run())
        try:
            await self.top_of(BTC[self.market])
            await self.top_of(ETH[self.market])
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._http.close()

    def forget(self) -> None:
        """`got` and the waiting calls look only at what is published from now on."""
        self._mark = len(self.published)

    def got(self, kind: type[Kind], instrument: str = "") -> list[Kind]:
        """What was published of a kind (about an instrument) since `forget`."""
        found = [message for _, message, _ in self.published[self._mark :] if isinstance(message, kind)]
        return [message for message in found if not instrument or getattr(message, "instrument", "") == instrument]

    async def until(self, look: Callable[[], object], within_s: float = 15.0) -> None:
        """Wait until `look` is true, looking at each message published."""
        async with asyncio.timeout(within_s):
            while not look():
                self._news.clear()
                await self._news.wait()

    async def top_of(self, instrument: str) -> BookTop:
        """The next best quote of an instrument."""
        await self.until(lambda: self.got(BookTop, instrument))
        return self.got(BookTop, instrument)[0]

    async def lose_one_depth_message(self, symbol: str, instrument: str) -> BookInvalid:
        """Have the venue leave out a depth message, and wait for the gap that shows at the next one.

        A message that the snapshot already covers is no loss, so right after a sync it may take another one.
        """
        for _ in range(4):
            self.fault("gap", symbol=symbol, channel="depth", count=1)
            try:
                await self.until(lambda: self.got(BookInvalid, instrument), within_s=3.0)
            except TimeoutError:
                continue
            break
        return await self.invalid(instrument, "gap: ")

    async def invalid(self, instrument: str, word: str) -> BookInvalid:
        """The next end of trust in an instrument's book, for a reason with `word` in it; then forget up to there."""
        await self.until(lambda: [each for each in self.got(BookInvalid, instrument) if word in each.reason])
        found = next(each for each in self.got(BookInvalid, instrument) if word in each.reason)
        self._mark = 1 + next(at for at, (_, message, _) in enumerate(self.published) if message is found)
        return found

    async def audited(self, times: int = 2) -> None:
        """Wait until books were compared with the venue so many times more; AssertionError if one differed."""
        counts = self.shell.feed.counts
        wanted = counts.audits_agreed + times
        await self.until(lambda: counts.audits_agreed >= wanted or counts.audits_differed)
        assert counts.audits_differed == 0, self.got(BookInvalid)

    def fault(self, kind: str, **more: Any) -> None:
        """Put a fault in force at the venue, on this market."""
        self.venue.admin("POST", "faults", {"kind": kind, "market": self.market} | more)

    def _publish(self, topic: str, message: Message, *, retain: bool = False) -> int:
        self.published.append((topic, message, retain))
        self._news.set()
        return len(self.published)
