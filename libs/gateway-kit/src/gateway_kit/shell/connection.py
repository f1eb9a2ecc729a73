"""One WebSocket connection (picows): frames are stamped first and handed on without a copy.

Pings of the venue are answered by picows at once; our own pings, when nothing comes, find a peer that is gone.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from picows import WSAutoPingStrategy, WSCloseCode, WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from crossbook.clock import Clock
from crossbook.errors import RetryLater

OnFrame = Callable[[memoryview, int], None]
"""Called with the payload (valid only during the call) and the monotonic time of its arrival."""

CONNECT_FAILURES = (OSError, WSError, TimeoutError)

_TEXT, _BINARY, _CLOSE = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CLOSE
quiet = logging.getLogger("picows.crossbook")
quiet.setLevel(logging.WARNING)  # sessions log openings and closings themselves, with their reasons
_CONTROL = frozenset({WSMsgType.PING, WSMsgType.PONG})


class Connection(WSListener):
    """An open connection. `closed` is set when it is over, and `why` then says how it ended."""

    def __init__(self, url: str, on_frame: OnFrame, on_closed: Callable[["Connection"], None], clock: Clock) -> None:
        """Use `connect` instead."""
        self.url = url
        self.frames = 0
        """Data frames received."""
        self.last_frame_ns = 0
        """When the last frame of any kind came."""
        self.opened_ns = 0
        self.closed = asyncio.Event()
        self.why = ""
        self._on_frame, self._on_closed = on_frame, on_closed
        self._now = clock.monotonic_ns
        self._transport: WSTransport | None = None
        self._parts = bytearray()

    def send(self, text: bytes) -> bool:
        """Hand a text frame to the socket; False when the connection is gone and nothing left."""
        transport = self._transport
        if transport is None or transport.is_disconnected or self.closed.is_set():
            return False
        transport.send(_TEXT, text)
        return True

    def close(self) -> None:
        """Say goodbye and end the connection."""
        transport = self._transport
        if transport is not None and not transport.is_disconnected:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Called by picows when the handshake is done."""
        self._transport = transport
        self.opened_ns = self.last_frame_ns = self._now()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Called by picows for each frame."""
        self.last_frame_ns = received_ns = self._now()
        kind = frame.msg_type
        if kind is _TEXT and frame.fin:
            self.frames += 1
            self._on_frame(frame.get_payload_as_memoryview(), received_ns)
        else:
            self._rare(transport, frame, received_ns)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Called by picows when the connection is over, whoever ended it."""
        self.why = self.why or "connection lost"
        self.closed.set()
        self._on_closed(self)

    def _rare(self, transport: WSTransport, frame: WSFrame, received_ns: int) -> None:
        """Closes, binary frames, and messages that come in several frames (none of them usual)."""
        kind = frame.msg_type
        if kind is _CLOSE:
            self.why = f"closed by the venue: {frame.get_close_code()} {frame.get_close_reason() or ''}".rstrip()
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif kind not in _CONTROL:
            self._parts += frame.get_payload_as_bytes()
            if frame.fin:
                whole, self._parts = self._parts, bytearray()
                self.frames += 1
                self._on_frame(memoryview(whole), received_ns)


async def connect(
    url: str,
    on_frame: OnFrame,
    on_closed: Callable[[Connection], None],
    clock: Clock,
    *,
    timeout_ms: int = 5_000,
    ping_after_ms: int = 15_000,
    pong_within_ms: int = 10_000,
) -> Connection:
    """Open a connection; raises RetryLater, with the URL, when it cannot be opened."""
    options: dict[str, Any] = {
        "websocket_handshake_timeout": timeout_ms / 1e3,
        "enable_auto_ping": True,
        "auto_ping_strategy": WSAutoPingStrategy.PING_WHEN_IDLE,
        "auto_ping_idle_timeout": ping_after_ms / 1e3,
        "auto_ping_reply_timeout": pong_within_ms / 1e3,
        "max_frame_size": 16 << 20,
        "logger_name": quiet,
    }
    try:
        async with asyncio.timeout(timeout_ms / 1e3):
            _, connection = await ws_connect(lambda: Connection(url, on_frame, on_closed, clock), url, **options)
    except CONNECT_FAILURES as error:
        raise RetryLater(
            f"cannot connect to {url.partition('?')[0]}: {type(error).__name__} {error}".rstrip()
        ) from error
    assert isinstance(connection, Connection)
    return connection
