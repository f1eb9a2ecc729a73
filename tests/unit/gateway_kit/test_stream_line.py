import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog

from crossbook.clock import SystemClock
from crossbook.messages.base import Liveness
from gateway_binance.endpoints import SPOT
from gateway_binance.market_requests import BinanceMarketRequests, StreamChoice
from gateway_kit.connect_budget import ConnectBudget
from gateway_kit.market_dialect import Channel, StreamRoute
from gateway_kit.market_requests import StreamPlan
from gateway_kit.shell.market_sections import MarketDataSection
from gateway_kit.shell.stream_line import StreamLine
from testkit.market_feed import Heard, binance_feed, combined, quote_data
from testkit.stream_server import StreamServer, acked

ROUTES = (
    StreamRoute("btcusdt@depth@100ms", Channel.DEPTH, "BTCUSDT"),
    StreamRoute("btcusdt@bookTicker", Channel.QUOTE, "BTCUSDT"),
    StreamRoute("ethusdt@depth@100ms", Channel.DEPTH, "ETHUSDT"),
)
QUICK = MarketDataSection(ack_within_ms=200, first_data_ms=100, overlap_ms=10, reconnect_base_ms=10)
MS = 1_000_000


class Told:
    """What a line told of its symbols."""

    def __init__(self) -> None:
        self.events: list[tuple[str, tuple[str, ...]]] = []
        self.changed = asyncio.Event()

    def note(self, kind: str, symbols: Sequence[str]) -> None:
        self.events.append((kind, tuple(symbols)))
        self.changed.set()

    async def until(self, look: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not look():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def line_to(
    server: StreamServer, routes: Sequence[StreamRoute] = ROUTES, speaks_each_ms: int = 0
) -> AsyncIterator[tuple[StreamLine, Told]]:
    told, feed = Told(), binance_feed("spot", Heard(), "BTCUSDT", "ETHUSDT")

    def on_frame(frame: bytes | bytearray | memoryview, received_ns: int) -> Any:
        reading = feed.on_frame(frame, received_ns)
        told.changed.set()
        return reading

    line = StreamLine(
        StreamPlan("public", server.url, tuple(routes), speaks_each_ms),
        BinanceMarketRequests("spot", SPOT["mainnet"], StreamChoice()),
        on_frame,
        lambda symbols: told.note("streaming", symbols),
        lambda symbols, reason: told.note("lost", symbols),
        lambda symbols, doubled: told.note("doubled" if doubled else "single", symbols),
        clock=SystemClock(),
        settings=QUICK,
        budget=ConnectBudget(),
        name="binance.spot.public",
    )
    line.session.start()
    try:
        yield line, told
    finally:
        await line.session.stop()


def subscribed(server: StreamServer) -> list[str]:
    return [stream for request in server.requests if request["method"] == "SUBSCRIBE" for stream in request["params"]]


async def test_a_line_streams_when_all_is_acked_and_is_up_when_data_comes() -> None:
    async with StreamServer().running() as server, line_to(server) as (line, told):
        assert str(line.liveness) == Liveness.DOWN
        await told.until(lambda: told.events == [("streaming", ("BTCUSDT", "ETHUSDT"))])
        assert subscribed(server) == [route.stream for route in ROUTES]
        assert str(line.liveness) == Liveness.DEGRADED
        await server.send(combined("btcusdt@bookTicker", quote_data(1)))
        await told.until(lambda: line.liveness is Liveness.UP)


async def test_many_streams_are_asked_for_in_several_requests() -> None:
    routes = [StreamRoute(f"s{number}@trade", Channel.TRADE, f"S{number}") for number in range(70)]
    async with StreamServer().running() as server, line_to(server, routes) as (_, told):
        await told.until(lambda: bool(told.events))
        assert [len(request["params"]) for request in server.requests] == [50, 20]


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: None,
        lambda request: json.dumps({"error": {"code": 2, "msg": "Invalid request"}, "id": request["id"]}),
    ],
    ids=["no ack", "refused"],
)
async def test_a_subscription_without_a_good_ack_is_a_failed_connection(answer: Any) -> None:
    server = StreamServer(answer)
    async with server.running(), line_to(server) as (line, told):
        await server.until(lambda: len(server.connections) >= 2)
        assert told.events == []
        server.answer = acked
        await told.until(lambda: told.events == [("streaming", ("BTCUSDT", "ETHUSDT"))])
        assert line.session.is_up


