from gateway_kit.book_audit import BookAudit, Finding
from gateway_kit.book_sync import BookSync
from gateway_kit.sequence_rules import ContiguousRange
from testkit.market_feed import MS, Change, Picture


def audited() -> tuple[BookAudit, BookSync]:
    sync = BookSync(ContiguousRange())
    sync.base_on(Picture(10))
    list(sync.replay())
    return BookAudit(every_ms=60_000, levels=10), sync


def test_audits_are_a_period_apart() -> None:
    audit, _ = audited()
    audit.next_ns = 100
    assert not audit.is_due(99)
    assert audit.is_due(100)
    audit.asked(100)
    assert not audit.is_due(60_000 * MS)
    assert audit.is_due(60_000 * MS + 100)


def test_nothing_is_found_where_nothing_was_asked() -> None:
    audit, sync = audited()
    assert audit.settle(sync, 1) is None


def test_a_snapshot_of_the_same_id_agrees() -> None:
    audit, sync = audited()
    audit.take(Picture(10), 1)
    assert audit.settle(sync, 2) is Finding.AGREES
    assert audit.settle(sync, 3) is None


def test_an_older_snapshot_is_brought_to_the_book_s_id_first() -> None:
    audit, sync = audited()
    sync.on_depth(Change(11, 12, bids=((100.5, 3.0),)), 1)
    audit.take(Picture(10), 2)
    assert audit.settle(sync, 3) is Finding.AGREES


def test_a_snapshot_ahead_of_the_book_waits_for_the_stream() -> None:
    audit, sync = audited()
    audit.take(Picture(12, bids=((100.5, 3.0), (100.0, 1.0), (99.0, 2.0))), 1)
    assert audit.settle(sync, 2) is Finding.PENDING
    sync.on_depth(Change(11, 13, bids=((100.5, 3.0),)), 3)
    assert audit.settle(sync, 4) is Finding.AGREES


def test_a_stream_that_never_catches_up_is_compared_as_it_is() -> None:
    audit, sync = audited()
    audit.take(Picture(12, bids=((100.5, 3.0), (100.0, 1.0))), 1)
    assert audit.settle(sync, 5_000 * MS) is Finding.PENDING
    assert audit.settle(sync, 5_001 * MS) is Finding.DIFFERS
    assert audit.differences[0] == "bid 100 x 1 is 100.5 x 3 at the venue"


def test_one_corrupted_level_is_found_and_named() -> None:
    audit, sync = audited()
    sync.book.apply([(99.0, 2.5)], [])
    audit.take(Picture(10), 1)
    assert audit.settle(sync, 2) is Finding.DIFFERS
    assert audit.differences == ["bid 99 x 2.5 is 99 x 2 at the venue"]


def test_a_snapshot_from_before_the_tape_proves_nothing() -> None:
    audit, sync = audited()
    sync.on_depth(Change(11, 12), 1)
    sync.tape.clear()
    audit.take(Picture(10), 2)
    assert audit.settle(sync, 3) is Finding.INCONCLUSIVE


def test_levels_beyond_the_first_snapshot_become_known() -> None:
    audit, sync = audited()
    audit.take(Picture(10, bids=((100.0, 1.0), (99.0, 2.0), (98.0, 3.0))), 1)
    audit_of_two = BookAudit(every_ms=1, levels=2)
    audit_of_two.take(Picture(10, bids=((100.0, 1.0), (99.0, 2.0), (98.0, 3.0))), 1)
    assert audit_of_two.settle(sync, 2) is Finding.AGREES
    assert sync.book.bids.size_at(98.0) == 3.0


def test_what_waited_is_dropped_when_the_book_is_built_anew() -> None:
    audit, sync = audited()
    audit.take(Picture(10), 1)
    audit.forget()
    assert audit.settle(sync, 2) is None
