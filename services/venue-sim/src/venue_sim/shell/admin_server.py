"""The admin port: faults, the exchange's own truth, and the operator's hand. HTTP with JSON bodies; see the README."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from aiohttp import web

from venue_sim.exchange.api import Rejected
from venue_sim.faults.fault import STANDING_KINDS, Fault, FaultKind
from venue_sim.shell.fault_actions import FaultActions
from venue_sim.shell.fault_request import checked, read_faults
from venue_sim.shell.operator_hand import OperatorHand
from venue_sim.shell.venue import Venue

_LOG = structlog.get_logger("venue_sim.admin")
Handler = Callable[[web.Request], Awaitable[Any]]


class AdminServer:
    """The admin port of a venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._actions = FaultActions(venue)
        self._hand = OperatorHand(venue)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port it listens on."""
        app = web.Application()
        for method, path, handler in self._routes():
            app.router.add_route(method, path, _guarded(handler))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, reuse_address=True).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    def address(self, port: int) -> str:
        """The port's base address."""
        return f"http://{self._venue.config.run.reachable_host}:{port}"

    def _routes(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/_sim/health", self._health),
            ("GET", "/_sim/faults", self._list_faults),
            ("POST", "/_sim/faults", self._add_faults),
            ("DELETE", "/_sim/faults", self._remove_faults),
            ("DELETE", "/_sim/faults/{number}", self._remove_faults),
            ("GET", "/_sim/truth", self._truth),
            ("GET", "/_sim/timeline", self._timeline),
            ("GET", "/_sim/state", self._state),
            ("POST", "/_sim/replay/rewind", self._rewind),
            ("POST", "/_sim/order", self._order),
            ("POST", "/_sim/trade", self._trade),
        ]

    async def _health(self, request: web.Request) -> dict[str, Any]:
        return {"steps": self._venue.steps, "time_ms": self._venue.clock.trading_ms()}

    async def _list_faults(self, request: web.Request) -> list[dict[str, Any]]:
        return [each.shown() for each in self._venue.plan.standing(self._venue.clock.trading_ms())]

    async def _add_faults(self, request: web.Request) -> list[dict[str, Any]]:
        wanted = read_faults(msgspec.json.decode(await request.read()))
        return [await self._add(fault) for fault in [checked(self._venue, fault) for fault in wanted]]

    async def _add(self, fault: Fault) -> dict[str, Any]:
        _LOG.info("fault", **{name: value for name, value in fault.shown().items() if value})
        if fault.kind not in STANDING_KINDS:
            await self._actions.do(fault)
            return {"id": 0, "done": True, **fault.shown()}
        if fault.kind is FaultKind.FREEZE:
            self._actions.freeze(fault)
        return self._venue.plan.add(fault, self._venue.clock.trading_ms()).shown()

    async def _remove_faults(self, request: web.Request) -> dict[str, Any]:
        number = request.match_info.get("number")
        if number is None:
            self._venue.clock.skew_ms = 0
        self._actions.thaw_all()
        return {"removed": self._venue.plan.remove(int(number) if number else None)}

    async def _truth(self, request: web.Request) -> dict[str, Any]:
        return self._venue.exchange.truth()

    async def _timeline(self, request: web.Request) -> list[dict[str, Any]]:
        return self._venue.exchange.timeline()

    async def _state(self, request: web.Request) -> dict[str, Any]:
        return self._hand.state()

    async def _rewind(self, request: web.Request) -> dict[str, Any]:
        return self._hand.rewind()

    async def _order(self, request: web.Request) -> dict[str, Any]:
        return self._hand.order(msgspec.json.decode(await request.read()))

    async def _trade(self, request: web.Request) -> dict[str, Any]:
        return self._hand.trade(msgspec.json.decode(await request.read()))


def _guarded(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            body, status = await handler(request), 200
        except (Rejected, ValueError, LookupError, TypeError, msgspec.MsgspecError) as error:
            body, status = {"error": f"{type(error).__name__}: {error}"}, 400
        return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")

    return answer