async def test_a_lost_connection_is_told_and_subscribed_again() -> None:
    async with StreamServer().running() as server, line_to(server) as (_, told):
        await told.until(lambda: len(told.events) == 1)
        await server.connections[0].close()
        await told.until(lambda: len(told.events) == 3)
        both = ("BTCUSDT", "ETHUSDT")
        assert told.events == [("streaming", both), ("lost", both), ("streaming", both)]
        assert subscribed(server) == [route.stream for route in ROUTES] * 2


@pytest.mark.parametrize(
    "shutdown",
    ['{"e":"serverShutdown","E":1}', '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}'],
)
async def test_an_announced_shutdown_is_answered_with_a_replacement_at_once(shutdown: str) -> None:
    async with StreamServer().running() as server, line_to(server) as (_, told):
        await told.until(lambda: len(told.events) == 1)
        await server.send(shutdown)
        await server.until(lambda: len(server.connections) == 2 and len(server.open) == 1)
        await told.until(lambda: len(told.events) == 3)
        assert [kind for kind, _ in told.events] == ["streaming", "doubled", "single"]


async def test_one_silent_instrument_is_subscribed_anew_and_a_second_time_replaces_the_connection() -> None:
    async with StreamServer().running() as server, line_to(server) as (line, told):
        await told.until(lambda: len(told.events) == 1)
        await line.resubscribe("BTCUSDT", "silent")
        mine = ["btcusdt@depth@100ms", "btcusdt@bookTicker"]
        assert [(request["method"], request["params"]) for request in server.requests[1:]] == [
            ("UNSUBSCRIBE", mine), ("SUBSCRIBE", mine),
        ]  # fmt: skip
        assert told.events[1:] == [("streaming", ("BTCUSDT",))]
        await line.resubscribe("BTCUSDT", "silent")
        await server.until(lambda: len(server.connections) == 2)


async def test_a_connection_that_carries_nothing_is_named_loudly_once() -> None:
    async with StreamServer().running() as server, line_to(server) as (line, told):
        await told.until(lambda: len(told.events) == 1)
        now_ns = SystemClock.monotonic_ns() + 200 * MS
        with structlog.testing.capture_logs() as logged:
            line.check(now_ns)
            line.check(now_ns + 50 * MS)
        (silent,) = [line for line in logged if line["event"] == "stream_silent"]
        assert (silent["log_level"], silent["route"], silent["url"]) == ("error", "public", server.url)
        assert line.session.is_up


async def test_a_connection_that_must_speak_and_does_not_is_replaced() -> None:
    async with StreamServer().running() as server, line_to(server, speaks_each_ms=10) as (line, told):
        await told.until(lambda: len(told.events) == 1)
        line.check(SystemClock.monotonic_ns() + 50 * MS)
        assert line.session.is_up
        line.check(SystemClock.monotonic_ns() + 1_000 * MS)
        await told.until(lambda: len(told.events) == 3)
        assert [kind for kind, _ in told.events] == ["streaming", "lost", "streaming"]


async def test_after_this_process_stood_still_what_waited_in_the_socket_is_not_new() -> None:
    async with StreamServer().running() as server, line_to(server) as (line, told):
        await told.until(lambda: len(told.events) == 1)
        now_ns = SystemClock.monotonic_ns()
        line.check(now_ns)
        line.check(now_ns + 290 * MS)
        assert len(told.events) == 1
        line.check(now_ns + 600 * MS)
        both = ("BTCUSDT", "ETHUSDT")
        assert told.events[1:] == [("lost", both), ("streaming", both)]


async def test_a_frame_that_comes_before_the_tick_after_a_standstill_finds_the_books_distrusted() -> None:
    async with StreamServer().running() as server, line_to(server) as (line, told):
        await told.until(lambda: len(told.events) == 1)
        line.check(SystemClock.monotonic_ns() - 400 * MS)
        await server.send(combined("btcusdt@bookTicker", quote_data(1)))
        await told.until(lambda: len(told.events) == 3)
        assert [kind for kind, _ in told.events] == ["streaming", "lost", "streaming"]


async def test_an_odd_frame_is_logged_once_and_stops_nothing() -> None:
    async with StreamServer().running() as server, line_to(server) as (line, told):
        await told.until(lambda: len(told.events) == 1)
        with structlog.testing.capture_logs() as logged:
            for frame in (
                b'{"e":"rugPull"}',
                b'{"e":"rugPull"}',
                b"{broken",
                combined("btcusdt@bookTicker", quote_data(1)),
            ):
                await server.send(frame)
            await told.until(lambda: line.liveness is Liveness.UP)
        odd = [(line["event"], line["what"]) for line in logged if line["event"].startswith("frame_")]
        assert odd[0] == ("frame_unknown", "event rugPull")
        assert [event for event, _ in odd] == ["frame_unknown", "frame_malformed"]
