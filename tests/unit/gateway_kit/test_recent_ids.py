from hypothesis import given
from hypothesis import strategies as st

from gateway_kit.recent_ids import WINDOW, RecentIds


def test_each_id_is_new_once() -> None:
    ids = RecentIds()
    assert [ids.is_new(number) for number in (5, 5, 6, 5, 9, 6)] == [True, False, True, False, True, False]


def test_one_that_comes_late_is_new_all_the_same() -> None:
    ids = RecentIds()
    assert [ids.is_new(number) for number in (5, 7, 6, 6, 7)] == [True, True, True, False, False]


def test_one_from_before_everything_remembered_is_taken_for_a_repetition() -> None:
    ids = RecentIds()
    for number in range(10, 10 + WINDOW + 5):
        assert ids.is_new(number)
    assert not ids.is_new(11)
    assert not ids.is_new(3)


def test_after_forgetting_ids_may_begin_anew() -> None:
    ids = RecentIds()
    assert ids.is_new(1_000)
    ids.forget()
    assert ids.is_new(1)


@given(st.lists(st.integers(0, 60), max_size=200))
def test_repeated_and_swapped_neighbours_are_counted_exactly_once(jumps: list[int]) -> None:
    stream = [100 + position + jump % 4 for position, jump in enumerate(jumps)]
    ids = RecentIds()
    counted = [number for number in stream if ids.is_new(number)]
    assert len(counted) == len(set(counted))
    later = {number for number in stream if number >= (stream[0] if stream else 0)}
    assert later <= set(counted)
