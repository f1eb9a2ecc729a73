"""The instruments a gateway trades, with the rules of now; each change makes a new revision.

Revisions grow over restarts, too: the first is the wall-clock second of the start, given by the shell. An order that
was computed with other rules than those of now carries another revision, and is refused.
"""

from collections.abc import Mapping, Sequence

import msgspec

from crossbook.instruments import Grid
from crossbook.messages.base import TradingStatus
from crossbook.messages.market import InstrumentDefinition


class InstrumentTable:
    """Definitions and grids by the venue's symbol."""

    def __init__(self, symbols: Sequence[str], first_revision: int) -> None:
        """Knowing the names only."""
        self.symbols = tuple(symbols)
        self.definitions: dict[str, InstrumentDefinition] = {}
        self.grids: dict[str, Grid] = {}
        self._first_revision = first_revision
        self._status_told_ns: dict[str, int] = {}

    def missing(self, found: Mapping[str, InstrumentDefinition]) -> list[str]:
        """Symbols that the venue does not list."""
        return [symbol for symbol in self.symbols if symbol not in found]

    def update(self, found: Mapping[str, InstrumentDefinition], asked_ns: int) -> list[InstrumentDefinition]:
        """Take over what the venue lists as of `asked_ns`; the definitions that changed.

        What is no longer listed is GONE. A status told by a stream after `asked_ns` stays: the answer is older.
        """
        changed = []
        for symbol in self.symbols:
            known, listed = self.definitions.get(symbol), found.get(symbol)
            if listed is None:
                changed += self._replace(known, status=TradingStatus.GONE) if known is not None else []
            elif known is None:
                changed.append(self._put(msgspec.structs.replace(listed, revision=self._first_revision)))
            else:
                changed += self._adopt(known, listed, asked_ns)
        return changed

    def set_status(self, symbol: str, status: TradingStatus, told_ns: int) -> list[InstrumentDefinition]:
        """A stream says that the status changed; the definition if it did."""
        known = self.definitions.get(symbol)
        if known is None:
            return []
        self._status_told_ns[symbol] = told_ns
        return self._replace(known, status=status)

    def set_fees(self, symbol: str, maker_bps: float, taker_bps: float) -> list[InstrumentDefinition]:
        """The account's own fees; the definition if they changed."""
        known = self.definitions.get(symbol)
        if known is None:
            return []
        return self._replace(known, maker_fee_bps=maker_bps, taker_fee_bps=taker_bps, fees_known=True)

    def _adopt(
        self, known: InstrumentDefinition, listed: InstrumentDefinition, asked_ns: int
    ) -> list[InstrumentDefinition]:
        ours: dict[str, object] = {
            "revision": known.revision,
            "maker_fee_bps": known.maker_fee_bps,
            "taker_fee_bps": known.taker_fee_bps,
            "fees_known": known.fees_known,
        }
        if self._status_told_ns.get(known.symbol, 0) > asked_ns:
            ours["status"] = known.status
        fresh = msgspec.structs.replace(listed, **ours)
        if fresh == known:
            return []
        return [self._put(msgspec.structs.replace(fresh, revision=known.revision + 1))]

    def _replace(self, known: InstrumentDefinition, **changes: object) -> list[InstrumentDefinition]:
        fresh = msgspec.structs.replace(known, **changes)
        if fresh == known:
            return []
        return [self._put(msgspec.structs.replace(fresh, revision=known.revision + 1))]

    def _put(self, definition: InstrumentDefinition) -> InstrumentDefinition:
        self.grids[definition.symbol] = Grid.of(definition)
        self.definitions[definition.symbol] = definition
        return definition
