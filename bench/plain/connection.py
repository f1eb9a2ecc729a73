"""A WebSocket connection on `websockets`: a task that awaits frames, a task for each frame sent."""

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_connection
from websockets.exceptions import ConnectionClosed

from crossbook.clock import Clock

OnFrame = Callable[[memoryview, int], Any]


class PlainConnection:
    """What the gateway's sessions use of a connection."""

    def __init__(self, url: str, socket: ClientConnection, on_frame: OnFrame, clock: Clock) -> None:
        """Use `connect`."""
        self.url, self.why, self.frames = url, "", 0
        self.closed = asyncio.Event()
        self.opened_ns = self.last_frame_ns = clock.monotonic_ns()
        self._socket, self._on_frame, self._now = socket, on_frame, clock.monotonic_ns
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, text: bytes) -> bool:
        """Send a text frame."""
        if self.closed.is_set():
            return False
        task = asyncio.ensure_future(self._socket.send(text.decode()))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return True

    def close(self) -> None:
        """End the connection."""
        task = asyncio.ensure_future(self._socket.close())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def read(self, on_closed: Callable[[Any], None]) -> None:
        """Hand frames on until the connection is over."""
        try:
            async for frame in self._socket:
                self.last_frame_ns = self._now()
                self.frames += 1
                self._on_frame(frame.encode() if isinstance(frame, str) else frame, self.last_frame_ns)  # type: ignore[arg-type]
        except ConnectionClosed as error:
            self.why = self.why or str(error)
        self.why = self.why or "connection closed"
        self.closed.set()
        on_closed(self)


_reading: set["asyncio.Task[None]"] = set()


async def connect(
    url: str, on_frame: OnFrame, on_closed: Callable[[Any], None], clock: Clock, **options: int
) -> PlainConnection:
    """Open a connection; the options of the product's are left at the library's defaults."""
    connection = PlainConnection(url, await open_connection(url, compression=None), on_frame, clock)
    task = asyncio.ensure_future(connection.read(on_closed))
    _reading.add(task)
    task.add_done_callback(_reading.discard)
    return connection
