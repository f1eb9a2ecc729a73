"""The figures of a process in one snapshot."""

from crossbook.telemetry import Metrics


def test_a_snapshot_holds_every_figure_by_name() -> None:
    metrics = Metrics()
    metrics.counter("orders_sent").add()
    metrics.counter("orders_sent").add(2)
    metrics.gauge("books_live").set(4)
    metrics.histogram("receipt_to_internal_ns").record(100)
    metrics.observe("bus.md", lambda: {"sent": 7})
    snapshot = metrics.snapshot()
    assert snapshot["counters"] == {"orders_sent": 3, "bus.md.sent": 7}
    assert snapshot["gauges"] == {"books_live": 4}
    assert snapshot["histograms"]["receipt_to_internal_ns"]["p99"] == 100


def test_a_figure_of_a_name_is_one_and_the_same() -> None:
    metrics = Metrics()
    assert metrics.counter("a") is metrics.counter("a")
    assert metrics.histogram("a") is metrics.histogram("a")


def test_a_new_period_of_the_histograms_leaves_counters_alone() -> None:
    metrics = Metrics()
    metrics.counter("a").add()
    metrics.histogram("b").record(9)
    metrics.reset_histograms()
    snapshot = metrics.snapshot()
    assert snapshot["counters"] == {"a": 1}
    assert snapshot["histograms"]["b"]["count"] == 0
