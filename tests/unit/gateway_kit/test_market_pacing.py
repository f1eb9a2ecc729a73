"""Back-off, connect budget and resync schedule: nothing is asked in a tight loop."""

import pytest

from gateway_kit.backoff import Backoff
from gateway_kit.connect_budget import ConnectBudget
from gateway_kit.resync_schedule import ResyncSchedule

MS = 1_000_000


def test_delays_double_up_to_the_ceiling_and_begin_again_after_success() -> None:
    backoff = Backoff(250, 2_000)
    assert [backoff.failed(0.0) // MS for _ in range(6)] == [250, 500, 1_000, 2_000, 2_000, 2_000]
    backoff.succeeded()
    assert backoff.failed(0.0) == 250 * MS


def test_jitter_shortens_a_delay_by_up_to_half() -> None:
    assert Backoff(1_000, 1_000).failed(0.999_999) // MS == 500
    assert Backoff(1_000, 1_000).failed(0.5) // MS == 750


def test_a_thousand_failures_stay_at_the_ceiling() -> None:
    backoff = Backoff(1, 30_000)
    delays = {backoff.failed(0.0) for _ in range(1_000)}
    assert max(delays) == 30_000 * MS


@pytest.mark.parametrize(("base", "ceiling"), [(0, 1), (5, 4), (-1, 1)])
def test_a_back_off_that_makes_no_sense_is_refused(base: int, ceiling: int) -> None:
    with pytest.raises(ValueError, match="back-off"):
        Backoff(base, ceiling)


def test_the_connect_budget_counts_a_sliding_window() -> None:
    budget = ConnectBudget(count=2, window_ms=1_000)
    budget.attempted(0)
    budget.attempted(400 * MS)
    assert budget.wait_ns(500 * MS) == 500 * MS
    assert budget.wait_ns(999 * MS) == 1 * MS
    assert budget.wait_ns(1_000 * MS) == 0
    budget.attempted(1_000 * MS)
    assert budget.wait_ns(1_001 * MS) == 399 * MS


def test_a_snapshot_is_asked_for_at_once_but_never_twice_at_a_time() -> None:
    schedule = ResyncSchedule(spacing_ms=2_000, patience_ms=15_000)
    assert schedule.is_due(5)
    schedule.asked(5)
    assert not schedule.is_due(3_000 * MS)
    assert schedule.is_due(15_000 * MS + 5)  # lost on the way


def test_snapshots_that_are_answered_are_still_two_seconds_apart() -> None:
    schedule = ResyncSchedule(spacing_ms=2_000)
    schedule.asked(0)
    schedule.answered()
    assert not schedule.is_due(1_999 * MS)
    assert schedule.is_due(2_000 * MS)


def test_failures_move_the_next_request_away_to_a_ceiling() -> None:
    schedule = ResyncSchedule(spacing_ms=2_000, ceiling_ms=8_000)
    now_ms, waits = 0, []
    for _ in range(5):
        schedule.asked(now_ms * MS)
        schedule.failed(now_ms * MS, 0.0)
        wait_ms = next(ms for ms in range(0, 10_000, 500) if schedule.is_due((now_ms + ms) * MS))
        waits.append(wait_ms)
        now_ms += wait_ms
    assert waits == [2_000, 4_000, 8_000, 8_000, 8_000]


def test_the_time_that_a_rate_limit_names_is_kept() -> None:
    schedule = ResyncSchedule(spacing_ms=2_000)
    schedule.asked(0)
    schedule.failed(1, 0.0, retry_at_ns=60_000 * MS)
    assert not schedule.is_due(59_999 * MS)
    assert schedule.is_due(60_000 * MS)
