"""A WebSocket server in the test's own loop, on `websockets`: what it hears, and hands to pull."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Answer = Callable[[dict[str, Any]], str | None]


def acked(request: dict[str, Any]) -> str:
    """The ack of a control frame."""
    return json.dumps({"result": None, "id": request["id"]})


class StreamServer:
    """Answers control frames with `answer`, and remembers connections and requests."""

    def __init__(self, answer: Answer = acked) -> None:
        self.answer = answer
        self.connections: list[ServerConnection] = []
        self.open: set[ServerConnection] = set()
        self.requests: list[dict[str, Any]] = []
        self.changed = asyncio.Event()
        self.refuse = False
        self._server: Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        port = next(iter(self._server.sockets)).getsockname()[1]
        return f"ws://127.0.0.1:{port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["StreamServer"]:
        async with serve(self._handle, "127.0.0.1", 0) as self._server:
            yield self

    async def send(self, text: str | bytes, connection: int = -1) -> None:
        """To one connection, the newest by default; bytes go as text."""
        await self.connections[connection].send(text.decode() if isinstance(text, bytes) else text)

    async def until(self, look: Callable[[], bool]) -> None:
        """Wait until `look` is true, looking at each connection, request and close."""
        async with asyncio.timeout(10):
            while not look():
                self.changed.clear()
                await self.changed.wait()

    async def _handle(self, connection: ServerConnection) -> None:
        if self.refuse:
            await connection.close(1013, "try again later")
            return
        self.connections.append(connection)
        self.open.add(connection)
        self.changed.set()
        try:
            async for text in connection:
                request = json.loads(text)
                self.requests.append(request)
                answer = self.answer(request)
                if answer is not None:
                    await connection.send(answer)
                self.changed.set()
        except ConnectionClosed:
            pass
        finally:
            self.open.discard(connection)
            self.changed.set()
