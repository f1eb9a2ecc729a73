"""The venue's WebSocket routes on picows: streams that are subscribed to, the private stream, the WebSocket API."""

import asyncio
import json
import time
from collections.abc import Callable

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest

OnRequest = Callable[["Peer", bytes, int], None]
_TEXT, _PONG, _CLOSE = WSMsgType.TEXT, WSMsgType.PONG, WSMsgType.CLOSE


class Peer(WSListener):
    """One connection of a client."""

    def __init__(self, peers: set["Peer"], on_text: OnRequest) -> None:
        """Belongs to the connections of its route."""
        self._peers, self._on_text = peers, on_text
        self.transport: WSTransport | None = None
        self.ponged = asyncio.Event()

    def send(self, text: bytes) -> None:
        """One frame."""
        if self.transport is not None:
            self.transport.send(_TEXT, text)

    async def flood(self, chunks: list[bytes]) -> None:
        """Write chunks of ready frames as fast as the other side takes them, then wait until it has read them all."""
        transport = self.transport
        assert transport is not None
        raw = transport.underlying_transport
        for chunk in chunks:
            raw.write(chunk)
            while raw.get_write_buffer_size() > 1 << 20:  # noqa: ASYNC110  a flood, not a service
                await asyncio.sleep(0.001)
        self.ponged.clear()
        transport.send_ping(b"read")
        await self.ponged.wait()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Called by picows."""
        self.transport = transport
        self._peers.add(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Called by picows."""
        self._peers.discard(self)
        self.ponged.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Called by picows."""
        received_ns = time.monotonic_ns()
        if frame.msg_type is _TEXT:
            self._on_text(self, frame.get_payload_as_bytes(), received_ns)
        elif frame.msg_type is _PONG:
            self.ponged.set()
        elif frame.msg_type is _CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()


class Routes:
    """Which connection is what, by its path."""

    def __init__(self, on_request: OnRequest) -> None:
        """`on_request` gets frames of the WebSocket API."""
        self.public: set[Peer] = set()
        self.market: set[Peer] = set()
        self.private: set[Peer] = set()
        self._api: set[Peer] = set()
        self._on_request = on_request

    def listener(self, request: WSUpgradeRequest) -> Peer | None:
        """For `ws_create_server`: None is answered with 404."""
        path = bytes(request.path)
        if path.startswith(b"/public"):
            return Peer(self.public, _subscribe)
        if path.startswith(b"/market"):
            return Peer(self.market, _subscribe)
        if path.startswith(b"/private"):
            return Peer(self.private, _subscribe)
        return Peer(self._api, self._on_request) if path.startswith(b"/ws-fapi") else None


def _subscribe(peer: Peer, text: bytes, received_ns: int) -> None:
    """Every stream of a route is sent to every connection of it, so a subscription is only acknowledged."""
    peer.send(json.dumps({"result": None, "id": json.loads(text)["id"]}).encode())


def framed(payloads: list[bytes], chunk_bytes: int = 1 << 16) -> list[bytes]:
    """Text frames as a server sends them (RFC 6455 §5.2, not masked), joined into chunks for few system calls."""
    chunks, chunk = [], bytearray()
    for payload in payloads:
        size = len(payload)
        head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
        chunk += head + payload
        if len(chunk) >= chunk_bytes:
            chunks.append(bytes(chunk))
            chunk.clear()
    return [*chunks, bytes(chunk)] if chunk else chunks
