"""Run directories short enough for ipc sockets."""

import tempfile
from pathlib import Path

LONGEST_IPC_PATH = 107
"""Bytes that fit `sockaddr_un.sun_path` on Linux, less the closing NUL."""

ROOM_FOR_NAMES = 60
"""Bytes kept for what processes add below the run directory, such as `/bus/gateway-binance.control.sock`."""


def make_run_dir() -> Path:
    """A new private directory (mode 0700) whose path leaves room for socket names. The caller removes it."""
    path = Path(tempfile.mkdtemp(prefix="xb-"))
    if len(bytes(path)) + ROOM_FOR_NAMES > LONGEST_IPC_PATH:
        path.rmdir()
        path = Path(tempfile.mkdtemp(prefix="xb-", dir="/tmp"))
    return path
