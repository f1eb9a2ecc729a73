"""The connecting end of a conversation: sends only what can be delivered now, and says so when it cannot.

A DEALER queues for a peer that is not there and delivers late (MEASURED, FAILURES G4: orders 2.1 s old). With IMMEDIATE
it queues only for a completed connection, and what waited in a connection that broke is dropped with it.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import zmq

from crossbook.bus.drained_reader import DrainedReader
from crossbook.bus.endpoints import check_endpoint
from crossbook.bus.frames import decoder_of
from crossbook.bus.security import Security
from crossbook.bus.sockets import new_socket
from crossbook.bus.stats import BusStats


class Dealer:
    """A DEALER socket, connected to one router, known there by `identity`."""

    def __init__(
        self,
        endpoint: str,
        identity: bytes,
        on_message: Callable[[Any], None],
        *,
        types: tuple[type, ...],
        security: Security | None = None,
        hwm: int = 1_000,
    ) -> None:
        """Connect in the running loop; `on_message(message)` gets one of `types`.

        `identity` is `<name>.<boot nonce>`: a router talks to the newest connection of an identity.
        `hwm` is the number of messages that may wait in the connection before `send` refuses.
        """
        check_endpoint(endpoint)
        self.endpoint = endpoint
        self.stats = BusStats(f"dealer {endpoint}")
        self._on_message = on_message
        self._encoder = msgspec.msgpack.Encoder()
        self._buffer = bytearray()
        self._decoder = decoder_of(types)
        self._socket = new_socket(zmq.DEALER, hwm=hwm)
        self._socket.setsockopt(zmq.IMMEDIATE, 1)
        self._socket.setsockopt(zmq.IDENTITY, identity)
        try:
            (security or Security()).guard_client(self._socket, endpoint)
            self._socket.connect(endpoint)
        except BaseException:
            self._socket.close(linger=0)
            raise
        self._reader = DrainedReader(self._socket, self._take, self._on_frame, self.stats)

    def send(self, message: msgspec.Struct) -> bool:
        """Send without waiting. False: certainly not sent, for there is no peer or its queue is full.

        True: handed to a connection that stands. It may still break, so whoever needs to know waits for an answer.
        """
        self._encoder.encode_into(message, self._buffer)
        try:
            self._socket.send(self._buffer, zmq.NOBLOCK)
        except zmq.Again:
            self.stats.not_sent += 1
            return False
        finally:
            self._reader.after_send()
        self.stats.sent += 1
        return True

    def close(self) -> None:
        """Disconnect, dropping what has not left."""
        self._reader.close()
        self._socket.close(linger=0)

    def _take(self) -> list[bytes]:
        return self._socket.recv_multipart(zmq.NOBLOCK)

    def _on_frame(self, frames: list[bytes]) -> None:
        try:
            (body,) = frames
            message = self._decoder.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self.stats.undecodable += 1
            self.stats.complain("bus_message_undecodable", error=str(error))
            return
        self._on_message(message)
