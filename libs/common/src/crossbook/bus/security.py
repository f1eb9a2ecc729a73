"""Who may use an endpoint. `ipc://` is guarded by its private directory; `tcp://` needs CURVE keys on both ends.

A bound tcp socket has our secret key and an allow-list of client keys for its role; a connecting one has our key pair
and the server's public key. A tcp endpoint without keys is refused, unless it is on the loopback of this host and
`insecure_loopback` says so. Key files are those of `zmq.auth.create_certificates`: `<name>.key`, `<name>.key_secret`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import zmq
import zmq.auth

from crossbook.bus.endpoints import is_loopback, is_tcp
from crossbook.bus.stats import BusStats
from crossbook.bus.zap import Guard
from crossbook.config.bus import BusConfig
from crossbook.config.permissions import check_private_file
from crossbook.errors import ConfigError


@dataclass(frozen=True)
class KeyPair:
    """A CURVE key pair in Z85 text, 40 characters each."""

    public: bytes
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Security:
    """The keys of one process. Without any, only ipc endpoints can be used."""

    own: KeyPair | None = None
    servers: Mapping[str, bytes] = field(default_factory=dict)
    """Public key of the server at each tcp endpoint we connect to."""
    allowed: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
    """Public keys of the clients that each role of ours lets in."""
    insecure_loopback: bool = False

    def guard_server(self, socket: "zmq.Socket[bytes]", endpoint: str, role: str, stats: BusStats) -> Guard:
        """Arm a socket before it binds; raises ConfigError where nothing would guard it."""
        if not self._needs_curve(endpoint):
            return Guard(None)
        if self.own is None:
            raise ConfigError(_no_keys(endpoint))
        if not self.allowed.get(role):
            raise ConfigError(
                f"bus endpoint {endpoint!r}: no client may come in; list their keys in bus.curve.allow.{role}"
            )
        socket.setsockopt(zmq.CURVE_SERVER, 1)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, self.own.public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, self.own.secret)
        return Guard.post(socket, role, self.allowed[role], stats)

    def guard_client(self, socket: "zmq.Socket[bytes]", endpoint: str) -> None:
        """Arm a socket before it connects; raises ConfigError where it would speak in the clear."""
        if not self._needs_curve(endpoint):
            return
        if self.own is None:
            raise ConfigError(_no_keys(endpoint))
        if endpoint not in self.servers:
            raise ConfigError(f"bus endpoint {endpoint!r}: name the server's key in bus.curve.servers")
        socket.setsockopt(zmq.CURVE_SERVERKEY, self.servers[endpoint])
        socket.setsockopt(zmq.CURVE_PUBLICKEY, self.own.public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, self.own.secret)

    def _needs_curve(self, endpoint: str) -> bool:
        return is_tcp(endpoint) and not (self.own is None and self.insecure_loopback and is_loopback(endpoint))


def load_security(config: BusConfig, name: str) -> Security:
    """The keys that `[bus.curve]` names, for the service `name`; raises ConfigError for a key that cannot be read."""
    curve = config.curve
    if curve is None:
        return Security(insecure_loopback=config.insecure_loopback)
    own = curve.keys / f"{curve.own or name}.key_secret"
    check_private_file(own)
    public, secret = _load(own)
    if secret is None:
        raise ConfigError(f"{own} holds no secret key")
    return Security(
        own=KeyPair(public, secret),
        servers={endpoint: _public_key(curve.keys, peer) for endpoint, peer in curve.servers.items()},
        allowed={
            role: frozenset(_public_key(curve.keys, peer) for peer in peers) for role, peers in curve.allow.items()
        },
        insecure_loopback=config.insecure_loopback,
    )


def _public_key(directory: Path, peer: str) -> bytes:
    return _load(directory / f"{peer}.key")[0]


def _load(path: Path) -> tuple[bytes, bytes | None]:
    try:
        return zmq.auth.load_certificate(path)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"bus key {path} cannot be read ({error}); make a pair with "
            f"python -c \"import zmq.auth; zmq.auth.create_certificates('{path.parent}', '{path.stem}')\""
        ) from error


def _no_keys(endpoint: str) -> str:
    return (
        f"bus endpoint {endpoint!r}: tcp without CURVE keys would let anybody in; set [bus.curve], or use ipc://, "
        "or for a loopback address alone set [bus] insecure_loopback = true"
    )
