"""Appending to the journal: into the page cache before anything is sent, onto the disk a few milliseconds behind.

The process may die at any moment without losing a record: what was written stands in the page cache. Only a power cut
can lose records, those of the last `sync_ms`; a new epoch is synced before its first order, so that no order id is ever
used twice.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from crossbook.errors import CrossbookError
from crossbook.messages.base import Message
from crossbook.telemetry import get_logger
from oms.inputs import Now
from oms.journal_format import VERSION, FileHead, RecordEncoder
from oms.outputs import Turn
from oms.shell.journal_files import file_name

MB = 1 << 20
MAX_WAITING = 64 << 10
"""Bytes of records that said and changed nothing, kept back for the next write at most."""
_log = get_logger()


class JournalUnwritable(CrossbookError):
    """A record could not be written: nothing may be added to the market until one can."""


class JournalWriter:
    """The end of the journal. One process has it, by a lock on the directory."""

    def __init__(
        self, directory: Path, *, desk: int, number: int, chain: bytes, file_mb: int, reserve_mb: int,
        sync_after: Callable[[int], None] = lambda seq: None,
    ) -> None:  # fmt: skip
        """Append after file `number` (0: none yet), in a new file. `sync_after(seq)` hears what is on the disk."""
        self._directory = directory
        self._desk = desk
        self._file_bytes = file_mb * MB
        self._reserve_bytes = reserve_mb * MB
        self._reserve = directory / "reserve"
        self._encoder = RecordEncoder(chain)
        self._number = number
        self._fd = -1
        self._size = 0
        self._last_seq = self._written_seq = self._synced_seq = 0
        self._waiting = bytearray()
        self._waiting_chain = chain
        self._syncing = False
        self._sync_after = sync_after
        self.writable = True
        self.bytes_written = 0

    def open(self, first_seq: int, time_ns: int) -> None:
        """Begin a file. Raises JournalUnwritable when it cannot be made."""
        if self._fd >= 0:
            self._flush()
        self._number += 1
        path = self._directory / file_name(self._number)
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            self._sync_directory()
        except OSError as error:
            self._number -= 1
            raise JournalUnwritable(f"{path}: {error.strerror}") from error
        before, self._fd, self._size = self._fd, fd, 0
        if before >= 0:
            os.fdatasync(before)
            os.close(before)
        chain = self._encoder.chain
        self._write(self._encoder.head(FileHead(VERSION, self._number, first_seq, time_ns, self._desk)), chain)

    def append(self, message: Message, peer: bytes, now: Now, turn: Turn) -> bool:
        """Write one turn; True when a new file began and wants a snapshot. Raises JournalUnwritable.

        A turn that changed nothing and said nothing waits, to be written together with the next one or before the next
        sync: losing it loses no state.
        """
        self._last_seq = turn.seq
        chain = self._encoder.chain
        frame = self._encoder.record(message, peer, now, turn)
        if self.writable and not turn.rows and not turn.outputs and len(self._waiting) < MAX_WAITING:
            self._waiting_chain = self._waiting_chain if self._waiting else chain
            self._waiting += frame
            return False
        self._write(frame, chain)
        if self._size < self._file_bytes:
            return False
        self.open(turn.seq + 1, now.time_ns)
        return True

    def sync_now(self) -> None:
        """Wait until everything written is on the disk. Raises JournalUnwritable."""
        self._flush()
        os.fdatasync(self._fd)
        self._synced(self._written_seq)

    async def sync_behind(self) -> None:
        """Bring what was written since onto the disk, off the loop."""
        if self._syncing or self._fd < 0 or (self._synced_seq == self._written_seq and not self._waiting):
            return
        try:
            self._flush()
        except JournalUnwritable as error:
            _log.error("journal_flush_failed", error=str(error))
            return  # the next turn meets it as well, and says what must be said
        self._syncing = True
        seq, fd = self._written_seq, os.dup(self._fd)
        try:
            await asyncio.get_running_loop().run_in_executor(None, os.fdatasync, fd)
            self._synced(seq)
        except OSError as error:
            _log.error("journal_sync_failed", error=error.strerror)
        finally:
            os.close(fd)
            self._syncing = False

    def keep_reserve(self) -> None:
        """Make the reserve file, where there is room for it."""
        if not self._reserve_bytes or self._reserve.exists():
            return
        if free_bytes(self._directory) < 3 * self._reserve_bytes:
            return
        fd = os.open(self._reserve, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(fd, 0, self._reserve_bytes)
        except OSError as error:
            _log.warning("journal_reserve_not_kept", error=error.strerror)
        finally:
            os.close(fd)

    def close(self) -> None:
        """Bring everything onto the disk and let go."""
        if self._fd >= 0:
            try:
                self.sync_now()
            except (OSError, JournalUnwritable) as error:
                _log.error("journal_sync_failed", error=str(error))
            os.close(self._fd)
            self._fd = -1

    def _flush(self) -> None:
        """Write what waits, for a sync."""
        if self._waiting:
            self._write(b"", self._encoder.chain)

    def _write(self, frame: bytes, chain: bytes) -> None:
        """Write what waits and a frame, whole or not at all; `chain` is the chain value before the frame.

        What cannot be written leaves neither bytes nor a link in the chain: it has never been.
        """
        data, chain = (bytes(self._waiting) + frame, self._waiting_chain) if self._waiting else (frame, chain)
        self._waiting.clear()
        try:
            try:
                self._write_whole(data)
            except OSError as error:
                if not self._free_reserve(error):
                    raise
                self._write_whole(data)
        except OSError as error:
            self._encoder.chain = chain
            self.writable = False
            raise JournalUnwritable(f"journal in {self._directory}: {error.strerror}") from error
        self.writable = True
        self._written_seq = self._last_seq

    def _write_whole(self, data: bytes) -> None:
        try:
            if os.write(self._fd, data) != len(data):
                raise OSError(28, "no space left for a whole record")
        except OSError:
            os.ftruncate(self._fd, self._size)
            raise
        self._size += len(data)
        self.bytes_written += len(data)

    def _free_reserve(self, error: OSError) -> bool:
        if not self._reserve.exists():
            return False
        self._reserve.unlink()
        _log.critical("journal_reserve_freed", error=error.strerror, directory=str(self._directory))
        return True

    def _synced(self, seq: int) -> None:
        self._synced_seq = max(self._synced_seq, seq)
        self._sync_after(self._synced_seq)

    def _sync_directory(self) -> None:
        fd = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def free_bytes(directory: Path) -> int:
    """Room left on the disk of a directory, for us."""
    stat = os.statvfs(directory)
    return stat.f_bavail * stat.f_frsize
