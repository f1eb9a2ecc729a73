"""Reads the venue's clock now and then, and at once when the venue refused a time stamp."""

import asyncio

from crossbook.errors import CrossbookError
from crossbook.telemetry import get_logger
from gateway_kit.clock_offset import ClockOffset
from gateway_kit.market_dialect import FrameError
from gateway_kit.market_requests import MarketRequests
from gateway_kit.shell.market_questions import MarketQuestions

log = get_logger()

IMPATIENT_S = 1.0
"""Between attempts while the clock is not known."""


class ClockReader:
    """Keeps a `ClockOffset` up to date."""

    def __init__(
        self, offset: ClockOffset, requests: MarketRequests, questions: MarketQuestions, every_ms: int
    ) -> None:
        """Read each `every_ms`."""
        self._offset, self._requests, self._questions = offset, requests, questions
        self._every_s = every_ms / 1e3
        self._wanted = asyncio.Event()

    def resync(self) -> None:
        """Read it again at once."""
        self._wanted.set()

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            self._wanted.clear()
            try:
                answer = await self._questions.ask(self._requests.time())
                venue_time_ns = self._requests.time_ms(answer.body) * 1_000_000
                self._offset.take(answer.sent_ns, answer.received_ns, venue_time_ns)
            except (CrossbookError, FrameError) as error:
                log.warning("clock_not_read", reason=str(error))
            try:
                async with asyncio.timeout(self._every_s if self._offset.is_known else IMPATIENT_S):
                    await self._wanted.wait()
            except TimeoutError:
                log.debug("clock_due")
