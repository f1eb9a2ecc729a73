"""An OMS is there while its beats show progress; lost is said once."""

from gateway_kit.oms_presence import OmsPresence, PresenceSettings

MS = 1_000_000


def presence() -> OmsPresence:
    return OmsPresence(PresenceSettings(progress_ms=2_000, lost_ms=5_000), 0)


def test_it_works_while_progress_is_shown() -> None:
    oms = presence()
    assert not oms.is_working(0)
    oms.on_beat(3, 1, 100 * MS)
    assert oms.is_working(2_100 * MS)
    assert not oms.is_working(2_101 * MS)


def test_beats_without_progress_are_no_life() -> None:
    oms = presence()
    for n in range(60):
        oms.on_beat(3, 1, n * 100 * MS)
    assert not oms.is_working(5_900 * MS)
    assert oms.is_lost(5_900 * MS)


def test_a_loss_is_told_once_and_again_after_a_return() -> None:
    oms = presence()
    oms.on_beat(3, 1, 0)
    assert [oms.newly_lost(n * 1_000 * MS) for n in range(8)] == [False] * 6 + [True, False]
    oms.on_beat(4, 1, 8_000 * MS)
    assert oms.is_working(8_000 * MS)
    assert oms.newly_lost(14_000 * MS)


def test_one_that_never_came_is_lost_too() -> None:
    assert presence().newly_lost(5_001 * MS)
