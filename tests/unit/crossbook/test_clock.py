"""The clock that is handed to shells, and the one that tests wind."""

import time

import pytest

from crossbook.clock import Clock, ManualClock, SystemClock


def test_system_clock_reads_the_hosts_own_clocks() -> None:
    clock = SystemClock()
    before = time.monotonic_ns()
    assert before <= clock.monotonic_ns() <= time.monotonic_ns()
    before = time.time_ns()
    assert before <= clock.time_ns() <= time.time_ns()


def test_both_clocks_fit_the_protocol() -> None:
    assert isinstance(SystemClock(), Clock)
    assert isinstance(ManualClock(), Clock)


def test_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock(monotonic_ns=5, time_ns=1_000)
    assert (clock.monotonic_ns(), clock.time_ns()) == (5, 1_000)
    assert clock.advance_ms(2) == 2_000_005
    assert (clock.monotonic_ns(), clock.time_ns()) == (2_000_005, 2_001_000)


def test_a_stepped_wall_clock_leaves_monotonic_time_alone() -> None:
    clock = ManualClock(monotonic_ns=100, time_ns=10_000)
    clock.step_wall_clock_ns(-7_000)
    assert (clock.monotonic_ns(), clock.time_ns()) == (100, 3_000)


def test_monotonic_time_never_goes_back() -> None:
    with pytest.raises(ValueError, match="cannot go back by 3 ns"):
        ManualClock().advance_ns(-3)
