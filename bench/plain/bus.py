"""The bus on `zmq.asyncio`: a task a socket that awaits messages one by one. The calls are those of `crossbook.bus`."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgpack
import msgspec
import zmq
import zmq.asyncio

from bench.plain.codec import pack, unpacker
from crossbook.bus import BusStats

_context = zmq.asyncio.Context()


def _socket(kind: int, hwm: int) -> zmq.asyncio.Socket:
    made = _context.socket(kind)
    made.setsockopt(zmq.LINGER, 0)
    made.setsockopt(zmq.SNDHWM, hwm)
    made.setsockopt(zmq.RCVHWM, hwm)
    return made


def _start(reading: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    return asyncio.get_running_loop().create_task(reading)


class PlainPublisher:
    """XPUB; newcomers get the last message of each topic that is retained."""

    def __init__(self, endpoint: str, *, role: str, hwm: int = 20_000) -> None:
        """Bind."""
        self.endpoint, self.stats = endpoint, BusStats(f"{role} {endpoint}")
        self._retained: dict[bytes, bytes] = {}
        self._sequence = 0
        self._socket = _socket(zmq.XPUB, hwm)
        self._socket.setsockopt(zmq.XPUB_VERBOSE, 1)
        self._socket.bind(endpoint)
        self._task = _start(self._greet())

    def publish(self, topic: str, message: msgspec.Struct, *, retain: bool = False) -> int:
        """Send to whoever subscribed."""
        self._sequence += 1
        head, body = topic.encode() + b"\0", pack(message, seq=self._sequence)
        if retain:
            self._retained[head] = body
        self._socket.send_multipart([head, body])
        self.stats.sent += 1
        return self._sequence

    def forget(self, topic: str) -> None:
        """Newcomers get nothing of it."""
        self._retained.pop(topic.encode() + b"\0", None)

    def beat(self) -> None:
        """Show that we live."""
        self._socket.send_multipart([b"beat\0", msgpack.packb({})])

    def close(self) -> None:
        """End."""
        self._task.cancel()
        self._socket.close(linger=0)

    async def _greet(self) -> None:
        while True:
            event = await self._socket.recv()
            if event[:1] == b"\1":
                for head, body in self._retained.items():
                    if head.startswith(event[1:]):
                        await self._socket.send_multipart([head, body])


class PlainSubscriber:
    """SUB; every message is decoded and handled in its turn."""

    def __init__(
        self,
        endpoints: list[str],
        topics: list[str],
        on_message: Callable[[str, int, Any], None],
        *,
        types: tuple[type, ...],
        on_link: Callable[[str, bool], None] | None,
        hwm: int,
    ) -> None:
        """Connect."""
        self.stats = BusStats("sub")
        self._on_message, self._on_link = on_message, on_link
        self._unpack = unpacker(types)
        self._sockets = [self._connect(endpoint, topics, hwm) for endpoint in endpoints]
        pairs = zip(self._sockets, endpoints, strict=True)
        self._tasks = [_start(self._read(socket, endpoint)) for socket, endpoint in pairs]

    def close(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        for socket in self._sockets:
            socket.close(linger=0)

    def _connect(self, endpoint: str, topics: list[str], hwm: int) -> zmq.asyncio.Socket:
        socket = _socket(zmq.SUB, hwm)
        for topic in [*topics, "beat"]:
            socket.subscribe(topic.encode() + (b"" if topic.endswith(".") or not topic else b"\0"))
        socket.connect(endpoint)
        return socket

    async def _read(self, socket: zmq.asyncio.Socket, endpoint: str) -> None:
        up = False
        while True:
            head, body = await socket.recv_multipart()
            self.stats.received += 1
            if head == b"beat\0":
                if not up and self._on_link is not None:
                    self._on_link(endpoint, True)
                up = True
                continue
            message, more = self._unpack(body)
            self._on_message(head[:-1].decode(), more["seq"], message)


class PlainDealer:
    """DEALER."""

    def __init__(
        self, endpoint: str, identity: bytes, on_message: Callable[[Any], None], *, types: tuple[type, ...], hwm: int
    ) -> None:
        """Connect."""
        self.stats = BusStats(f"dealer {endpoint}")
        self._on_message, self._unpack = on_message, unpacker(types)
        self._socket = _socket(zmq.DEALER, hwm)
        self._socket.setsockopt(zmq.IDENTITY, identity)
        self._socket.connect(endpoint)
        self._task = _start(self._read())

    def send(self, message: msgspec.Struct) -> bool:
        """Send; always taken for sent."""
        self._socket.send(pack(message))
        self.stats.sent += 1
        return True

    def close(self) -> None:
        """End."""
        self._task.cancel()
        self._socket.close(linger=0)

    async def _read(self) -> None:
        while True:
            message, _ = self._unpack(await self._socket.recv())
            self.stats.received += 1
            self._on_message(message)


class PlainRouter:
    """ROUTER."""

    def __init__(
        self, endpoint: str, on_message: Callable[[bytes, Any], None], *, types: tuple[type, ...], role: str, hwm: int
    ) -> None:
        """Bind."""
        self.endpoint, self.stats = endpoint, BusStats(f"{role} {endpoint}")
        self._on_message, self._unpack = on_message, unpacker(types)
        self._socket = _socket(zmq.ROUTER, hwm)
        self._socket.bind(endpoint)
        self._task = _start(self._read())

    def send(self, identity: bytes, message: msgspec.Struct) -> None:
        """Send to one peer."""
        self._socket.send_multipart([identity, pack(message)])
        self.stats.sent += 1

    def close(self) -> None:
        """End."""
        self._task.cancel()
        self._socket.close(linger=0)

    async def _read(self) -> None:
        while True:
            identity, body = await self._socket.recv_multipart()
            self.stats.received += 1
            message, _ = self._unpack(body)
            self._on_message(identity, message)
