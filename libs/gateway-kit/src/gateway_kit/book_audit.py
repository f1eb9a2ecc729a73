"""A book can be wrong without a gap to show it: from time to time it is compared with a snapshot of the venue.

The comparison is exact: the snapshot is brought to the book's update id by the messages applied since, and then the
best levels must be the same. A snapshot that is ahead of the book waits until the stream has caught up.
"""

from enum import StrEnum

from gateway_kit.book_sync import BookSync
from gateway_kit.market_dialect import DepthSnapshot
from gateway_kit.order_book import OrderBook


class Finding(StrEnum):
    """Outcome of an audit."""

    AGREES = "agrees"
    DIFFERS = "differs"
    PENDING = "pending"
    INCONCLUSIVE = "inconclusive"
    """The messages between the snapshot and the book are not all at hand."""


class BookAudit:
    """The audits of one instrument."""

    __slots__ = ("_levels", "_pending", "_pending_since_ns", "_period_ns", "_wait_ns", "differences", "next_ns")

    def __init__(self, *, every_ms: int, levels: int, catch_up_ms: int = 5_000) -> None:
        """`catch_up_ms`: so long the stream may stay behind a snapshot before they are compared as they are."""
        self._period_ns = every_ms * 1_000_000
        self._levels = levels
        self._wait_ns = catch_up_ms * 1_000_000
        self._pending: DepthSnapshot | None = None
        self._pending_since_ns = 0
        self.next_ns = 0
        self.differences: list[str] = []
        """Where book and snapshot differed at the last finding."""

    def is_due(self, now_ns: int) -> bool:
        """Whether to ask for a snapshot to compare with."""
        return now_ns >= self.next_ns

    def asked(self, now_ns: int) -> None:
        """A snapshot was asked for; the next audit is a period away."""
        self.next_ns = now_ns + self._period_ns

    def take(self, snapshot: DepthSnapshot, now_ns: int) -> None:
        """The snapshot to compare with has come."""
        self._pending, self._pending_since_ns = snapshot, now_ns

    def settle(self, sync: BookSync, now_ns: int) -> Finding | None:
        """Compare, once the book has reached the snapshot; None when there is nothing to compare."""
        snapshot = self._pending
        if snapshot is None:
            return None
        behind = snapshot.last_id > sync.last_id
        if behind and now_ns - self._pending_since_ns < self._wait_ns:
            return Finding.PENDING
        self._pending = None
        theirs = _plain(snapshot) if behind else sync.rebuilt(snapshot)
        if theirs is None:
            return Finding.INCONCLUSIVE
        self.differences = sync.book.differences(theirs, min(self._levels, len(snapshot.bids), len(snapshot.asks)))
        if self.differences:
            return Finding.DIFFERS
        if not behind:  # what lay beyond the depth of our own snapshot is known from now on
            sync.book.bids.learn(theirs.bids)
            sync.book.asks.learn(theirs.asks)
        return Finding.AGREES

    def forget(self) -> None:
        """Drop what waits: the book is being built anew."""
        self._pending = None


def _plain(snapshot: DepthSnapshot) -> OrderBook:
    book = OrderBook()
    book.replace(snapshot.bids, snapshot.asks)
    return book
