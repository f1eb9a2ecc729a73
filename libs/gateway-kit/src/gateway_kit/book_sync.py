"""Keeps one instrument's book in step with its stream: holds messages, bases the book on a snapshot, sees gaps.

It decides nothing about time or requests (see `resync_schedule`), so live and captured streams run through it alike.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from gateway_kit.market_dialect import DepthChange, DepthSnapshot
from gateway_kit.order_book import OrderBook
from gateway_kit.sequence_rules import SequenceRule, Verdict, spans

TAPE = 256
"""Applied messages kept by default: enough to bridge the time that a snapshot is under way at 20 messages a second."""


class Waiting(NamedTuple):
    """A depth message held until a snapshot comes."""

    change: DepthChange
    received_ns: int


class BookSync:
    """The book of one instrument, and whether it may be used."""

    __slots__ = ("_judge", "_rule", "book", "last_id", "live", "overlapping", "tape", "time_ms", "waiting")

    def __init__(self, rule: SequenceRule, *, waiting_limit: int | None = None, tape_limit: int | None = TAPE) -> None:
        """`waiting_limit` bounds the messages held (the oldest go first, and the snapshot must be newer then)."""
        self._rule = rule
        self._judge = rule.first
        self.book = OrderBook()
        self.last_id = 0
        """Update id that the book stands at."""
        self.time_ms = 0
        """Venue's time of the last message applied, Unix; 0 where it sends none."""
        self.live = False
        """Whether the book is in step: no gap since its snapshot."""
        self.overlapping = False
        """Whether two connections carry the stream just now: messages cut differently are then taken."""
        self.waiting: deque[Waiting] = deque(maxlen=waiting_limit)
        self.tape: deque[DepthChange] = deque(maxlen=tape_limit)
        """The last messages applied, for snapshots that are older than the book."""

    def on_depth(self, change: DepthChange, received_ns: int) -> Verdict:
        """Apply, ignore or hold a message. GAP: the book is no longer live, and the message waits for a snapshot."""
        if not self.live:
            self.waiting.append(Waiting(change, received_ns))
            return Verdict.HELD
        verdict = self._judge(self.last_id, change)
        if verdict is Verdict.GAP and self.overlapping and spans(self.last_id, change):
            verdict = Verdict.APPLY
        if verdict is Verdict.APPLY:
            self._apply(change)
        elif verdict is Verdict.GAP:
            self.reset()
            self.waiting.append(Waiting(change, received_ns))
        return verdict

    def reset(self) -> None:
        """Stop trusting the book, and forget what waited: only what comes from now on fits the next snapshot."""
        self.live = False
        self.waiting.clear()
        self.tape.clear()

    def base_on(self, snapshot: DepthSnapshot) -> bool:
        """Make the snapshot the book, to be followed by `replay`; False when it is too old for what waits.

        A live book is based anew: messages it has already applied beyond the snapshot are applied again, silently.
        """
        if self.live:
            self._rebase(snapshot)
            return True
        if not self._reaches(snapshot.last_id):
            return False
        self._take(self.book, snapshot)
        self.live = True
        return True

    def replay(self) -> Iterator[Waiting]:
        """Apply what waited, message by message, yielding each after it is applied.

        Ends early, with `live` False and the rest still waiting, where there is a gap among them.
        """
        waiting = self.waiting
        while waiting and self.live:
            held = waiting[0]
            verdict = self._judge(self.last_id, held.change)
            if verdict is Verdict.GAP:
                self.live = False
                self.tape.clear()
                return
            waiting.popleft()
            if verdict is Verdict.APPLY:
                self._apply(held.change)
                yield held

    def rebuilt(self, snapshot: DepthSnapshot) -> "OrderBook | None":
        """The book that the snapshot and the messages applied since it lead to; None where the tape has a hole."""
        after = [change for change in self.tape if self._rule.first(snapshot.last_id, change) is not Verdict.STALE]
        if snapshot.last_id != self.last_id and not after:
            return None
        if after and self._rule.first(snapshot.last_id, after[0]) is Verdict.GAP:
            return None
        book = OrderBook()
        book.replace(snapshot.bids, snapshot.asks)
        for change in after:
            book.apply(change.bids, change.asks)
        return book

    def _rebase(self, snapshot: DepthSnapshot) -> None:
        older = self.rebuilt(snapshot) if snapshot.last_id < self.last_id else None
        if older is not None:
            self.book = older
        else:
            self.tape.clear()
            self._take(self.book, snapshot)

    def _take(self, book: OrderBook, snapshot: DepthSnapshot) -> None:
        book.replace(snapshot.bids, snapshot.asks)
        self.last_id = snapshot.last_id
        self.time_ms = snapshot.time_ms
        self._judge = self._rule.first

    def _reaches(self, snapshot_id: int) -> bool:
        """Whether no message is missing between a snapshot and the oldest message that it does not contain."""
        verdicts = (self._rule.first(snapshot_id, held.change) for held in self.waiting)
        return next((verdict for verdict in verdicts if verdict is not Verdict.STALE), None) is not Verdict.GAP

    def _apply(self, change: DepthChange) -> None:
        self.book.apply(change.bids, change.asks)
        self.last_id = change.last_id
        self.time_ms = change.time_ms
        self._judge = self._rule.following
        self.tape.append(change)
