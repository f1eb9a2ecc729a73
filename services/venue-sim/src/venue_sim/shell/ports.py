"""The three ports of one product (REST, streams, WebSocket API), opened, closed and described together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from venue_sim.shell.clock import VenueClock
from venue_sim.shell.listeners import WebSocketListener
from venue_sim.shell.product import Product
from venue_sim.shell.rest_server import RestServer
from venue_sim.shell.stream_server import StreamServer, address_of
from venue_sim.shell.ws_api_server import WsApiServer

_WS_API_PATHS = {"spot": "/ws-api/v3", "usdm": "/ws-fapi/v1"}


class Ports:
    """The servers of one product."""

    def __init__(
        self,
        product: Product,
        routes: Mapping[tuple[str, str], str],
        methods: Mapping[str, str],
        clock: VenueClock,
        deliver: Callable[[], None],
    ) -> None:
        self.product = product
        self.routes = routes
        self.operations = frozenset(routes.values()) | frozenset(methods.values())
        self.streams = StreamServer(product, clock)
        self.ws_api = WsApiServer(product, methods, clock, deliver)
        sockets = product.section.sockets
        path = _WS_API_PATHS[product.name]
        self.stream_listener = WebSocketListener(sockets, self.streams.serve, lambda target: bool(address_of(target)))
        self.ws_api_listener = WebSocketListener(
            sockets, self.ws_api.serve, lambda target: target.partition("?")[0] == path
        )
        self._rest = RestServer(product, routes, clock, deliver)
        self._ports: tuple[int, int, int] = (0, 0, 0)

    async def start(self, host: str) -> None:
        """Listen on the configured ports, or after an outage on those of before."""
        section = self.product.section
        rest, stream, ws_api = (
            self._ports
            if any(self._ports)
            else (
                section.rest_port,
                section.stream_port,
                section.ws_api_port,
            )
        )
        self._ports = (
            await self._rest.start(host, rest),
            await self.stream_listener.start(host, stream),
            await self.ws_api_listener.start(host, ws_api),
        )

    async def stop(self) -> None:
        """Refuse and cut everything."""
        await self.stream_listener.stop()
        await self.ws_api_listener.stop()
        await self._rest.stop()

    def endpoints(self, host: str) -> dict[str, str]:
        """Base addresses a client is configured with."""
        rest, stream, ws_api = self._ports
        return {
            "rest": f"http://{host}:{rest}",
            "stream": f"ws://{host}:{stream}",
            "ws_api": f"ws://{host}:{ws_api}{_WS_API_PATHS[self.product.name]}",
        }
