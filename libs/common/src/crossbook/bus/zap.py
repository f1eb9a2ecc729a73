"""The allow-list of client keys: answers ZeroMQ's authentication questions (ZAP, RFC 27) for this process's sockets.

CURVE by itself proves only that a client owns the key it shows, whichever that is. Who may come in is asked on
inproc://zeromq.zap.01, one question per handshake, with the domain of the socket: each socket that binds with CURVE has
its own domain and its own set of keys.
"""

from typing import Final

import zmq
from zmq.utils import z85

from crossbook.bus.drained_reader import DrainedReader
from crossbook.bus.sockets import context
from crossbook.bus.stats import BusStats

_ENDPOINT: Final = "inproc://zeromq.zap.01"
_VERSION: Final = b"1.0"


class Doorkeeper:
    """Answers for all domains of the process; made with the first one and gone with the last."""

    def __init__(self) -> None:
        """Start to answer in the running loop."""
        self._allowed: dict[bytes, tuple[frozenset[bytes], BusStats]] = {}
        self._socket = context().socket(zmq.REP)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(_ENDPOINT)
        self._reader = DrainedReader(self._socket, self._take, self._answer, BusStats("zap"))

    def admit(self, domain: str, keys: frozenset[bytes], stats: BusStats) -> None:
        """Let in clients with one of `keys` (Z85 text of public keys) on sockets of `domain`."""
        self._allowed[domain.encode()] = (keys, stats)

    def dismiss(self, domain: str) -> bool:
        """End a domain; True when it was the last."""
        self._allowed.pop(domain.encode(), None)
        return not self._allowed

    def close(self) -> None:
        """Stop answering: without a doorkeeper every CURVE handshake of the process is refused or open, so last."""
        self._reader.close()
        self._socket.unbind(_ENDPOINT)  # at once; closing alone gives the name back some time later
        self._socket.close(linger=0)

    def _take(self) -> list[bytes]:
        return self._socket.recv_multipart(zmq.NOBLOCK)

    def _answer(self, question: list[bytes]) -> None:
        request_id = question[1] if len(question) > 1 else b""
        allowed = self._is_allowed(question)
        status, text = (b"200", b"OK") if allowed else (b"400", b"key is not on the allow-list")
        self._socket.send_multipart([_VERSION, request_id, status, text, b"", b""], zmq.NOBLOCK)

    def _is_allowed(self, question: list[bytes]) -> bool:
        if len(question) != 7 or question[0] != _VERSION:
            return False
        domain, address, mechanism, key = question[2], question[3], question[5], question[6]
        keys, stats = self._allowed.get(domain, (frozenset(), None))
        if mechanism == b"CURVE" and len(key) == 32 and z85.encode(key) in keys:
            return True
        if stats is not None:
            stats.refused_clients += 1
            stats.complain("bus_client_refused", address=address.decode(errors="replace"), mechanism=repr(mechanism))
        return False


class Guard:
    """Holds a bound socket's place on the allow-list until it is closed."""

    _doorkeeper: Doorkeeper | None = None
    _number = 0

    def __init__(self, domain: str | None) -> None:
        """`domain` None: the socket needs no allow-list."""
        self._domain = domain

    @classmethod
    def post(cls, socket: "zmq.Socket[bytes]", role: str, keys: frozenset[bytes], stats: BusStats) -> "Guard":
        """Give the socket a domain of its own, in which `keys` are let in."""
        if Guard._doorkeeper is None:
            Guard._doorkeeper = Doorkeeper()
        Guard._number += 1
        domain = f"{role}.{Guard._number}"
        socket.setsockopt_string(zmq.ZAP_DOMAIN, domain)
        Guard._doorkeeper.admit(domain, keys, stats)
        return cls(domain)

    def close(self) -> None:
        """End the domain."""
        if self._domain is None or Guard._doorkeeper is None:
            return
        if Guard._doorkeeper.dismiss(self._domain):
            Guard._doorkeeper.close()
            Guard._doorkeeper = None
        self._domain = None
