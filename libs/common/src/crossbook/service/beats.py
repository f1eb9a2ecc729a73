"""A process's sign of life: `run/<name>/beat.json` and `metrics.json`, replaced each second.

A beat is written by the event loop's own work, never by a thread that would beat on for a loop that hangs; only the
write itself is done aside, because a disk that is busy must not hold up the loop. The progress counter tells a process
that works from one that merely runs.
"""

import fcntl
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from crossbook.bus import EndpointInUse
from crossbook.telemetry import get_logger

_log = get_logger()


class Beat(msgspec.Struct, frozen=True):
    """Contents of beat.json."""

    name: str
    pid: int
    instance: str
    """Boot nonce, 8 hex digits."""
    state: str
    """`starting`, `running` or `stopping`."""
    monotonic_ns: int
    """When it was written, comparable on this host."""
    time_ns: int
    progress: int
    """Grows with the work done; meaningless but for its growth."""
    progressed_ns: int
    """When the growth was last seen, to the interval of the beats; monotonic."""
    build: str
    config_hash: str


def read_beat(run_dir: Path, name: str) -> Beat | None:
    """The last beat of the process `name`; None where it has never beaten or its file cannot be read."""
    try:
        return msgspec.json.decode((run_dir / name / "beat.json").read_bytes(), type=Beat)
    except (OSError, msgspec.MsgspecError):
        return None


class StatusFiles:
    """Writes small files whole: a reader sees the old contents or the new."""

    def __init__(self, directory: Path) -> None:
        """Make `directory` where it does not exist; raises EndpointInUse where another process of that name runs."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._lock = _lock(directory)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="status-files")
        self._pending: Future[None] | None = None
        self.failures = 0

    def write(self, contents: dict[str, bytes]) -> None:
        """Write files by name in the background; left out while the last ones are still being written."""
        if self._pending is not None and not self._pending.done():
            return
        if self._pending is not None and (error := self._pending.exception()) is not None:
            self.failures += 1
            _log.error("status_file_failed", error=str(error))
        self._pending = self._writer.submit(self._write_all, contents)

    def close(self, contents: dict[str, bytes]) -> None:
        """Write a last time, and wait for it."""
        self._writer.submit(self._write_all, contents)
        self._writer.shutdown(wait=True)
        os.close(self._lock)

    def _write_all(self, contents: dict[str, bytes]) -> None:
        for name, content in contents.items():
            written = self._directory / f"{name}.new"
            written.write_bytes(content)
            written.replace(self._directory / name)


def _lock(directory: Path) -> int:
    """Keep a second process of the same name out: its beats would pass for the first one's."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise EndpointInUse(f"{directory.name} already runs; stop it, or give this one another --name") from error
    return descriptor
