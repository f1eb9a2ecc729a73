"""The market side's REST requests: through the rate limiter, once, and with an answer or a reason."""

from email.utils import parsedate_to_datetime
from typing import Protocol

from crossbook.clock import Clock
from crossbook.errors import OutcomeUnknown, RateLimited, RetryLater
from gateway_kit.market_requests import MarketRequests, RestCall
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.requests import Channel, Cost, Priority
from gateway_kit.shell.http_session import HttpAnswer

TOO_MANY, BANNED = 429, 418
DEFAULT_PAUSE_S = {TOO_MANY: 60, BANNED: 120}
"""Where the venue does not say how long (bans begin at two minutes)."""


class Http(Protocol):
    """`gateway_kit.shell.http_session.HttpSession`."""

    async def request(self, method: str, url: str) -> HttpAnswer: ...  # noqa: D102


class MarketQuestions:
    """Asks a venue's public endpoints."""

    def __init__(self, http: Http, limiter: RateLimiter, requests: MarketRequests, clock: Clock) -> None:
        """The limiter is the market's own, shared with its orders."""
        self._http, self._limiter, self._requests, self._clock = http, limiter, requests, clock

    async def ask(self, call: RestCall, priority: Priority = Priority.ASK) -> HttpAnswer:
        """The answer, of status 200. Raises RateLimited (with the time) or RetryLater."""
        retry_at_ns = self._limiter.take(Cost(call.weight), priority, Channel.REST, self._clock.monotonic_ns())
        if retry_at_ns:
            raise RateLimited(f"our own limit, before {_path(call)}", retry_at_ns)
        try:
            answer = await self._http.request("GET", call.url)
        except OutcomeUnknown as error:  # reading changes nothing, so it may be asked again
            raise RetryLater(str(error)) from error
        now_ns = self._clock.monotonic_ns()
        for use in self._requests.uses(answer.headers):
            self._limiter.observe(use.resource, use.interval_ms, use.used, now_ns)
        if answer.status in DEFAULT_PAUSE_S:
            until_ns = now_ns + _pause_s(answer, self._clock.time_ns()) * 1_000_000_000
            self._limiter.block(until_ns, [Channel.REST])
            raise RateLimited(f"HTTP {answer.status} for {_path(call)}", until_ns)
        if answer.status != 200:
            raise RetryLater(f"HTTP {answer.status} for {_path(call)}: {answer.body[:200]!r}")
        return answer


def _pause_s(answer: HttpAnswer, now_time_ns: int) -> int:
    """`Retry-After`: seconds, or a date; the venue's usual pause where it is neither."""
    told = answer.headers.get("retry-after", "")
    if told.isdigit():
        return int(told)
    try:
        return max(1, int(parsedate_to_datetime(told).timestamp() - now_time_ns / 1e9))
    except ValueError:
        return DEFAULT_PAUSE_S[answer.status]


def _path(call: RestCall) -> str:
    return call.url.partition("?")[0]
