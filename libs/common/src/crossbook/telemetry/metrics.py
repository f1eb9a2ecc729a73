"""The figures of a process: named counters, gauges and histograms, read together as one snapshot."""

from collections.abc import Callable, Mapping
from typing import Any

from crossbook.telemetry.histogram import Histogram


class Counter:
    """A number that only grows. Nothing guards it: it belongs to the thread of the event loop."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        """From 0."""
        self.value = 0

    def add(self, count: int = 1) -> None:
        """Count `count` more."""
        self.value += count


class Gauge:
    """A number that goes up and down."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        """At 0."""
        self.value: float = 0.0

    def set(self, value: float) -> None:
        """Say what it is now."""
        self.value = value


class Metrics:
    """All figures of a process. Ask for a figure once and keep it: looking it up by name is not for the hot path."""

    def __init__(self) -> None:
        """Without figures."""
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        self._sources: dict[str, Callable[[], Mapping[str, int]]] = {}

    def counter(self, name: str) -> Counter:
        """The counter of that name, made when first asked for."""
        return self._counters.setdefault(name, Counter())

    def gauge(self, name: str) -> Gauge:
        """The gauge of that name, made when first asked for."""
        return self._gauges.setdefault(name, Gauge())

    def histogram(self, name: str) -> Histogram:
        """The histogram of that name, made when first asked for; end the name with its unit (`_ns`)."""
        return self._histograms.setdefault(name, Histogram())

    def observe(self, prefix: str, counts: Callable[[], Mapping[str, int]]) -> None:
        """Take counters that something else keeps: `counts` is called at each snapshot, `prefix.` goes before names."""
        self._sources[prefix] = counts

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """All figures as plain data, `counters`, `gauges` and `histograms` by name."""
        counters = {name: counter.value for name, counter in self._counters.items()}
        for prefix, counts in self._sources.items():
            counters.update({f"{prefix}.{name}": value for name, value in counts().items()})
        return {
            "counters": counters,
            "gauges": {name: gauge.value for name, gauge in self._gauges.items()},
            "histograms": {name: histogram.summary() for name, histogram in self._histograms.items()},
        }

    def reset_histograms(self) -> None:
        """Begin a new period of all histograms, as a bench does after warming up."""
        for histogram in self._histograms.values():
            histogram.reset()
