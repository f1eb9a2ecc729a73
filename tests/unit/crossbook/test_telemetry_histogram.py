"""Histograms are right to 1 %, cheap, and can be merged and kept."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.telemetry import Histogram
from crossbook.telemetry.histogram import MAX_VALUE


def exact(values: list[int], percent: float) -> int:
    return sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]


@given(st.lists(st.integers(0, MAX_VALUE), min_size=1, max_size=200), st.sampled_from([1.0, 50.0, 90.0, 99.0, 100.0]))
def test_every_percentile_is_within_one_per_cent(values: list[int], percent: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    assert histogram.percentile(percent) == pytest.approx(exact(values, percent), rel=0.01)
    assert (histogram.count, histogram.maximum) == (len(values), max(values))


def test_small_values_are_exact() -> None:
    histogram = Histogram()
    for value in range(256):
        histogram.record(value)
    assert [histogram.percentile(100 * (each + 1) / 256) for each in range(256)] == list(range(256))


def test_a_latency_distribution_summed_up() -> None:
    chance = random.Random(7)
    values = [int(chance.lognormvariate(12, 1.5)) for _ in range(20_000)]
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    summary = histogram.summary()
    for name, percent in (("p50", 50), ("p90", 90), ("p99", 99), ("p999", 99.9)):
        assert summary[name] == pytest.approx(exact(values, percent), rel=0.01)
    assert (summary["count"], summary["max"]) == (20_000, max(values))
    assert summary["mean"] == pytest.approx(sum(values) / len(values))


def test_nothing_recorded_is_nothing() -> None:
    assert Histogram().summary() == {"count": 0, "mean": 0.0, "p50": 0, "p90": 0, "p99": 0, "p999": 0, "max": 0}


def test_what_is_below_or_above_the_range_counts_as_its_end() -> None:
    histogram = Histogram()
    histogram.record(-5)
    histogram.record(MAX_VALUE * 8)
    assert (histogram.count, histogram.percentile(50), histogram.maximum) == (2, 0, MAX_VALUE)


def test_merged_is_the_same_as_recorded_together() -> None:
    one, other, both = Histogram(), Histogram(), Histogram()
    for value in range(0, 1_000_000, 997):
        (one if value % 2 else other).record(value)
        both.record(value)
    one.merge(other)
    assert one.to_dict() == both.to_dict()


def test_kept_and_read_again_it_is_the_same() -> None:
    histogram = Histogram()
    for value in (0, 1, 127, 128, 129, 5_000, 10**9):
        histogram.record(value)
    assert Histogram.from_dict(histogram.to_dict()).to_dict() == histogram.to_dict()


@pytest.mark.parametrize("data", [{}, {"buckets": {}, "max": 1}, {"buckets": {"99999": 1}, "max": 1, "total": 1}])
def test_what_is_no_histogram_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="histogram"):
        Histogram.from_dict(data)


def test_reset_forgets() -> None:
    histogram = Histogram()
    histogram.record(5)
    histogram.reset()
    assert histogram.to_dict() == Histogram().to_dict()
