"""The rate limiter never goes over a limit in any interval, keeps a reserve for cancels, and obeys silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_kit.rate_limiter import Limit, RateLimiter, Resource
from gateway_kit.requests import Channel, Cost, Priority

S = 1_000_000_000
WEIGHT = Limit(Resource.WEIGHT, 60_000, 100)
ORDERS = Limit(Resource.ORDERS, 10_000, 10)


def take(limiter: RateLimiter, cost: Cost, priority: Priority, now_ns: int, channel: Channel = Channel.WS) -> bool:
    return limiter.take(cost, priority, channel, now_ns) == 0


def test_adding_orders_stop_at_seventy_percent_and_cancels_go_on() -> None:
    limiter = RateLimiter([WEIGHT])
    assert sum(take(limiter, Cost(1), Priority.ADD, S) for _ in range(200)) == 70
    assert sum(take(limiter, Cost(1), Priority.ASK, S) for _ in range(200)) == 15
    assert sum(take(limiter, Cost(1), Priority.CANCEL, S) for _ in range(200)) == 15


def test_a_refusal_names_the_time_from_which_it_fits() -> None:
    limiter = RateLimiter([ORDERS])
    for second in range(7):
        assert take(limiter, Cost(0, 1), Priority.ADD, second * S)
    retry_ns = limiter.take(Cost(0, 1), Priority.ADD, Channel.WS, 7 * S)
    assert 10 * S <= retry_ns <= 11 * S
    assert not take(limiter, Cost(0, 1), Priority.ADD, retry_ns - S)
    assert take(limiter, Cost(0, 1), Priority.ADD, retry_ns)


def test_what_does_not_count_orders_is_not_held_up_by_their_limit() -> None:
    limiter = RateLimiter([ORDERS])
    limiter.observe(Resource.ORDERS, 10_000, 10, S)
    assert not take(limiter, Cost(1, 1), Priority.ADD, S)
    assert take(limiter, Cost(1, 0), Priority.CANCEL, S)


def test_the_venues_own_count_wins_when_it_is_higher() -> None:
    limiter = RateLimiter([WEIGHT])
    limiter.observe(Resource.WEIGHT, 60_000, 69, S)
    assert take(limiter, Cost(1), Priority.ADD, S)
    assert not take(limiter, Cost(1), Priority.ADD, S)
    limiter.observe(Resource.WEIGHT, 60_000, 3, S)
    assert limiter.used_fraction(S) == 0.7


def test_nothing_at_all_goes_out_before_the_silence_is_over() -> None:
    limiter = RateLimiter([WEIGHT])
    limiter.block(9 * S)
    limiter.block(5 * S)
    for priority in Priority:
        assert limiter.take(Cost(1), priority, Channel.REST, 9 * S - 1) == 9 * S
    assert take(limiter, Cost(1), Priority.ADD, 9 * S)


def test_a_ban_of_one_channel_leaves_the_other() -> None:
    limiter = RateLimiter([WEIGHT])
    limiter.block(9 * S, [Channel.REST])
    assert not take(limiter, Cost(1), Priority.CANCEL, S, Channel.REST)
    assert take(limiter, Cost(1), Priority.CANCEL, S, Channel.WS)


def test_new_limits_keep_what_was_used_of_those_that_stay() -> None:
    limiter = RateLimiter([WEIGHT, ORDERS])
    for _ in range(50):
        take(limiter, Cost(1), Priority.ADD, S)
    limiter.set_limits([WEIGHT, Limit(Resource.ORDERS, 10_000, 20)])
    assert limiter.used_fraction(S) == 0.5


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 5)), max_size=120))
def test_no_interval_of_any_position_holds_more_than_the_limit(steps: list[tuple[int, int]]) -> None:
    limiter, now_ms, taken = RateLimiter([Limit(Resource.WEIGHT, 1_000, 20)]), 0, []
    for pause_ms, weight in steps:
        now_ms += pause_ms
        if take(limiter, Cost(weight), Priority.CANCEL, now_ms * 1_000_000):
            taken.append((now_ms, weight))
    for start, _ in taken:
        assert sum(weight for at, weight in taken if start <= at < start + 1_000) <= 20


@pytest.mark.parametrize("limits", [[], [ORDERS]])
def test_without_a_limit_on_it_a_resource_is_free(limits: list[Limit]) -> None:
    limiter = RateLimiter(limits)
    assert all(take(limiter, Cost(1_000), Priority.BACKGROUND, S) for _ in range(100))
