"""WebSocket listening sockets that can be closed and opened again on the same port, for outages."""

from __future__ import annotations

import asyncio
import http
from collections.abc import Awaitable, Callable

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from venue_sim.binance.limits import Interval, Window
from venue_sim.shell.config import SocketSection
from venue_sim.shell.connections import VenueConnection


class WebSocketListener:
    """One port. Every connection lives at most `life_s`; `knows` tells which request targets exist."""

    def __init__(
        self,
        sockets: SocketSection,
        handler: Callable[[ServerConnection], Awaitable[None]],
        knows: Callable[[str], bool],
    ) -> None:
        self._sockets = sockets
        self._handler = handler
        self._knows = knows
        self._interval = Interval("MINUTE", 5, sockets.connections_per_5_minutes)
        self._attempts: dict[str, Window] = {}
        self._server: Server | None = None
        self.connections: set[ServerConnection] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; the port it listens on. OSError when the port is taken."""
        self._server = await serve(
            self._serve,
            host,
            port,
            ping_interval=self._sockets.ping_interval_s,
            ping_timeout=self._sockets.pong_timeout_s,
            compression=None,
            process_request=self._refuse,
            create_connection=VenueConnection,
            close_timeout=0.2,
            max_size=1 << 20,
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and cut every connection without a closing handshake."""
        if self._server is None:
            return
        server, self._server = self._server, None
        self.cut()
        server.close(close_connections=True)
        await server.wait_closed()

    def cut(self) -> None:
        """Abort every connection, as a broken network would."""
        for connection in list(self.connections):
            connection.transport.abort()

    def _refuse(self, connection: ServerConnection, request: Request) -> Response | None:
        if not self._knows(request.path):
            return connection.respond(http.HTTPStatus.NOT_FOUND, "no such path\n")
        address = str(connection.remote_address[0])
        window = self._attempts.setdefault(address, Window(self._interval))
        now_ms = int(asyncio.get_running_loop().time() * 1000)
        window.add(1, now_ms)
        if window.count(now_ms) > self._interval.limit:
            return connection.respond(http.HTTPStatus.TOO_MANY_REQUESTS, "too many connection attempts\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.add(connection)
        loop = asyncio.get_running_loop()
        ending = loop.call_later(self._sockets.life_s, lambda: loop.create_task(connection.close(1001, "end of life")))
        try:
            await self._handler(connection)
        finally:
            ending.cancel()
            self.connections.discard(connection)
