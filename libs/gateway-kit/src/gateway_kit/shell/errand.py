"""One market's REST access for an errand: no stream, no desk, the venue's clock read at the beginning."""

import asyncio
from types import TracebackType

from crossbook.clock import Clock
from crossbook.errors import RetryLater
from crossbook.messages.base import Message
from crossbook.messages.market import InstrumentDefinition
from crossbook.telemetry import Metrics
from gateway_kit.clock_offset import ClockOffset
from gateway_kit.order_words import Facts
from gateway_kit.outcome_resolver import Heard
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.requests import Ask, Kind
from gateway_kit.shell.gateway import MarketOffer, VenueOffer
from gateway_kit.shell.http_session import HttpSession
from gateway_kit.shell.market_shell import Wires
from gateway_kit.shell.venue_link import VenueLink
from gateway_kit.shell.venue_time import VenueTime

_INSTRUMENTS_S = 20.0


def _publish_nothing(topic: str, message: Message, *, retain: bool = False) -> int:
    return 0


class Errand:
    """Use it as an async context."""

    def __init__(self, venue: VenueOffer, offer: MarketOffer, clock: Clock) -> None:
        """Nothing is opened yet."""
        self.venue, self.offer, self.clock = venue, offer, clock
        self.offset = ClockOffset()
        self._http = HttpSession(clock)
        self._limiter = RateLimiter(offer.limits)
        self._link = VenueLink(
            f"{venue.venue}.{offer.market}",
            offer.dialect,
            offer.access,
            self._http,
            self._limiter,
            VenueTime(clock, self.offset, lambda: None),
            clock,
            timeout_ms=venue.orders.request_timeout_ms,
            on_answer=lambda key, answer, now_ns: None,
            on_link=lambda up, reason: None,
            on_refusal=lambda error_class: None,
        )

    async def ask(self, ask: Ask) -> Heard:
        """One question."""
        return await self._link.ask(ask)

    async def definitions(self) -> dict[str, InstrumentDefinition]:
        """The rules of our instruments, by the venue's symbol, read as the gateway reads them.

        Raises ConfigError for a symbol that is not listed, TimeoutError when the venue does not tell.
        """
        shell = self.offer.market_shell(
            Wires(
                publish=_publish_nothing,
                http=self._http,
                limiter=self._limiter,
                clock=self.clock,
                metrics=Metrics(),
            )
        )
        async with asyncio.timeout(_INSTRUMENTS_S):
            await shell.instruments.load()
        return shell.definitions

    async def __aenter__(self) -> "Errand":
        """Read the venue's clock; raises RetryLater when the venue cannot be reached."""
        sent_ns = self.clock.monotonic_ns()
        heard = await self._link.ask(Ask(Kind.TIME))
        if not isinstance(heard.answer, Facts):
            await self._http.close()
            raise RetryLater(f"{self.venue.venue} {self.offer.market} does not tell its time: {heard.answer}")
        self.offset.take(sent_ns, heard.received_ns, int(heard.answer.values["serverTime"]) * 1_000_000)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._http.close()
