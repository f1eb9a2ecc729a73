from collections.abc import Mapping

import pytest

from crossbook.clock import ManualClock
from crossbook.errors import OutcomeUnknown, RateLimited, RetryLater
from gateway_binance.endpoints import SPOT
from gateway_binance.market_requests import BinanceMarketRequests, StreamChoice
from gateway_kit.market_requests import RestCall
from gateway_kit.rate_limiter import Limit, RateLimiter, Resource
from gateway_kit.requests import Channel, Priority
from gateway_kit.shell.http_session import HttpAnswer
from gateway_kit.shell.market_questions import MarketQuestions

S = 1_000_000_000
CALL = RestCall("https://venue/api/v3/depth?symbol=BTCUSDT&limit=1000", 50)


class Venue:
    """Answers every request with `answer`, or raises it."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.status, self.headers, self.body = 200, dict[str, str](), b"{}"
        self.error: Exception | None = None
        self.asked: list[str] = []

    async def request(self, method: str, url: str) -> HttpAnswer:
        self.asked.append(f"{method} {url}")
        if self.error is not None:
            raise self.error
        now_ns = self.clock.monotonic_ns()
        return HttpAnswer(self.status, self.headers, self.body, now_ns, now_ns)


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock(monotonic_ns=1_000 * S)
        self.venue = Venue(self.clock)
        self.limiter = RateLimiter([Limit(Resource.WEIGHT, 60_000, 6_000)])
        requests = BinanceMarketRequests("spot", SPOT["mainnet"], StreamChoice())
        self.questions = MarketQuestions(self.venue, self.limiter, requests, self.clock)

    def answer(self, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"{}") -> None:
        self.venue.status, self.venue.headers, self.venue.body = status, dict(headers or {}), body


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_an_answer_is_given_as_it_came(desk: Desk) -> None:
    desk.answer(200, body=b'{"lastUpdateId":1}')
    assert (await desk.questions.ask(CALL)).body == b'{"lastUpdateId":1}'
    assert desk.venue.asked == [f"GET {CALL.url}"]


async def test_what_the_venue_has_counted_is_believed(desk: Desk) -> None:
    desk.answer(200, {"x-mbx-used-weight-1m": "4000"})
    await desk.questions.ask(CALL)
    assert desk.limiter.used_fraction(desk.clock.monotonic_ns()) == pytest.approx(4_000 / 6_000)


async def test_our_own_limit_holds_a_question_back_and_says_until_when(desk: Desk) -> None:
    desk.answer(200, {"x-mbx-used-weight-1m": "2980"})
    await desk.questions.ask(CALL)
    with pytest.raises(RateLimited) as refused:
        await desk.questions.ask(CALL, Priority.BACKGROUND)  # half of the limit is the most that audits may use
    assert refused.value.retry_at_ns > desk.clock.monotonic_ns()
    await desk.questions.ask(CALL, Priority.ASK)
    assert len(desk.venue.asked) == 2


@pytest.mark.parametrize(
    ("status", "headers", "pause_s"),
    [
        (429, {"retry-after": "7"}, 7),
        (429, {}, 60),
        (418, {"retry-after": "300"}, 300),
        (418, {}, 120),
        (429, {"retry-after": "soon"}, 60),
        (429, {"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30),  # the clock begins 22:13:20
    ],
)
async def test_after_a_refusal_rest_is_silent_for_as_long_as_the_venue_says(
    desk: Desk, status: int, headers: dict[str, str], pause_s: int
) -> None:
    desk.answer(status, headers)
    with pytest.raises(RateLimited, match=f"HTTP {status}") as refused:
        await desk.questions.ask(CALL)
    until_ns = 1_000 * S + pause_s * S
    assert refused.value.retry_at_ns == until_ns
    desk.answer(200)
    desk.clock.advance_ns(pause_s * S - 1)
    with pytest.raises(RateLimited):
        await desk.questions.ask(CALL)
    assert len(desk.venue.asked) == 1
    assert desk.limiter.blocked_until_ns(Channel.WS) == 0
    desk.clock.advance_ns(1)
    await desk.questions.ask(CALL)


@pytest.mark.parametrize("status", [400, 403, 500, 503])
async def test_other_refusals_may_be_tried_again_and_say_what_came(desk: Desk, status: int) -> None:
    desk.answer(status, body=b'{"code":-1121,"msg":"Invalid symbol."}')
    with pytest.raises(RetryLater, match=rf"HTTP {status} for https://venue/api/v3/depth: .*Invalid symbol"):
        await desk.questions.ask(CALL)


async def test_an_answer_that_never_came_may_be_asked_for_again(desk: Desk) -> None:
    desk.venue.error = OutcomeUnknown("GET https://venue: timeout")
    with pytest.raises(RetryLater, match="timeout"):
        await desk.questions.ask(CALL)
