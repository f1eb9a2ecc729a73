"""Endpoints: which are allowed, and how an ipc path is made private and kept from being stolen.

ZeroMQ removes whatever lies at an ipc path before binding it: a second binder silently takes the path away from the
first; and after closing it removes the path from a thread of its own, at a time when it may be the next one's already.
So the path is made and removed here, under a lock beside it (`<path>.lock`, held with flock, so that it ends with its
process): a second binder is refused, and what a dead process left behind does not hinder the next start.
"""

import errno
import fcntl
import ipaddress
import os
import socket as net
from pathlib import Path
from typing import Final

import zmq

from crossbook.errors import ConfigError, CrossbookError

MAX_IPC_PATH_BYTES: Final = 107
"""Length of `sockaddr_un.sun_path` on Linux, less its terminating NUL."""


_BACKLOG: Final = 100


class EndpointInUse(CrossbookError):
    """Another process has bound the endpoint; stop that one, or configure another endpoint."""


def check_endpoint(endpoint: str) -> None:
    """Raise ConfigError, saying what to do, unless the endpoint can be bound or connected to."""
    transport, separator, address = endpoint.partition("://")
    if not separator or not address or transport not in ("ipc", "tcp", "inproc"):
        raise ConfigError(f"bus endpoint {endpoint!r}: write ipc://<path> or tcp://<host>:<port>")
    if transport == "tcp" and ":" not in address:
        raise ConfigError(f"bus endpoint {endpoint!r}: the port is missing, write tcp://<host>:<port>")
    if transport == "ipc":
        _check_ipc(endpoint, address)


def _check_ipc(endpoint: str, path: str) -> None:
    if path.startswith("@"):
        raise ConfigError(f"bus endpoint {endpoint!r}: an abstract socket has no file rights; use a path")
    size = len(os.fsencode(path))
    if size > MAX_IPC_PATH_BYTES:
        raise ConfigError(
            f"bus endpoint {endpoint!r}: the path is {size} bytes long, the system allows {MAX_IPC_PATH_BYTES}; "
            f'set a shorter directory, for instance [bus] directory = "/tmp/crossbook-{os.getuid()}"'
        )


def is_tcp(endpoint: str) -> bool:
    """Whether the endpoint leaves the file system and needs CURVE."""
    return endpoint.startswith("tcp://")


def is_loopback(endpoint: str) -> bool:
    """Whether a tcp endpoint names this host's loopback by address or as `localhost`."""
    host = endpoint.removeprefix("tcp://").rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, an interface, or *
        return False


class Binding:
    """A socket bound to an endpoint, with the lock that keeps an ipc path ours; `close` gives both back."""

    def __init__(self, socket: "zmq.Socket[bytes]", endpoint: str) -> None:
        """Bind; raises EndpointInUse where another process has it, ConfigError where it cannot be bound at all."""
        self._socket = socket
        self._path = Path(endpoint.removeprefix("ipc://")) if endpoint.startswith("ipc://") else None
        self._lock = -1
        try:
            if self._path is not None:
                self._lock = _lock(self._path, endpoint)
                socket.setsockopt(zmq.USE_FD, _listen(self._path))
            socket.bind(endpoint)
        except (OSError, zmq.ZMQError) as error:
            self._unlock()
            raise _bind_error(endpoint, error) from error
        self.endpoint = socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def close(self) -> None:
        """Close the socket, remove its ipc file and release the path."""
        self._socket.close(linger=0)
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self._unlock()

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _listen(path: Path) -> int:
    """A listening socket at `path`, in place of what a dead process left there; returns its descriptor."""
    path.unlink(missing_ok=True)
    before = os.umask(0o077)
    try:
        with net.socket(net.AF_UNIX, net.SOCK_STREAM) as listening:
            listening.bind(str(path))
            listening.listen(_BACKLOG)
            return listening.detach()
    finally:
        os.umask(before)


def _lock(path: Path, endpoint: str) -> int:
    """Make the private directory of an ipc path, lock the path, and return the lock's descriptor."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_private(path.parent)
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"bus endpoint {endpoint!r}: {error.strerror}: {error.filename}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise EndpointInUse(f"{endpoint} is bound by another process that still runs; stop it first") from error
    return descriptor


def _check_private(directory: Path) -> None:
    status = directory.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise ConfigError(
            f"bus directory {directory}: others may enter it, and with it the bus (mode {status.st_mode & 0o777:o}, "
            f"owner {status.st_uid}); make it private: chmod 700 {directory}"
        )


def _bind_error(endpoint: str, error: OSError | zmq.ZMQError) -> CrossbookError:
    if error.errno == errno.EADDRINUSE:
        return EndpointInUse(f"{endpoint} is in use by another process; stop it or configure another endpoint")
    return ConfigError(f"bus endpoint {endpoint!r} cannot be bound: {error.strerror}")
