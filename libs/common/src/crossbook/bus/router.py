"""The binding end of conversations: knows each peer by its identity, and never sends into the void.

Without ROUTER_MANDATORY a message to an absent peer vanishes without an error (MEASURED, FAILURES G5). ROUTER_HANDOVER
is on: when this process stood still past the heartbeat's timeout, its peers have connected anew before the end of their
old connections is noticed here, and without it the new ones would be ignored for as long as they live. That nobody
takes a living peer's identity is the business of the boot nonce in it, and of the allow-list of keys.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import zmq

from crossbook.bus.drained_reader import DrainedReader
from crossbook.bus.endpoints import Binding, check_endpoint
from crossbook.bus.frames import decoder_of
from crossbook.bus.security import Security
from crossbook.bus.sockets import new_socket
from crossbook.bus.stats import BusStats
from crossbook.errors import PeerAbsent


class Router:
    """A ROUTER socket bound to one endpoint."""

    def __init__(
        self,
        endpoint: str,
        on_message: Callable[[bytes, Any], None],
        *,
        types: tuple[type, ...],
        role: str,
        security: Security | None = None,
        hwm: int = 10_000,
    ) -> None:
        """Bind `endpoint` in the running loop; `on_message(identity, message)` gets one of `types`.

        `role` names the socket (`intents`, `orders`, `control`) in logs and in the allow-list of client keys.
        `hwm` is the number of messages that may wait for each peer. Raises ConfigError and EndpointInUse.
        """
        check_endpoint(endpoint)
        self.stats = BusStats(f"{role} {endpoint}")
        self._on_message = on_message
        self._encoder = msgspec.msgpack.Encoder()
        self._buffer = bytearray()
        self._decoder = decoder_of(types)
        self._socket = new_socket(zmq.ROUTER, hwm=hwm)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
        self._guard = (security or Security()).guard_server(self._socket, endpoint, role, self.stats)
        try:
            self._binding = Binding(self._socket, endpoint)
        except BaseException:
            self._guard.close()
            self._socket.close(linger=0)
            raise
        self.endpoint = self._binding.endpoint
        self._reader = DrainedReader(self._socket, self._take, self._on_frames, self.stats)

    def send(self, identity: bytes, message: msgspec.Struct) -> None:
        """Send to one peer without waiting; raises PeerAbsent, and then it was certainly not sent."""
        self._encoder.encode_into(message, self._buffer)
        try:
            self._socket.send(identity, zmq.SNDMORE | zmq.NOBLOCK)
            self._socket.send(self._buffer, zmq.NOBLOCK)
        except zmq.ZMQError as error:
            self.stats.not_sent += 1
            if error.errno == zmq.EHOSTUNREACH:
                raise PeerAbsent(f"no peer {identity!r}: not sent") from error
            if error.errno == zmq.EAGAIN:
                raise PeerAbsent(f"peer {identity!r} does not read, its queue is full: not sent") from error
            raise
        finally:
            self._reader.after_send()
        self.stats.sent += 1

    def close(self) -> None:
        """Stop reading, close the socket and free the endpoint."""
        self._reader.close()
        self._binding.close()
        self._guard.close()

    def _take(self) -> list[bytes]:
        return self._socket.recv_multipart(zmq.NOBLOCK)

    def _on_frames(self, frames: list[bytes]) -> None:
        try:
            identity, body = frames
            message = self._decoder.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self.stats.undecodable += 1
            self.stats.complain("bus_message_undecodable", peer=repr(frames[0][:64]), error=str(error))
            return
        self._on_message(identity, message)
