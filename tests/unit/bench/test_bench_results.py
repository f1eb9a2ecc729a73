"""The bench's figures: what latest.json looks like, and that a ratio above 1 always means better."""

import json
from pathlib import Path

import pytest
from bench.results import Figure, Figures, percentiles, ratio_of, write
from bench.table import aims


def test_a_ratio_above_1_is_better_for_times_and_for_rates() -> None:
    assert ratio_of(0.5, 1.0, "ms") == 2.0
    assert ratio_of(8.0, 32.0, "cpu_us") == 4.0
    assert ratio_of(3_000.0, 1_000.0, "per_s") == 3.0
    assert ratio_of(1.0, 0.5, "share") == 2.0


def test_there_is_no_ratio_without_a_plain_twin_or_to_nothing() -> None:
    assert ratio_of(1.0, None, "ms") is None
    assert ratio_of(1.0, 0.0, "ms") is None
    assert ratio_of(0.0, 1.0, "ms") is None


def test_a_figure_is_the_median_of_its_repetitions() -> None:
    figures = Figures()
    for ours, plain in ((1.0, 4.0), (9.0, 2.0), (2.0, 40.0)):
        figures.add("crossbook", "tick_to_order_1000_p50", ours, "ms")
        figures.add("plain", "tick_to_order_1000_p50", plain, "ms")
    assert figures.lines() == [Figure("tick_to_order_1000_p50", 2.0, "ms", 4.0, 2.0)]


def test_what_only_the_plain_stack_has_is_left_out_and_ours_alone_has_no_ratio() -> None:
    figures = Figures()
    figures.add("plain", "theirs", 1.0, "ms")
    figures.add("crossbook", "ours", 1.0, "ms")
    assert figures.lines() == [Figure("ours", 1.0, "ms", None, None)]


def test_a_name_keeps_its_unit() -> None:
    figures = Figures()
    figures.add("crossbook", "oms_orders_per_s", 1.0, "per_s")
    with pytest.raises(ValueError, match="was in per_s, now in ms"):
        figures.add("plain", "oms_orders_per_s", 1.0, "ms")


def test_the_file_is_a_list_of_objects_with_exactly_these_keys(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.json"
    write([Figure("a_p50", 1.5, "ms", 3.0, 2.0), Figure("b_per_s", 7.0, "per_s", None, None)], path)
    assert json.loads(path.read_text()) == [
        {"name": "a_p50", "value": 1.5, "unit": "ms", "plain": 3.0, "ratio": 2.0},
        {"name": "b_per_s", "value": 7.0, "unit": "per_s", "plain": None, "ratio": None},
    ]


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles(list(range(101))) == {"p50": 50.0, "p99": 99.0, "max": 100.0}
    assert percentiles([5]) == {"p50": 5.0, "p99": 5.0, "max": 5.0}
    with pytest.raises(ValueError, match="nothing was measured"):
        percentiles([])


def test_each_aim_says_whether_it_was_met() -> None:
    told = aims([Figure("tick_to_order_1000_p50", 0.7, "ms", 2.1, 3.0)])
    assert [line.split()[0] for line in told] == ["MISSED", "met"]
    assert "under 0.6" in told[0]
    assert "at least 2" in told[1]
