"""The HTTP session never sends twice, and says whether bytes left."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from crossbook.clock import SystemClock
from crossbook.errors import OutcomeUnknown, RetryLater
from gateway_kit.shell.http_session import HttpSession


class Venue:
    """A server on a free port that counts what reaches it."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.hang_up = False

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(f"{request.method} {request.raw_path}")
        if self.hang_up:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=418, body=b'{"code":-1003}', headers={"Retry-After": "7"})


@pytest.fixture
async def venue() -> AsyncIterator[tuple[Venue, str]]:
    served = Venue()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", served.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield served, f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[HttpSession]:
    opened = HttpSession(SystemClock(), timeout_ms=2_000, connect_timeout_ms=500)
    yield opened
    await opened.close()


async def test_an_error_status_is_an_answer(venue: tuple[Venue, str], session: HttpSession) -> None:
    answer = await session.request("GET", venue[1] + "/x")
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (418, b'{"code":-1003}', "7")
    assert 0 < answer.sent_ns <= answer.received_ns


async def test_the_query_string_leaves_as_it_was_signed(venue: tuple[Venue, str], session: HttpSession) -> None:
    path = "/order?symbol=%EF%BC%91&signature=a%2Fb%3D%3D&z=1%2C2"
    await session.request("DELETE", venue[1] + path)
    assert venue[0].requests == [f"DELETE {path}"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_a_dropped_connection_is_unknown_and_sent_once(
    venue: tuple[Venue, str], session: HttpSession, method: str
) -> None:
    await session.request("GET", venue[1] + "/first")  # so that the next one runs on a kept connection
    venue[0].hang_up = True
    with pytest.raises(OutcomeUnknown, match=f"{method} .*/order"):
        await session.request(method, venue[1] + "/order?signature=s")
    assert len(venue[0].requests) == 2


async def test_an_unreachable_venue_means_nothing_left(session: HttpSession, unused_tcp_port: int) -> None:
    with pytest.raises(RetryLater) as failure:
        await session.request("POST", f"http://127.0.0.1:{unused_tcp_port}/order?signature=secret")
    assert "secret" not in str(failure.value)


async def test_nothing_leaves_after_its_deadline(venue: tuple[Venue, str], session: HttpSession) -> None:
    with pytest.raises(RetryLater, match="deadline passed"):
        await session.request("POST", venue[1] + "/order", not_after_ns=SystemClock().monotonic_ns() - 1)
    assert venue[0].requests == []
