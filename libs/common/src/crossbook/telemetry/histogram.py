"""Latency histograms cheap enough for the hot path.

Values are counted in log-linear buckets, as HdrHistogram does (http://hdrhistogram.org): each power of two is cut into
128 equal parts, so that a bucket is at most 1/128 of its value wide and its middle within 0.4 % of every value in it.
`record` is two integer operations and a list increment; hdrhistogram's own `record_value` costs several times as much
in Python.
"""

import math
from bisect import bisect_left
from itertools import accumulate
from typing import Final, Self

_PRECISION_BITS: Final = 7
_PARTS: Final = 1 << _PRECISION_BITS
_MAX_BITS: Final = 50
_BUCKETS: Final = (_MAX_BITS - _PRECISION_BITS + 1) * _PARTS
MAX_VALUE: Final = (1 << _MAX_BITS) - 1
"""Larger values (13 days, in nanoseconds) count as this."""


class Histogram:
    """Counts non-negative integers, by convention nanoseconds; a negative one counts as 0."""

    __slots__ = ("_buckets", "maximum", "total")

    def __init__(self) -> None:
        """An empty histogram."""
        self._buckets = [0] * _BUCKETS
        self.maximum = 0
        self.total = 0

    def record(self, value: int) -> None:
        """Count one value."""
        if value > self.maximum:
            self.maximum = value
            if value > MAX_VALUE:
                self.maximum = value = MAX_VALUE
        elif value < 0:
            value = 0
        self.total += value
        if value < _PARTS:
            self._buckets[value] += 1
            return
        shift = value.bit_length() - _PRECISION_BITS - 1
        self._buckets[(shift << _PRECISION_BITS) + (value >> shift)] += 1

    @property
    def count(self) -> int:
        """How many values were recorded."""
        return sum(self._buckets)

    def percentile(self, percent: float) -> int:
        """The value that `percent` of the recorded ones do not exceed, to 1 %; 0 when nothing was recorded."""
        return self._values_at(self._cumulative(), [percent])[0]

    def summary(self) -> dict[str, float]:
        """Count, mean, p50, p90, p99, p999 and max, in the unit recorded."""
        cumulative = self._cumulative()
        count = cumulative[-1]
        p50, p90, p99, p999 = self._values_at(cumulative, [50, 90, 99, 99.9])
        mean = self.total / count if count else 0.0
        return {"count": count, "mean": mean, "p50": p50, "p90": p90, "p99": p99, "p999": p999, "max": self.maximum}

    def _cumulative(self) -> list[int]:
        """How many values lie in each bucket or below, up to the largest value's."""
        return list(accumulate(self._buckets[: _index(self.maximum) + 1]))

    def _values_at(self, cumulative: list[int], percents: list[float]) -> list[int]:
        ranks = [max(1, math.ceil(cumulative[-1] * percent / 100)) for percent in percents]
        return [min(_middle(bisect_left(cumulative, rank)), self.maximum) for rank in ranks]

    def merge(self, other: "Histogram") -> None:
        """Add what another one counted."""
        self._buckets = [mine + theirs for mine, theirs in zip(self._buckets, other._buckets, strict=True)]
        self.maximum = max(self.maximum, other.maximum)
        self.total += other.total

    def reset(self) -> None:
        """Forget everything."""
        self._buckets = [0] * _BUCKETS
        self.maximum = self.total = 0

    def to_dict(self) -> dict[str, object]:
        """Everything it holds, for a file: `from_dict` makes an equal one."""
        buckets = {str(index): count for index, count in enumerate(self._buckets) if count}
        return {"buckets": buckets, "max": self.maximum, "total": self.total}

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> Self:
        """The histogram that `to_dict` wrote; raises ValueError for anything else."""
        buckets, maximum, total = data.get("buckets"), data.get("max"), data.get("total")
        if not isinstance(buckets, dict) or not isinstance(maximum, int) or not isinstance(total, int):
            raise ValueError("not a histogram")
        made = cls()
        made.maximum, made.total = maximum, total
        for index, count in buckets.items():
            if not 0 <= int(index) < _BUCKETS:
                raise ValueError(f"a histogram has no bucket {index}")
            made._buckets[int(index)] = int(count)
        return made


def _index(value: int) -> int:
    """The bucket of a value, as `record` computes it."""
    shift = max(0, value.bit_length() - _PRECISION_BITS - 1)
    return (shift << _PRECISION_BITS) + (value >> shift)


def _middle(index: int) -> int:
    """The value that stands for a bucket."""
    if index < 2 * _PARTS:
        return index
    shift = (index >> _PRECISION_BITS) - 1
    return ((index - (shift << _PRECISION_BITS)) << shift) + (1 << shift >> 1)
