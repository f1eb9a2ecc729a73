"""Judges the sequence numbers that arrive from one publisher: what is new, what is a duplicate, what was lost."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What a sequence says about its message."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    GAP = "gap"


@dataclass(slots=True)
class TopicSequence:
    """What is known of one topic."""

    name: str
    last: int = 0
    """Sequence of the last message taken; 0 before the first."""
    told: int = 0
    """Sequence up to which a loss has been reported by a beat."""

    @property
    def expected(self) -> int:
        """The sequence that would follow."""
        return max(self.last, self.told) + 1

    def judge(self, sequence: int) -> Verdict:
        """Take the sequence of a message that arrived.

        The first message of a topic is never a gap: what was before it was not asked for. One that comes after a loss
        the beats have already shown is none either: it is the state that was asked for anew.
        """
        if sequence == self.last + 1 or not self.last:
            self.last = sequence
            return Verdict.NEXT
        if sequence <= self.last:
            return Verdict.DUPLICATE
        verdict = Verdict.GAP if sequence > self.expected else Verdict.NEXT
        self.last = sequence
        return verdict

    def judge_beat(self, sequence: int) -> Verdict:
        """Compare with the publisher's own last sequence, which its beat told; each loss is a GAP only once.

        On one connection a beat comes after everything it tells of, so a lower sequence than ours means that the
        publisher was restarted and its wall clock set back meanwhile: what it sends now must not pass for duplicates.
        """
        if not self.last or sequence == self.last or sequence == self.told:
            return Verdict.NEXT
        if sequence < self.last:
            self.last = sequence - 1
        self.told = sequence
        return Verdict.GAP
