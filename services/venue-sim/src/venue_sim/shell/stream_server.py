"""Market streams of one product, and on USD-M the private streams that a listen key opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from venue_sim.binance.streams import Stream, Subscriptions
from venue_sim.binance.usdm.events import listen_key_expired
from venue_sim.binance.usdm.listen_keys import ListenKey
from venue_sim.shell.clock import VenueClock
from venue_sim.shell.config import UsdmSection
from venue_sim.shell.connections import VenueConnection, send_json
from venue_sim.shell.product import Product

_ROUTES = ("public", "market", "private")


@dataclass(frozen=True, slots=True)
class Address:
    """What the URL of a stream connection asks for. `events` empty: all kinds of private events."""

    route: str
    combined: bool
    streams: tuple[str, ...]
    listen_key: str
    events: tuple[str, ...]


def address_of(target: str) -> Address | None:
    """Read `/ws/<stream>`, `/stream?streams=a/b` and their routed forms; None for any other path."""
    parts = urlsplit(target)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    query = parse_qs(parts.query, keep_blank_values=True)
    route = segments.pop(0) if segments and segments[0] in _ROUTES else ""
    if not segments or segments[0] not in ("ws", "stream"):
        return None
    combined = segments[0] == "stream"
    named = query.get("streams", [""])[0].split("/") if combined else segments[1:]
    events = query.get("events", [""])[0].split("/")
    listen_key = query.get("listenKey", [""])[0]
    return Address(route, combined, tuple(filter(None, named)), listen_key, tuple(filter(None, events)))


class StreamServer:
    """The stream connections of one product."""

    def __init__(self, product: Product, clock: VenueClock) -> None:
        self._product = product
        self._clock = clock
        self._private: dict[ServerConnection, Subscriptions] = {}

    async def serve(self, connection: ServerConnection) -> None:
        """One connection, until it ends."""
        address = address_of(connection.request.path if connection.request else "")
        if address is None or not isinstance(connection, VenueConnection):
            return  # the listener lets neither in
        connection.frames_per_s = self._product.section.sockets.inbound_messages_per_s
        subscriptions = self._subscriptions(address)
        first = [*address.streams, *([address.listen_key] if address.listen_key else [])]
        subscriptions.add(first)
        self._listen(connection, subscriptions)
        self._private[connection] = subscriptions
        self._product.private.join(connection, self._sink(connection, subscriptions, address.events))
        try:
            async for text in connection:
                answer = subscriptions.control(text if isinstance(text, str) else text.decode("utf-8", "replace"))
                self._listen(connection, subscriptions)
                send_json(connection, answer)
        except ConnectionClosed:
            pass
        finally:
            self._product.audience.leave(connection)
            self._product.private.leave(connection)
            self._private.pop(connection, None)

    def expire(self, key: ListenKey) -> None:
        """Tell the connections of a key that it has ended; they receive nothing more."""
        event = listen_key_expired(key.value, self._clock.server_ms())
        for connection, subscriptions in self._private.items():
            if key.value in subscriptions.listen_keys:
                send_json(connection, {"stream": key.value, "data": event} if subscriptions.combined else event)
                subscriptions.listen_keys.discard(key.value)

    def _subscriptions(self, address: Address) -> Subscriptions:
        product = self._product
        return Subscriptions(
            product=product.name,
            combined=address.combined,
            most=product.section.sockets.streams_per_connection,
            accepts=self._acceptance(address.route),
            is_listen_key=self._key_check(address.route),
        )

    def _acceptance(self, route: str) -> Callable[[Stream], bool]:
        section = self._product.section
        if not isinstance(section, UsdmSection):
            return lambda _: route == ""
        if route:
            return lambda stream: stream.route == route
        delivered = {"public_only": ("public",), "market_only": ("market",), "all": _ROUTES, "none": ()}
        routes = delivered[section.unrouted]
        return lambda stream: stream.route in routes

    def _key_check(self, route: str) -> Callable[[str], bool]:
        section = self._product.section
        if not isinstance(section, UsdmSection) or (
            route != "private" and not (route == "" and section.unrouted == "all")
        ):
            return lambda _: False
        keys = self._product.service.desk.listen_keys
        return lambda name: keys.account_of(name, self._clock.trading_ms()) is not None

    def _listen(self, connection: ServerConnection, subscriptions: Subscriptions) -> None:
        self._product.audience.listen(connection, subscriptions.streams, subscriptions.combined)

    def _sink(
        self, connection: ServerConnection, subscriptions: Subscriptions, kinds: tuple[str, ...]
    ) -> Callable[[str, list[dict[str, Any]]], None]:
        keys = self._product.service.desk.listen_keys

        def tell(account: str, events: list[dict[str, Any]]) -> None:
            for key in subscriptions.listen_keys:
                if keys.account_of(key, self._clock.trading_ms()) != account:
                    continue
                for event in events:
                    if not kinds or event["e"] in kinds:
                        send_json(connection, {"stream": key, "data": event} if subscriptions.combined else event)

        return tell

    @property
    def private_streams(self) -> int:
        """How many connections listen to a listen key."""
        return sum(bool(subscriptions.listen_keys) for subscriptions in self._private.values())

    def say_shutdown(self) -> None:
        """Announce that the server is about to go, on every stream connection."""
        event = {"e": "serverShutdown", "E": self._clock.server_ms()}
        for connection, subscriptions in self._private.items():
            combined = {"stream": "!serverShutdown", "data": event}
            send_json(connection, combined if subscriptions.combined else event)
