from gateway_kit.book_sync import BookSync
from gateway_kit.sequence_rules import ContiguousRange, PreviousLink, Verdict
from testkit.market_feed import Change, Picture


def spot() -> BookSync:
    return BookSync(ContiguousRange())


def replayed(sync: BookSync) -> list[int]:
    return [held.change.last_id for held in sync.replay()]


def test_messages_wait_for_the_snapshot_and_follow_it() -> None:
    sync = spot()
    for change in (Change(8, 9), Change(10, 12, bids=((100.5, 1.0),)), Change(13, 13, bids=((99.0, 0.0),))):
        assert sync.on_depth(change, change.last_id) is Verdict.HELD
    assert sync.base_on(Picture(11))
    assert replayed(sync) == [12, 13]
    assert (sync.live, sync.last_id) == (True, 13)
    assert sync.book.bids.top(5) == [(100.5, 1.0), (100.0, 1.0)]


def test_each_waiting_message_keeps_the_time_it_came() -> None:
    sync = spot()
    sync.on_depth(Change(11, 12), 777)
    sync.base_on(Picture(10))
    assert [held.received_ns for held in sync.replay()] == [777]


def test_a_snapshot_is_enough_where_nothing_waits() -> None:
    sync = spot()
    assert sync.base_on(Picture(10))
    assert replayed(sync) == []
    assert sync.live
    assert sync.on_depth(Change(9, 10), 1) is Verdict.STALE
    assert sync.on_depth(Change(11, 14), 1) is Verdict.APPLY


def test_a_snapshot_older_than_what_waits_is_refused_and_what_waits_is_kept() -> None:
    sync = spot()
    sync.on_depth(Change(20, 22), 1)
    assert not sync.base_on(Picture(18))
    assert not sync.live
    assert sync.base_on(Picture(19))
    assert replayed(sync) == [22]


def test_a_gap_ends_trust_and_its_message_waits_for_the_next_snapshot() -> None:
    sync = spot()
    sync.base_on(Picture(10))
    assert sync.on_depth(Change(12, 14, bids=((100.5, 1.0),)), 5) is Verdict.GAP
    assert not sync.live
    assert sync.on_depth(Change(15, 16), 6) is Verdict.HELD
    assert sync.base_on(Picture(13))
    assert replayed(sync) == [14, 16]
    assert sync.live


def test_a_gap_among_what_waited_is_found_and_the_rest_goes_on_waiting() -> None:
    sync = spot()
    for change in (Change(11, 12), Change(15, 16)):
        sync.on_depth(change, 1)
    assert sync.base_on(Picture(10))
    assert replayed(sync) == [12]
    assert not sync.live
    assert [held.change.last_id for held in sync.waiting] == [16]
    assert sync.base_on(Picture(14))
    assert replayed(sync) == [16]
    assert sync.live


def test_a_duplicate_is_ignored() -> None:
    sync = spot()
    sync.base_on(Picture(10))
    sync.on_depth(Change(11, 12, bids=((100.0, 7.0),)), 1)
    sync.on_depth(Change(13, 14, bids=((100.0, 8.0),)), 1)
    assert sync.on_depth(Change(11, 12, bids=((100.0, 7.0),)), 1) is Verdict.STALE
    assert sync.book.bids.best() == (100.0, 8.0)


def test_linked_messages_may_leave_holes_in_the_ids() -> None:
    sync = BookSync(PreviousLink())
    sync.on_depth(Change(100, 110, previous_id=95), 1)
    assert sync.base_on(Picture(105))
    assert replayed(sync) == [110]
    assert sync.on_depth(Change(150, 160, previous_id=110), 1) is Verdict.APPLY
    assert sync.on_depth(Change(170, 180, previous_id=165), 1) is Verdict.GAP


def test_a_quiet_linked_symbol_waits_without_another_snapshot() -> None:
    sync = BookSync(PreviousLink())
    assert sync.base_on(Picture(105))
    assert replayed(sync) == []
    assert sync.live
    assert sync.on_depth(Change(200, 210, previous_id=103), 1) is Verdict.APPLY


def test_while_connections_overlap_messages_cut_differently_are_taken() -> None:
    sync = BookSync(PreviousLink())
    sync.base_on(Picture(100))
    sync.on_depth(Change(101, 110, previous_id=100), 1)
    other_cut = Change(104, 118, previous_id=103, bids=((100.0, 4.0),))
    sync.overlapping = True
    assert sync.on_depth(other_cut, 1) is Verdict.APPLY
    assert sync.book.bids.best() == (100.0, 4.0)
    sync.overlapping = False
    assert sync.on_depth(Change(115, 125, previous_id=112), 1) is Verdict.GAP


def test_a_later_snapshot_that_is_ahead_becomes_the_book() -> None:
    sync = spot()
    sync.base_on(Picture(10))
    sync.base_on(Picture(20, bids=((50.0, 1.0),)))
    assert (sync.last_id, sync.book.bids.best()) == (20, (50.0, 1.0))
    assert sync.on_depth(Change(15, 20), 1) is Verdict.STALE
    assert sync.on_depth(Change(21, 22), 1) is Verdict.APPLY


def test_a_later_snapshot_that_is_behind_is_brought_to_where_the_book_stands() -> None:
    sync = spot()
    sync.base_on(Picture(10))
    sync.on_depth(Change(11, 12, bids=((100.0, 5.0),)), 1)
    sync.on_depth(Change(13, 14, bids=((98.0, 6.0),)), 1)
    sync.base_on(Picture(12, bids=((100.0, 5.0), (97.0, 3.0))))
    assert sync.last_id == 14
    assert sync.book.bids.top(5) == [(100.0, 5.0), (98.0, 6.0), (97.0, 3.0)]


def test_a_book_is_rebuilt_from_a_snapshot_only_without_holes() -> None:
    sync = BookSync(ContiguousRange(), tape_limit=2)
    sync.base_on(Picture(10))
    for first in (11, 12, 13):
        sync.on_depth(Change(first, first, bids=((100.0, float(first)),)), 1)
    rebuilt = sync.rebuilt(Picture(11))
    assert rebuilt is not None
    assert rebuilt.bids.best() == (100.0, 13.0)
    assert sync.rebuilt(Picture(10)) is None  # message 11 is no longer on the tape
    assert sync.rebuilt(Picture(99)) is None  # the stream has not come that far


def test_only_so_many_messages_wait_and_then_the_snapshot_must_be_newer() -> None:
    sync = BookSync(ContiguousRange(), waiting_limit=2)
    for first in (11, 12, 13):
        sync.on_depth(Change(first, first), 1)
    assert not sync.base_on(Picture(10))
    assert sync.base_on(Picture(11))
    assert replayed(sync) == [12, 13]
