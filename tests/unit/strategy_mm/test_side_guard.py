"""Cool-downs, sweeps and back-off of one side."""

import pytest

from strategy_mm.parameters import GuardParameters
from strategy_mm.quote_state import Blocked, Reason
from strategy_mm.side_guard import SideGuard
from testkit.mm_builders import MS, START

RULES = GuardParameters(
    fill_cooldown_ms=100, cooldown_growth=2, cooldown_max_ms=300, sweep_fills=3, sweep_window_ms=50, sweep_pause_ms=1000
)


def reason(guard: SideGuard, now_ns: int) -> Reason | None:
    pause = guard.pause(now_ns)
    return pause[0] if pause else None


def test_a_fill_pauses_its_side_and_each_further_one_longer_up_to_the_ceiling() -> None:
    guard, now = SideGuard(RULES), START
    for expected_ms in (100, 200, 300, 300):
        guard.on_fill(now)
        assert reason(guard, now + expected_ms * MS - 1) is Reason.COOLING_DOWN
        assert reason(guard, now + expected_ms * MS) is None
        now += 1000 * MS


def test_a_fill_of_the_other_side_makes_cooldowns_short_again() -> None:
    guard = SideGuard(RULES)
    guard.on_fill(START)
    guard.on_other_side_filled()
    guard.on_fill(START + 1000 * MS)
    assert reason(guard, START + 1100 * MS) is None


def test_a_sweep_takes_the_side_off() -> None:
    guard = SideGuard(RULES)
    for offset_ms in (0, 25, 50):
        guard.check_stand(START + offset_ms * MS)
        guard.on_fill(START + offset_ms * MS)
    with pytest.raises(Blocked) as blocked:
        guard.check_stand(START + 51 * MS)
    assert blocked.value.reason is Reason.SWEPT
    guard.check_stand(START + 1050 * MS)


def test_slow_fills_are_no_sweep() -> None:
    guard = SideGuard(RULES)
    for offset_ms in (0, 25, 51):
        guard.on_fill(START + offset_ms * MS)
    guard.check_stand(START + 52 * MS)


def test_refusals_back_off_twice_as_long_each_until_the_venue_takes_an_order() -> None:
    guard = SideGuard(GuardParameters(reject_backoff_ms=100))
    guard.on_rejected("by=venue code=-2010", START)
    assert guard.pause(START + 99 * MS) == (Reason.BACKOFF, "by=venue code=-2010")
    assert guard.pause(START + 100 * MS) is None
    guard.on_rejected("x", START)
    assert reason(guard, START + 199 * MS) is Reason.BACKOFF
    guard.on_accepted_by_venue()
    guard.on_rejected("x", START)
    assert reason(guard, START + 100 * MS) is None


def test_our_own_denials_never_wait_longer_than_a_second() -> None:
    guard = SideGuard(GuardParameters(reject_backoff_ms=500))
    for _ in range(10):
        guard.on_denied("by=risk code=gateway_absent", START)
    assert reason(guard, START + 999 * MS) is Reason.BACKOFF
    assert reason(guard, START + 1000 * MS) is None
