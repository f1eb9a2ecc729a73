"""Reading a journal back into tables: upsert every row in order, from the last whole snapshot on."""

from dataclasses import dataclass, field

from oms.inputs import SnapshotWanted, Started
from oms.journal_format import FileHead, Record, RowsOnly, decode, decode_rows
from oms.state import State


@dataclass(slots=True)
class Recovered:
    """What a journal says."""

    state: State = field(default_factory=State)
    last_seq: int = 0
    records: int = 0

    @property
    def epoch(self) -> int:
        """The newest epoch ever begun; 0 for a new desk."""
        return self.state.desk.epoch

    def take(self, record: Record | RowsOnly) -> None:
        """Upsert the rows of one record."""
        self.last_seq = record.seq
        self.records += 1
        for row in record.rows:
            self.state.upsert(row)

    def payload(self, payload: bytes) -> None:
        """Take one frame's payload; heads of files say nothing here."""
        decoded = decode_rows(payload)
        if not isinstance(decoded, FileHead):
            self.take(decoded)


class SnapshotFinder:
    """Finds whole snapshots: every part of a number, in order, within one file."""

    def __init__(self) -> None:
        self.start: int | None = None
        """Offset of the first part of the last whole snapshot."""
        self._began: dict[int, int] = {}

    def look(self, offset: int, payload: bytes) -> None:
        """See the next frame of the file."""
        if b"rec" not in payload[:8]:
            return
        marker = snapshot_marker(payload)
        if marker is None:
            return
        if marker.part == 0:
            self._began = {marker.number: offset}
        if marker.part == marker.parts - 1 and marker.number in self._began:
            self.start = self._began[marker.number]


def snapshot_marker(payload: bytes) -> SnapshotWanted | None:
    """The snapshot part a record carries; None for any other record."""
    if SNAPSHOT_TAG not in payload[:64]:
        return None
    record = decode(payload)
    if isinstance(record, Record) and isinstance(record.input, SnapshotWanted):
        return record.input
    return None


SNAPSHOT_TAG = b"\xcd\x03\xbd"
"""Tag 957 of `SnapshotWanted` in MessagePack: few other records hold it so early, and those are decoded in full."""


def begins_life(record: Record) -> bool:
    """Whether a record is the first of a life of the OMS."""
    return isinstance(record.input, Started)
