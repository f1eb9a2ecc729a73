"""Markouts: how the mid moved after our fills, in our favour, 1 s and 10 s later. Toxic flow shows here first."""

import heapq
from typing import NamedTuple

from crossbook.messages.orders import Fill
from oms.context import Context
from oms.rows import AccountResult

SECOND_NS = 1_000_000_000
HORIZONS_S = (1, 10)
BPS = 10_000


class _Due(NamedTuple):
    at_ns: int
    number: int
    horizon_s: int
    account: str
    instrument: str
    sign: int
    base: float


class Markouts:
    """Follows each fill to both horizons. What is due while no price is known counts as not measured."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._due: list[_Due] = []
        self._number = 0

    def watch(self, fill: Fill) -> None:
        """Follow a fill, measured from the mid at the time, or from its own price where none was known."""
        base = fill.fair_price or float(fill.price)
        for horizon_s in HORIZONS_S:
            self._number += 1
            at_ns = fill.applied_ns + horizon_s * SECOND_NS
            due = _Due(at_ns, self._number, horizon_s, fill.account, fill.instrument, int(fill.side), base)
            heapq.heappush(self._due, due)

    def on_tick(self) -> None:
        """Measure what is due."""
        while self._due and self._due[0].at_ns <= self._context.now_ns:
            due = heapq.heappop(self._due)
            mid = self._context.mids.get(due.instrument)
            if mid:
                self._count(due, due.sign * (mid - due.base) / due.base * BPS)

    def _count(self, due: _Due, moved_bps: float) -> None:
        row = self._context.state.results.setdefault(due.account, AccountResult(due.account))
        if due.horizon_s == HORIZONS_S[0]:
            row.markout_1s_sum_bps += moved_bps
            row.markout_1s_count += 1
        else:
            row.markout_10s_sum_bps += moved_bps
            row.markout_10s_count += 1
        self._context.out.changed(row)
