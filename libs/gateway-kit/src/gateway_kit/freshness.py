"""Quiet is not stale, silent is: a book without updates is compared with the venue before anyone doubts it.

The venue is asked for its best quote when an instrument has been quiet for a while. If the answer is what we have, the
top is proved as of the moment of asking. If not, the stream gets a short grace to bring the change that the answer ran
ahead of; when it does not, it is silent and the book is wrong.
"""

from enum import StrEnum

from gateway_kit.market_dialect import BestQuote
from gateway_kit.top_of_book import TopOfBook

NEVER = 0


class Answer(StrEnum):
    """What the venue's best quote says about ours."""

    PROVED = "proved"
    DOUBTED = "doubted"
    OVERTAKEN = "overtaken"
    """It says nothing: an update came meanwhile, or the answer is older than what we have."""


class Freshness:
    """One instrument's questions to the venue."""

    __slots__ = ("_asked_ns", "_doubted_since_ns", "_grace_ns", "_probe_after_ns", "told")

    def __init__(self, *, probe_after_ms: int, grace_ms: int) -> None:
        """Ask after `probe_after_ms` without an update; a disagreement stands after `grace_ms` without one."""
        self._probe_after_ns = probe_after_ms * 1_000_000
        self._grace_ns = grace_ms * 1_000_000
        self._asked_ns = NEVER
        self._doubted_since_ns = NEVER
        self.told = ""
        """The last disagreement, in words."""

    def is_due(self, updated_ns: int, now_ns: int) -> bool:
        """Whether to ask the venue now; `updated_ns` is when the last update came."""
        return now_ns - max(updated_ns, self._asked_ns) >= self._probe_after_ns

    def asked(self, now_ns: int) -> None:
        """A question leaves now."""
        self._asked_ns = now_ns

    def answered(self, top: TopOfBook, quote: BestQuote, updated_ns: int, asked_ns: int, now_ns: int) -> Answer:
        """Judge an answer to the question of `asked_ns`."""
        if updated_ns >= asked_ns or 0 < quote.update_id < top.update_id:
            return Answer.OVERTAKEN
        ours = (top.bid, top.bid_size, top.ask, top.ask_size)
        theirs = (quote.bid, quote.bid_size, quote.ask, quote.ask_size)
        if ours == theirs:
            self._doubted_since_ns = NEVER
            return Answer.PROVED
        self._doubted_since_ns = self._doubted_since_ns or now_ns
        self.told = f"ours {ours[0]:g} x {ours[1]:g} / {ours[2]:g} x {ours[3]:g}, " + (
            f"the venue's {theirs[0]:g} x {theirs[1]:g} / {theirs[2]:g} x {theirs[3]:g}"
        )
        return Answer.DOUBTED

    def is_silent(self, updated_ns: int, now_ns: int) -> bool:
        """Whether the venue disagreed and no update came to explain it."""
        if self._doubted_since_ns == NEVER:
            return False
        if updated_ns > self._doubted_since_ns:
            self._doubted_since_ns = NEVER
            return False
        return now_ns - self._doubted_since_ns >= self._grace_ns

    def forget(self) -> None:
        """Start over, after the book was found wrong."""
        self._doubted_since_ns = NEVER
