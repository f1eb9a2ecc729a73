"""The journal's files: finding, reading back, and mending the tail that a crash tore."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crossbook.errors import HumanNeeded
from crossbook.telemetry import get_logger
from oms.journal_format import START_CHAIN, Damage, Frame, follows, frames
from oms.journal_state import Recovered, SnapshotFinder

SUFFIX = ".xbj"
_log = get_logger()


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """What a journal says and where it ends."""

    recovered: Recovered
    chain: bytes
    last_number: int


def journal_files(directory: Path) -> list[Path]:
    """The files of a journal, oldest first."""
    return sorted(directory.glob(f"journal-*{SUFFIX}"))


def file_name(number: int) -> str:
    """The name of the file with that number."""
    return f"journal-{number:08d}{SUFFIX}"


def number_of(path: Path) -> int:
    """The number of a file."""
    return int(path.name.removeprefix("journal-").removesuffix(SUFFIX))


def read_frames(path: Path) -> Iterator[Frame | Damage]:
    """Every frame of a file, and a `Damage` where reading ends early."""
    return frames(path.read_bytes())


def lock_directory(directory: Path) -> int:
    """Make the journal ours for as long as this process lives; raises HumanNeeded when another has it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise HumanNeeded(f"journal {directory}: another OMS writes it; stop that one first") from error
    return fd


def mend_tail(directory: Path, time_ns: int) -> None:
    """Cut off what a crash left half-written at the end of the last file, keeping a copy beside it.

    Raises HumanNeeded when the damage is not at the end: something readable follows it, so it is no torn tail.
    """
    paths = journal_files(directory)
    if not paths:
        return
    last = paths[-1]
    for item in read_frames(last):
        if isinstance(item, Damage):
            _refuse_damage_in_the_middle(last, item)
            _cut(last, item, time_ns)


def recover(directory: Path) -> JournalEnd:
    """Everything the journal says, from the last whole snapshot on. Raises HumanNeeded where it is damaged."""
    paths = journal_files(directory)
    recovered, chain = Recovered(), START_CHAIN
    first, start = _last_snapshot(paths)
    for index in range(first, len(paths)):
        known = chain if index > first else None
        for frame in _checked(paths[index], known):
            chain = frame.chain
            if index > first or frame.start >= start:
                recovered.payload(frame.payload)
    return JournalEnd(recovered, chain, number_of(paths[-1]) if paths else 0)


def _last_snapshot(paths: list[Path]) -> tuple[int, int]:
    """Index of the file with the newest whole snapshot and its offset there; the very beginning without one."""
    for index in range(len(paths) - 1, -1, -1):
        finder = SnapshotFinder()
        for frame in read_frames(paths[index]):
            if isinstance(frame, Frame):
                finder.look(frame.start, frame.payload)
        if finder.start is not None:
            return index, finder.start
    return 0, 0


def _checked(path: Path, chain: bytes | None) -> Iterator[Frame]:
    for item in read_frames(path):
        if isinstance(item, Damage):
            raise HumanNeeded(_damaged(path, item))
        if chain is not None and not follows(chain, item):
            raise HumanNeeded(
                f"journal {path}: the record at byte {item.start} does not follow the one before it; the file was "
                "altered. Restore it from a copy, or start with an empty journal directory to rebuild from the venues"
            )
        chain = item.chain
        yield item


def _refuse_damage_in_the_middle(path: Path, damage: Damage) -> None:
    if damage.readable_at >= 0:
        raise HumanNeeded(_damaged(path, damage))


def _damaged(path: Path, damage: Damage) -> str:
    return (
        f"journal {path}: damaged at byte {damage.at} ({damage.why})"
        + (f", readable again at {damage.readable_at}" if damage.readable_at >= 0 else "")
        + ". Restore it from a copy, or start with an empty journal directory to rebuild from the venues"
    )


def _cut(path: Path, damage: Damage, time_ns: int) -> None:
    size = path.stat().st_size
    aside = path.with_name(f"{path.name}.torn-{time_ns}")
    with path.open("rb") as whole, aside.open("wb") as tail:
        whole.seek(damage.at)
        shutil.copyfileobj(whole, tail)
    os.truncate(path, damage.at)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    _log.warning(
        "journal_tail_torn",
        file=str(path),
        at=damage.at,
        why=damage.why,
        cut_bytes=size - damage.at,
        kept_in=str(aside),
    )
