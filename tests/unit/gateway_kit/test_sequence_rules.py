import pytest

from gateway_kit.sequence_rules import ContiguousRange, PreviousLink, Verdict, spans
from testkit.market_feed import Change

APPLY, STALE, GAP = Verdict.APPLY, Verdict.STALE, Verdict.GAP


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        (5, 9, STALE),
        (8, 10, STALE),
        (9, 11, APPLY),
        (10, 12, APPLY),
        (11, 11, APPLY),  # begins exactly one after the book, as in the recordings
        (11, 15, APPLY),
        (12, 15, GAP),
        (12, 12, GAP),
    ],
)
def test_a_contiguous_range_applies_when_it_holds_the_next_id(first: int, last: int, verdict: Verdict) -> None:
    assert ContiguousRange().following(10, Change(first, last)) is verdict
    assert ContiguousRange().first(10, Change(first, last)) is verdict


@pytest.mark.parametrize(
    ("first", "last", "previous", "verdict"),
    [
        (5, 9, 4, STALE),
        (8, 10, 7, APPLY),  # ends at the snapshot: U <= lastUpdateId <= u
        (9, 15, 7, APPLY),
        (10, 15, 9, APPLY),
        (12, 15, 10, APPLY),  # the snapshot's id lies in the hole before it
        (12, 15, 8, APPLY),
        (12, 15, 11, GAP),
        (12, 15, 0, GAP),  # no link at all
    ],
)
def test_the_first_linked_message_straddles_the_snapshot_or_the_hole_around_it(
    first: int, last: int, previous: int, verdict: Verdict
) -> None:
    assert PreviousLink().first(10, Change(first, last, previous)) is verdict


@pytest.mark.parametrize(
    ("first", "last", "previous", "verdict"),
    [
        (30, 35, 10, APPLY),  # ids have holes: only the link counts
        (8, 10, 6, STALE),
        (5, 9, 4, STALE),
        (11, 15, 9, GAP),
        (11, 15, 11, GAP),
        (11, 15, 0, GAP),
    ],
)
def test_later_linked_messages_name_the_one_before(first: int, last: int, previous: int, verdict: Verdict) -> None:
    assert PreviousLink().following(10, Change(first, last, previous)) is verdict


def test_a_message_that_reaches_over_the_book_misses_nothing() -> None:
    assert spans(10, Change(8, 15, 6))
    assert not spans(10, Change(12, 15, 11))
    assert not spans(10, Change(8, 10, 6))
    assert not spans(10, Change(8, 15))
