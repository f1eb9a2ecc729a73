"""A stream that loses, repeats and swaps messages, against the venue's book: never wrong while it is called live."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway_kit.book_sync import BookSync
from gateway_kit.order_book import OrderBook
from gateway_kit.sequence_rules import ContiguousRange, PreviousLink, SequenceRule, Verdict
from testkit.market_feed import Change, Picture

LEVELS = 1_000


class Venue:
    """A book that changes, tells of it in messages, and can be photographed."""

    def __init__(self, *, holes: bool) -> None:
        self._holes = holes
        self._last_id = 100
        self._told = 100
        self.book = OrderBook()
        self.book.replace([(99.0, 1.0)], [(101.0, 1.0)])

    def message(self, bids: list[tuple[float, float]], changes: int) -> Change:
        first = self._last_id + (3 if self._holes else 1)
        self.book.apply(bids, [])
        self._last_id = first + changes - 1
        link = self._told if self._holes else 0
        self._told = self._last_id
        return Change(first, self._last_id, link, bids=tuple(bids))

    def picture(self) -> Picture:
        bids, asks = self.book.bids.top(LEVELS), self.book.asks.top(LEVELS)
        return Picture(self._last_id, tuple(bids), tuple(asks))


@dataclass
class Step:
    bids: list[tuple[float, float]]
    changes: int
    fate: str


bid_levels = st.lists(
    st.tuples(st.sampled_from([97.0, 98.0, 99.0, 100.0]), st.sampled_from([0.0, 1.0, 2.0])), max_size=3
)
steps = st.builds(Step, bid_levels, st.integers(1, 4), st.sampled_from(["sent"] * 6 + ["lost", "twice", "late"]))
rules = st.sampled_from([(ContiguousRange(), False), (PreviousLink(), True)])


def resync(sync: BookSync, picture: Picture) -> None:
    if sync.base_on(picture):
        assert [held.change.last_id for held in sync.replay()] == sorted(
            held.change.last_id for held in sync.waiting
        ) or not sync.waiting


@settings(max_examples=300)
@given(rules, st.lists(steps, max_size=60), st.integers(1, 5))
def test_a_live_book_is_the_venue_s_book_at_its_id(
    rule: tuple[SequenceRule, bool], stream: list[Step], resync_every: int
) -> None:
    venue, sync = Venue(holes=rule[1]), BookSync(rule[0])
    past: dict[int, tuple[object, object]] = {}
    held_back: Change | None = None

    def remember() -> None:
        past[venue.picture().last_id] = (venue.book.bids.top(LEVELS), venue.book.asks.top(LEVELS))

    def check() -> None:
        if sync.live:
            assert past[sync.last_id] == (sync.book.bids.top(LEVELS), sync.book.asks.top(LEVELS))

    remember()
    resync(sync, venue.picture())
    for number, step in enumerate(stream):
        change = venue.message(step.bids, step.changes)
        remember()
        deliveries = {"sent": [change], "twice": [change, change], "lost": [], "late": []}[step.fate]
        if held_back is not None:
            deliveries.append(held_back)
            held_back = None
        if step.fate == "late":
            held_back = change
        for delivery in deliveries:
            before = sync.last_id
            if sync.on_depth(delivery, number) is Verdict.STALE:
                assert sync.last_id == before
            check()
        if not sync.live and number % resync_every == 0:
            resync(sync, venue.picture())
            check()
