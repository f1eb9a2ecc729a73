"""The latch on disk: replaced as a whole, and on the disk before anything else is done."""

import os
from pathlib import Path

from risk.guardian.latch import KillLatch


class LatchFile:
    """`run/guardian/latch.json`."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self._path = path

    def read(self, time_ns: int) -> KillLatch:
        """What was kept; nothing of it is lost with the process, or with the host."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            content = b""
        return KillLatch.read(content, time_ns)

    def keep(self, latch: KillLatch) -> None:
        """Write and wait for the disk."""
        written = self._path.with_suffix(".new")
        with written.open("wb") as file:
            file.write(latch.written())
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
