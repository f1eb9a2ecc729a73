import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field

import pytest
import uvloop

from crossbook.clock import SystemClock
from crossbook.errors import RetryLater
from gateway_kit.connect_budget import ConnectBudget
from gateway_kit.shell.connection import Connection
from gateway_kit.shell.websocket_session import SessionSettings, WebSocketSession
from testkit.stream_server import StreamServer

QUICK = SessionSettings(
    connect_timeout_ms=2_000, prepare_timeout_ms=500, backoff_base_ms=10, backoff_ceiling_ms=20, overlap_ms=50
)


@dataclass
class Consumer:
    """What a session told, and an event for each thing it tells."""

    told: list[str] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_frame(self, frame: memoryview, received_ns: int) -> None:
        self.frames.append(bytes(frame))
        self.stamps.append(received_ns)
        self.changed.set()

    def on_up(self) -> None:
        self.told.append("up")
        self.changed.set()

    def on_down(self, reason: str) -> None:
        self.told.append(f"down: {reason}")
        self.changed.set()

    def on_overlap(self, doubled: bool) -> None:
        self.told.append("doubled" if doubled else "single")
        self.changed.set()

    async def until(self, look: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not look():
                self.changed.clear()
                await self.changed.wait()


async def no_preparation(connection: Connection) -> None:
    return


def session_to(
    server: StreamServer,
    consumer: Consumer,
    prepare: Callable[[Connection], Awaitable[None]] = no_preparation,
    settings: SessionSettings = QUICK,
    budget: ConnectBudget | None = None,
) -> WebSocketSession:
    async def url() -> str:
        return server.url

    return WebSocketSession(
        "test", url, consumer.on_frame, prepare, consumer.on_up, consumer.on_down,
        clock=SystemClock(), settings=settings, budget=budget, on_overlap=consumer.on_overlap,
    )  # fmt: skip


async def test_frames_arrive_whole_with_the_time_they_came() -> None:
    consumer = Consumer()
    async with StreamServer().running() as server:
        session = session_to(server, consumer)
        session.start()
        await consumer.until(lambda: consumer.told == ["up"])
        before_ns = SystemClock.monotonic_ns()
        await server.send('{"u":1}')
        await server.send("x" * 300_000)
        await consumer.until(lambda: len(consumer.frames) == 2)
        assert consumer.frames[0] == b'{"u":1}'
        assert len(consumer.frames[1]) == 300_000
        assert before_ns <= consumer.stamps[0] <= consumer.stamps[1] <= SystemClock.monotonic_ns()
        await session.stop()


async def test_a_message_in_several_frames_arrives_as_one() -> None:
    consumer = Consumer()
    async with StreamServer().running() as server:
        session = session_to(server, consumer)
        session.start()
        await consumer.until(lambda: session.is_up)
        await server.connections[0].send(part for part in ["one ", "two ", "three"])
        await consumer.until(lambda: bool(consumer.frames))
        assert consumer.frames == [b"one two three"]
        await session.stop()


async def test_nothing_leaves_without_a_connection() -> None:
    consumer = Consumer()
    async with StreamServer().running() as server:
        session = session_to(server, consumer)
        assert session.send(b"{}") is False
        session.start()
        await consumer.until(lambda: session.is_up)
        assert session.send(b'{"id":1}') is True
        await server.until(lambda: server.requests == [{"id": 1}])
        await session.stop()
        assert session.send(b"{}") is False


async def test_a_lost_connection_is_told_with_its_reason_and_replaced() -> None:
    consumer = Consumer()
    async with StreamServer().running() as server:
        session = session_to(server, consumer)
        session.start()
        await consumer.until(lambda: session.is_up)
        await server.connections[0].close(1008, "too slow")
        await consumer.until(lambda: len(consumer.told) == 3)
        assert consumer.told == ["up", "down: closed by the venue: 1008 too slow", "up"]
        await session.stop()


async def test_a_connection_counts_only_when_it_is_prepared() -> None:
    consumer, attempts = Consumer(), 0

    async def third_time_lucky(connection: Connection) -> None:
        nonlocal attempts
        attempts += 1
        assert consumer.told.count("up") == 0
        if attempts == 1:
            raise RetryLater("refused")
        if attempts == 2:
            await asyncio.sleep(60)  # ended by the prepare timeout

    async with StreamServer().running() as server:
        session = session_to(server, consumer, third_time_lucky)
        session.start()
        await consumer.until(lambda: session.is_up)
        assert attempts == 3
        assert len(server.connections) == 3
        await server.until(lambda: len(server.open) == 1)
        await session.stop()


async def test_a_rotation_opens_before_it_closes_and_nobody_is_told_of_a_loss() -> None:
    consumer = Consumer()
    async with StreamServer().running() as server:
        session = session_to(server, consumer)
        session.start()
        await consumer.until(lambda: session.is_up)
        session.rotate("the venue goes away")
        await server.until(lambda: len(server.connections) == 2)
        await consumer.until(lambda: session.connection is not None and "doubled" in consumer.told)
        await server.send("old", 0)
        await server.send("new", 1)
        await consumer.until(lambda: len(consumer.frames) == 2)
        await server.until(lambda: len(server.open) == 1)
        await consumer.until(lambda: consumer.told == ["up", "doubled", "single"])
        assert sorted(consumer.frames) == [b"new", b"old"]
        assert server.connections[1] in server.open
        await session.stop()


async def test_a_connection_is_replaced_at_the_end_of_its_life() -> None:
    consumer = Consumer()
    short = SessionSettings(lifetime_ms=100, overlap_ms=10, backoff_base_ms=10)
    async with StreamServer().running() as server:
        session = session_to(server, consumer, settings=short)
        session.start()
        await server.until(lambda: len(server.connections) >= 3)
        assert not [told for told in consumer.told if told.startswith("down")]
        await session.stop()


async def test_while_its_replacement_cannot_be_opened_the_old_connection_serves() -> None:
    consumer, attempts = Consumer(), 0

    async def only_the_first(connection: Connection) -> None:
        nonlocal attempts
        attempts += 1
        consumer.changed.set()
        if attempts > 1:
            raise RetryLater("full")

    async with StreamServer().running() as server:
        session = session_to(server, consumer, only_the_first)
        session.start()
        await consumer.until(lambda: session.is_up)
        session.rotate("planned")
        await consumer.until(lambda: attempts >= 4)
        assert session.send(b'{"still":"here"}')
        await server.until(lambda: {"still": "here"} in server.requests)
        assert not [told for told in consumer.told if told.startswith("down")]
        await session.stop()


async def test_reconnecting_is_spaced_and_budgeted() -> None:
    consumer = Consumer()
    budget = ConnectBudget(count=4, window_ms=600_000)
    async with StreamServer().running() as server:

        async def never(connection: Connection) -> None:
            raise RetryLater("no")

        session = session_to(server, consumer, never, budget=budget)
        session.start()
        await server.until(lambda: len(server.connections) == 4 and not server.open)
        assert budget.wait_ns(SystemClock.monotonic_ns()) > 0
        await session.stop()
        assert len(server.connections) == 4


async def test_an_address_where_nobody_listens_is_tried_again(free_port: Callable[[], int]) -> None:
    consumer, asked, again = Consumer(), 0, asyncio.Event()

    async def url() -> str:
        nonlocal asked
        asked += 1
        if asked == 3:
            again.set()
        return f"ws://127.0.0.1:{free_port()}"

    session = WebSocketSession(
        "test", url, consumer.on_frame, no_preparation, consumer.on_up, consumer.on_down,
        clock=SystemClock(), settings=QUICK,
    )  # fmt: skip
    session.start()
    async with asyncio.timeout(10):
        await again.wait()
    await session.stop()
    assert consumer.told == []


async def test_pings_of_the_venue_are_answered() -> None:
    consumer = Consumer()
    async with StreamServer().running() as server:
        session = session_to(server, consumer)
        session.start()
        await consumer.until(lambda: session.is_up)
        async with asyncio.timeout(5):
            pong = await server.connections[0].ping(b"20 s are over")
            await pong
        await session.stop()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_peer_that_answers_no_ping_is_given_up(run: Callable[[Coroutine[None, None, None]], None]) -> None:
    """On both loops: pings of a client library once failed on one of them only."""
    run(_given_up_without_pong())


async def _given_up_without_pong() -> None:
    consumer = Consumer()
    impatient = SessionSettings(ping_after_ms=50, pong_within_ms=50, backoff_base_ms=10)
    accepted: list[asyncio.StreamWriter] = []

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A handshake, then silence: neither frames nor pongs."""
        accepted.append(writer)
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line.split(": ")[1] for line in request.splitlines() if line.lower().startswith("sec-websocket-key"))
        writer.write(_handshake(key))
        await reader.read()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def url() -> str:
        return f"ws://127.0.0.1:{port}/"

    session = WebSocketSession(
        "test", url, consumer.on_frame, no_preparation, consumer.on_up, consumer.on_down,
        clock=SystemClock(), settings=impatient,
    )  # fmt: skip
    session.start()
    await consumer.until(lambda: any(told.startswith("down") for told in consumer.told))
    await session.stop()
    for writer in accepted:
        writer.close()
    server.close()


def _handshake(key: str) -> bytes:
    digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    accept = base64.b64encode(digest).decode()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n"
    ).encode()
