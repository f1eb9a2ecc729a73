"""The REST side of one product, on aiohttp: requests keep their raw query text, because that is what was signed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import msgspec
from aiohttp import web

from venue_sim.binance.call import Call, Reply
from venue_sim.binance.params import Params
from venue_sim.binance.signing import rest_signed_text
from venue_sim.shell.clock import VenueClock
from venue_sim.shell.product import Product


class RestServer:
    """Endpoints of one product."""

    def __init__(
        self,
        product: Product,
        routes: Mapping[tuple[str, str], str],
        clock: VenueClock,
        deliver: Callable[[], None],
    ) -> None:
        self._product = product
        self._routes = routes
        self._clock = clock
        self._deliver = deliver
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def start(self, host: str, port: int) -> int:
        """Listen; the port it listens on. OSError when the port is taken."""
        app = web.Application(client_max_size=1 << 20)
        idle_s = self._product.section.http_idle_s
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2, keepalive_timeout=idle_s
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self._port

    async def stop(self) -> None:
        """Refuse new connections and drop those there are."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        operation = self._routes.get((request.method, request.path))
        if operation is None:
            known = {path for _, path in self._routes}
            return web.Response(
                status=405 if request.path in known else 404, text="<html><body>Not found</body></html>"
            )
        call = await self._call(request, operation)
        fate = self._product.fate_of(call)
        if not fate.executed and not fate.answered:
            return await self._hang(request)
        reply = self._product.answer(call, fate)
        delay_ms = fate.delay_ms + self._product.section.delays.ack_ms
        loop = asyncio.get_running_loop()
        if fate.events_first or not fate.answered or delay_ms:
            self._deliver()
        else:
            loop.call_soon(self._deliver)
        if not fate.answered:
            return await self._hang(request)
        if delay_ms:
            await asyncio.sleep(delay_ms / 1000)
        return _response(reply)

    async def _call(self, request: web.Request, operation: str) -> Call:
        query = request.raw_path.partition("?")[2]
        body = (await request.read()).decode("utf-8", "replace")
        signed = rest_signed_text(query, body)
        return Call(
            operation=operation,
            params=Params.from_query(query, body),
            address=request.remote or "",
            now_ms=self._clock.trading_ms(),
            skew_ms=self._clock.skew_ms,
            api_key=request.headers.get("X-MBX-APIKEY", ""),
            payload=signed.payload,
            signature=signed.signature,
            well_formed=signed.well_formed,
        )

    @staticmethod
    async def _hang(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()  # until the client gives up, which cancels this handler
        return web.Response(status=408)


def _response(reply: Reply) -> web.Response:
    return web.Response(
        status=reply.status,
        body=msgspec.json.encode(reply.body),
        headers=reply.headers,
        content_type="application/json",
        charset="UTF-8",
    )
