"""The WebSocket API of one product: requests as JSON frames, replies in any order, user events on spot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from venue_sim.binance import errors
from venue_sim.binance.call import Call, Reply
from venue_sim.binance.errors import VenueError
from venue_sim.binance.params import Params
from venue_sim.binance.session import Session
from venue_sim.binance.signing import websocket_payload
from venue_sim.shell.clock import VenueClock
from venue_sim.shell.connections import send_json
from venue_sim.shell.product import Product

_CONNECT_WEIGHT = 2
_DECODER = json.JSONDecoder(parse_float=Decimal)  # a number must print as it was signed


class WsApiServer:
    """The WebSocket-API sessions of one product."""

    def __init__(
        self, product: Product, methods: Mapping[str, str], clock: VenueClock, deliver: Callable[[], None]
    ) -> None:
        self._product = product
        self._methods = methods
        self._clock = clock
        self._deliver = deliver
        self._connections: set[ServerConnection] = set()

    async def serve(self, connection: ServerConnection) -> None:
        """One connection, until it ends."""
        address = str(connection.remote_address[0]) if connection.remote_address else ""
        now_ms = self._clock.trading_ms()
        query = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        shows_limits = query.get("returnRateLimits", ["true"])[0].lower() != "false"
        session = Session(self._product.service.desk, now_ms, shows_limits)
        try:
            self._product.service.desk.weights.admit(address, _CONNECT_WEIGHT, now_ms)
        except VenueError as error:
            send_json(connection, {"id": None, "status": error.status, "error": error.body()})
            return
        if self._product.name == "spot":
            self._product.private.join(connection, lambda account, events: _tell(connection, session, account, events))
        self._connections.add(connection)
        try:
            async for text in connection:
                self._take(connection, session, address, text)
        except ConnectionClosed:
            pass
        finally:
            self._connections.discard(connection)
            self._product.private.leave(connection)

    def say_shutdown(self) -> None:
        """Announce that the server is about to go, on every session."""
        for connection in self._connections:
            send_json(connection, {"event": {"e": "serverShutdown", "E": self._clock.server_ms()}})

    def _take(self, connection: ServerConnection, session: Session, address: str, text: str | bytes) -> None:
        try:
            message = _DECODER.decode(text if isinstance(text, str) else text.decode())
        except ValueError:
            send_json(connection, _malformed("Invalid JSON"))
            return
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            send_json(connection, _malformed("method"))
            return
        params = message.get("params") or {}
        if not isinstance(params, dict):
            send_json(connection, _malformed("params"))
            return
        self._perform(connection, session, address, message, params)

    def _perform(
        self,
        connection: ServerConnection,
        session: Session,
        address: str,
        message: dict[str, Any],
        params: dict[str, Any],
    ) -> None:
        method = message["method"].removeprefix("v3/").removeprefix("v1/")
        call = self._call(session, address, method, params)
        shows_limits = params.get("returnRateLimits", session.return_rate_limits)
        if session.handles(method):
            self._answer(connection, message, self._session_reply(session, method, call), bool(shows_limits))
            _say_ended(connection, session, call.now_ms)
            return
        product = self._product
        fate = product.fate_of(call)
        if not fate.executed and not fate.answered:
            return
        reply = product.answer(call, fate)
        delay_ms = fate.delay_ms + product.section.delays.ack_ms
        if fate.events_first or delay_ms:
            self._deliver()
        if fate.answered and delay_ms:
            loop = asyncio.get_running_loop()
            loop.call_later(delay_ms / 1000, self._answer, connection, message, reply, bool(shows_limits))
        elif fate.answered:
            self._answer(connection, message, reply, bool(shows_limits))
        self._deliver()

    def _call(self, session: Session, address: str, method: str, params: dict[str, Any]) -> Call:
        own_key = str(params.get("apiKey") or "")
        return Call(
            operation=self._methods.get(method, method),
            params=Params.from_json(params),
            address=address,
            now_ms=self._clock.trading_ms(),
            skew_ms=self._clock.skew_ms,
            api_key=own_key,
            payload=websocket_payload(params),
            signature=str(params.get("signature") or ""),
            session_key="" if own_key else session.key_name,
        )

    def _session_reply(self, session: Session, method: str, call: Call) -> Reply:
        service = self._product.service
        try:
            body = session.perform(method, call)
        except VenueError as error:
            return service.refuse(call, error)
        interval = service.desk.weights.interval
        used = service.desk.weights.used(call.address, call.now_ms)
        return Reply(200, body, rate_limits=[interval.described("REQUEST_WEIGHT") | {"count": used}])

    def _answer(self, connection: ServerConnection, message: dict[str, Any], reply: Reply, shows_limits: bool) -> None:
        answer: dict[str, Any] = {"id": message.get("id"), "status": reply.status}
        if reply.ok:
            answer["result"] = reply.body
        else:
            answer["error"] = reply.body
            if reply.retry_after_ms is not None:
                now_ms = self._clock.server_ms()
                answer["error"]["data"] = {"serverTime": now_ms, "retryAfter": now_ms + reply.retry_after_ms}
        if shows_limits:
            answer["rateLimits"] = reply.rate_limits
        send_json(connection, answer)


def _malformed(what: str) -> dict[str, Any]:
    error = VenueError(-1135, "Invalid JSON Request") if what == "Invalid JSON" else errors.missing(what)
    return {"id": None, "status": 400, "error": error.body()}


def _tell(connection: ServerConnection, session: Session, account: str, events: list[dict[str, Any]]) -> None:
    for number, owner in session.subscriptions.items():
        if owner == account:
            for event in events:
                send_json(connection, {"subscriptionId": number, "event": event})


def _say_ended(connection: ServerConnection, session: Session, now_ms: int) -> None:
    for number in session.ended:
        send_json(connection, {"subscriptionId": number, "event": {"e": "eventStreamTerminated", "E": now_ms}})
    session.ended.clear()
