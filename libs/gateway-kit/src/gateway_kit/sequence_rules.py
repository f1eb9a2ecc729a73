"""Whether a depth message follows what the book already has: each venue's rule as a pure judgement of update ids.

Two rules serve Binance and its relatives (fact sheet of Binance §3; both run without a gap over real recordings):

`ContiguousRange` (spot): a message covers the ids first..last, and the next one begins right after.
`PreviousLink` (USD-M): ids have holes; a message names the last id of the message before it.
"""

from enum import IntEnum
from typing import Protocol


class Verdict(IntEnum):
    """What to do with a depth message."""

    APPLY = 1
    STALE = 2
    """Its content is in the book already: ignore it."""
    GAP = 3
    """Something between the book and this message is missing: the book is wrong from now on."""
    HELD = 4
    """The book waits for a snapshot: keep the message until then."""


class UpdateIds(Protocol):
    """The ids of a depth message."""

    @property
    def first_id(self) -> int:
        """Id of the first change it covers."""
        ...

    @property
    def last_id(self) -> int:
        """Id of the last change it covers."""
        ...

    @property
    def previous_id(self) -> int:
        """Last id of the message before it in the stream; 0 where the venue sends none."""
        ...


class SequenceRule(Protocol):
    """A venue's continuity rule."""

    def first(self, last_id: int, ids: UpdateIds) -> Verdict:
        """Judge a message against a snapshot of that id, on which nothing was applied yet."""
        ...

    def following(self, last_id: int, ids: UpdateIds) -> Verdict:
        """Judge a message against the last one applied."""
        ...


class ContiguousRange:
    """Binance spot: apply when `U <= last + 1 <= u`.

    The first message after a snapshot may begin exactly one after it (seen in real recordings; the older wording
    `U <= lastUpdateId <= u` would resync for ever).
    """

    def first(self, last_id: int, ids: UpdateIds) -> Verdict:
        """The same as `following`: a snapshot is as good as a message that ended there."""
        return self.following(last_id, ids)

    def following(self, last_id: int, ids: UpdateIds) -> Verdict:
        """STALE up to `last_id`, GAP when the message begins later than right after it."""
        if ids.last_id <= last_id:
            return Verdict.STALE
        return Verdict.APPLY if ids.first_id <= last_id + 1 else Verdict.GAP


class PreviousLink:
    """Binance USD-M: the first message straddles the snapshot, each later one's `pu` equals the `u` before it."""

    def first(self, last_id: int, ids: UpdateIds) -> Verdict:
        """APPLY when `U <= snapshot <= u`, or when the snapshot's id lies in the hole `pu <= snapshot < U`.

        Nothing happened in such a hole, so that message is the next one (inferred; the documents would fetch again,
        and on a quiet symbol would do so for ever).
        """
        if ids.last_id < last_id:
            return Verdict.STALE
        if ids.first_id <= last_id or 0 < ids.previous_id <= last_id:
            return Verdict.APPLY
        return Verdict.GAP

    def following(self, last_id: int, ids: UpdateIds) -> Verdict:
        """GAP unless `pu == last_id`; a message that ends at or before `last_id` was seen already."""
        if ids.previous_id == last_id:
            return Verdict.APPLY
        return Verdict.STALE if ids.last_id <= last_id else Verdict.GAP


def spans(last_id: int, ids: UpdateIds) -> bool:
    """Whether a message that its rule calls a GAP still misses nothing: it tells everything from before `last_id` on.

    While two connections overlap, the venue may cut the same changes into different messages on each. Quantities are
    absolute, so the one that reaches over `last_id` may be applied.
    """
    return ids.previous_id <= last_id < ids.last_id and ids.previous_id > 0
