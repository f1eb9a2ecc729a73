import pytest

from gateway_kit.clock_offset import ClockOffset

MS = 1_000_000
UNIX = 1_790_000_000_000 * MS


def test_the_venue_s_time_counts_from_the_middle_of_the_exchange() -> None:
    offset = ClockOffset()
    offset.take(1_000 * MS, 1_100 * MS, UNIX)
    assert offset.venue_time_ns(1_050 * MS) == UNIX
    assert offset.venue_time_ns(2_050 * MS) == UNIX + 1_000 * MS
    assert offset.round_trip_ns == 100 * MS


def test_the_shortest_round_trip_counts() -> None:
    offset = ClockOffset()
    offset.take(1_000 * MS, 1_020 * MS, UNIX)
    offset.take(2_000 * MS, 3_000 * MS, UNIX + 1_100 * MS)  # the answer dawdled: its middle is 110 ms off
    assert offset.venue_time_ns(1_010 * MS) == UNIX


def test_old_exchanges_are_forgotten() -> None:
    offset = ClockOffset(window=2)
    offset.take(0, 1 * MS, UNIX)
    for _ in range(2):
        offset.take(0, 10 * MS, UNIX + 7 * MS)
    assert offset.round_trip_ns == 10 * MS
    assert offset.venue_time_ns(5 * MS) == UNIX + 7 * MS


def test_how_far_the_venue_is_ahead_is_told_in_milliseconds() -> None:
    offset = ClockOffset()
    assert offset.ahead_ms(0, UNIX) == 0.0
    offset.take(0, 0, UNIX)
    assert offset.ahead_ms(5 * MS, UNIX + 5 * MS - 250 * MS) == 250.0


def test_a_clock_that_was_never_read_is_not_known() -> None:
    offset = ClockOffset()
    assert not offset.is_known
    with pytest.raises(LookupError, match="not been read"):
        offset.venue_time_ns(0)


def test_an_answer_before_its_question_is_refused() -> None:
    with pytest.raises(ValueError, match="before it was asked"):
        ClockOffset().take(10, 9, UNIX)
