"""WebSocket connections of one product: who listens to what, how bytes leave, how connections are frozen or closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame as WebSocketFrame
from websockets.protocol import Event, State

POLICY_VIOLATION = 1008
PrivateSink = Callable[[str, list[dict[str, Any]]], None]


class VenueConnection(ServerConnection):
    """A server connection that counts every frame its client sends, pings and pongs included, within each second."""

    frames_per_s: int = 0
    """0: no limit."""
    _second: int = 0
    _in_second: int = 0

    def process_event(self, event: Event) -> None:
        """Count a frame; a client over the limit is disconnected, as the venue documents."""
        super().process_event(event)
        if not isinstance(event, WebSocketFrame) or not self.frames_per_s:
            return
        second = int(self.loop.time())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        if self._in_second == self.frames_per_s + 1:
            closing = self.loop.create_task(self.close(POLICY_VIOLATION, "Too many requests"))
            closing.add_done_callback(_swallow_cancel)

    def freeze(self, frozen: bool) -> None:
        """Stop (or take up again) reading, so that the client's pings stay unanswered."""
        if frozen:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()


def _swallow_cancel(task: Any) -> None:
    if not task.cancelled():
        task.exception()


def text_frame(payload: bytes) -> bytes:
    """A whole unmasked text frame (RFC 6455 §5.2) as a server sends it: built once, the same for every client."""
    length = len(payload)
    if length < 126:
        return b"\x81%c%b" % (length, payload)
    if length < 1 << 16:
        return b"\x81\x7e%b%b" % (length.to_bytes(2, "big"), payload)
    return b"\x81\x7f%b%b" % (length.to_bytes(8, "big"), payload)


def write(connections: Iterable[ServerConnection], frame: bytes) -> None:
    """Put a frame on the wires at once, without a task; who is closing is left out.

    The library's own `broadcast` builds the frame anew for each client, which 5,000 quotes a second feel.
    """
    for connection in connections:
        if connection.protocol.state is State.OPEN and not connection.transport.is_closing():
            connection.transport.write(frame)


def send(connection: ServerConnection, payload: bytes) -> None:
    """Put one text frame on the wire at once, without a task."""
    write((connection,), text_frame(payload))


def send_json(connection: ServerConnection, value: Any) -> None:
    """Put one JSON value on the wire at once."""
    send(connection, msgspec.json.encode(value))


class Audience:
    """Which connections listen to which market stream, raw and combined apart."""

    def __init__(self) -> None:
        self.listeners: dict[str, tuple[set[ServerConnection], set[ServerConnection]]] = {}
        """Only streams somebody listens to are in here."""

    def listen(self, connection: ServerConnection, streams: Iterable[str], combined: bool) -> None:
        """Make a connection listen to exactly these streams."""
        self.leave(connection)
        for stream in streams:
            self.listeners.setdefault(stream, (set(), set()))[combined].add(connection)

    def leave(self, connection: ServerConnection) -> None:
        """Forget a connection."""
        for stream in list(self.listeners):
            raw, combined = self.listeners[stream]
            raw.discard(connection)
            combined.discard(connection)
            if not raw and not combined:
                del self.listeners[stream]

    def publish(self, stream: str, payload: bytes) -> None:
        """Send a payload to all who listen to a stream."""
        listeners = self.listeners.get(stream)
        if listeners is None:
            return
        raw, combined = listeners
        if raw:
            write(raw, text_frame(payload))
        if combined:
            write(combined, text_frame(b'{"stream":"%b","data":%b}' % (stream.encode(), payload)))


class PrivateAudience:
    """Where private events of an account go."""

    def __init__(self) -> None:
        self._sinks: dict[ServerConnection, PrivateSink] = {}

    def join(self, connection: ServerConnection, sink: PrivateSink) -> None:
        """`sink(account, events)` is called for every account; it picks its own."""
        self._sinks[connection] = sink

    def leave(self, connection: ServerConnection) -> None:
        """Forget a connection."""
        self._sinks.pop(connection, None)

    def publish(self, account: str, events: list[dict[str, Any]]) -> None:
        """Hand an account's events to all sinks."""
        for sink in list(self._sinks.values()):
            sink(account, events)
