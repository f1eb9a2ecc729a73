"""Request weight and order counts: aligned intervals, 429, then 418, and credit for orders that trade."""

import pytest

from venue_sim.binance.errors import VenueError
from venue_sim.binance.limits import Interval, OrderCounter, WeightLimiter

MINUTE = Interval("MINUTE", 1, 100)
START_MS = 60_000 * 28_000_000


def limiter() -> WeightLimiter:
    return WeightLimiter(MINUTE, refusals_before_ban=2, first_ban_ms=120_000)


def test_weight_gathers_per_address_until_the_minute_turns() -> None:
    weights = limiter()
    weights.admit("a", 60, START_MS + 59_999)
    weights.admit("b", 60, START_MS + 59_999)
    assert weights.used("a", START_MS + 59_999) == 60
    assert weights.used("a", START_MS + 60_000) == 0


def test_over_the_limit_is_429_with_the_time_to_wait_and_costs_nothing() -> None:
    weights = limiter()
    weights.admit("a", 100, START_MS + 10_000)
    with pytest.raises(VenueError) as refused:
        weights.admit("a", 1, START_MS + 10_000)
    assert (refused.value.status, refused.value.code, refused.value.retry_after_ms) == (429, -1003, 50_000)
    weights.admit("a", 1, START_MS + 60_000)


def test_who_goes_on_is_banned_and_longer_each_time() -> None:
    weights = limiter()
    weights.admit("a", 100, START_MS)
    statuses = [refusal(weights, START_MS + attempt).status for attempt in range(4)]
    assert statuses == [429, 429, 418, 418]
    assert refusal(weights, START_MS + 3).retry_after_ms == 119_999
    after_ms = START_MS + 240_000
    weights.admit("a", 100, after_ms)
    assert [refusal(weights, after_ms + attempt).status for attempt in range(3)] == [429, 429, 418]
    assert refusal(weights, after_ms + 2).retry_after_ms == 240_000


def test_one_request_that_is_let_in_forgives_the_refusals() -> None:
    weights = limiter()
    for minute in range(5):
        now_ms = START_MS + minute * 60_000
        weights.admit("a", 100, now_ms)
        assert [refusal(weights, now_ms).status for _ in range(2)] == [429, 429]


def refusal(weights: WeightLimiter, now_ms: int) -> VenueError:
    with pytest.raises(VenueError) as refused:
        weights.admit("a", 1, now_ms)
    return refused.value


def test_orders_count_in_every_interval_and_the_tightest_decides() -> None:
    orders = OrderCounter((Interval("SECOND", 10, 2), Interval("DAY", 1, 3)))
    orders.admit("ann", 2, START_MS)
    with pytest.raises(VenueError) as refused:
        orders.admit("ann", 1, START_MS + 4_000)
    assert refused.value.message == "Too many new orders; current limit is 2 orders per 10 SECOND."
    assert (refused.value.status, refused.value.code, refused.value.retry_after_ms) == (429, -1015, 6_000)
    orders.admit("bob", 1, START_MS)
    orders.admit("ann", 1, START_MS + 10_000)
    with pytest.raises(VenueError, match="3 orders per 1 DAY"):
        orders.admit("ann", 1, START_MS + 20_000)


def test_a_first_fill_gives_credit_back_more_to_makers() -> None:
    orders = OrderCounter((Interval("SECOND", 10, 10),), maker_credit=5, taker_credit=1)
    orders.admit("ann", 7, START_MS)
    orders.first_fill("ann", False, START_MS)
    assert [count for _, count in orders.counts("ann", START_MS)] == [6]
    orders.first_fill("ann", True, START_MS)
    orders.first_fill("ann", True, START_MS)
    assert [count for _, count in orders.counts("ann", START_MS)] == [0], "never below zero"


def test_how_intervals_are_named() -> None:
    assert [each.header_suffix for each in (Interval("SECOND", 10, 1), MINUTE, Interval("DAY", 1, 1))] == [
        "10S",
        "1M",
        "1D",
    ]
