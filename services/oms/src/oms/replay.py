"""Playing a journal again: the same inputs into the same core must give the same rows and say the same, bit for bit.

Each life of the OMS begins with a `Started` record, which carries settings and limits. The tables it starts from are
what the records before it say, exactly as recovery reads them; from then on only inputs are used, and each turn is
compared with what was written.
"""

from collections.abc import Iterator
from typing import NamedTuple

from oms.core import OmsCore, settings_from_json
from oms.inputs import SnapshotWanted, Started
from oms.journal_format import Record, outputs_crc, rows_bytes
from oms.journal_state import Recovered
from oms.outputs import Turn
from risk.config import RiskConfig


class Difference(NamedTuple):
    """A turn that came out differently."""

    seq: int
    what: str


class Replay:
    """Plays records in order. After a difference the rest of that life is not judged: it follows from the first."""

    def __init__(self) -> None:
        self._recovered = Recovered()
        self._core: OmsCore | None = None
        self.compared = 0
        self.lives = 0
        self.unjudged = 0

    def play(self, record: Record) -> Iterator[Difference]:
        """Play one record; yields what differs."""
        if isinstance(record.input, Started):
            self._begin(record, record.input)
        elif self._core is not None and record.seq != self._core.seq + 1:
            yield from self._gap(record)
        core = self._core
        if core is None:
            self.unjudged += 1
        else:
            turn = core.handle(record.input, record.peer, record.now)
            self.compared += 1
            difference = _compare(record, turn)
            if difference:
                self._core = None
                yield Difference(record.seq, difference)
        self._recovered.take(record)

    def _begin(self, record: Record, started: Started) -> None:
        """A new life over a copy of the tables: those of the replayed core are changed by playing."""
        self.lives += 1
        tables = Recovered()
        for row in self._recovered.state.copied_rows():
            tables.state.upsert(row)
        limits = RiskConfig.model_validate_json(started.risk)
        self._core = OmsCore(settings_from_json(started.settings), limits, tables.state, record.seq - 1)

    def _gap(self, record: Record) -> Iterator[Difference]:
        expected = self._core.seq + 1 if self._core else 0
        self._core = None
        if not isinstance(record.input, SnapshotWanted):
            yield Difference(record.seq, f"records {expected} to {record.seq - 1} are missing: nothing can be judged")


def _compare(record: Record, turn: Turn) -> str:
    if turn.seq != record.seq:
        return f"sequence is {turn.seq}"
    written = Turn(record.seq, record.rows, ())
    if rows_bytes(turn) != rows_bytes(written):
        ours = {type(row).__name__ for row in turn.rows} ^ {type(row).__name__ for row in record.rows}
        return f"rows differ ({', '.join(sorted(ours)) or 'in their values'})"
    if outputs_crc(turn) != record.outputs_crc:
        return "the rows agree, what was said differs"
    return ""
