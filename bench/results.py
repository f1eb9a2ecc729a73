"""Figures of a run: medians over repetitions, the ratio against the plain stack, and the file they are kept in."""

import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

LATEST = Path(__file__).resolve().parent / "results" / "latest.json"
MORE_IS_BETTER = ("per_s", "share")
"""Units of which more is better; of every other one (time, CPU time) less is."""


class Figure(NamedTuple):
    """One line of the table. `plain` and `ratio` are None where the plain stack has no such thing."""

    name: str
    value: float
    unit: str
    plain: float | None
    ratio: float | None
    """Above 1: better than the plain stack, whichever direction is better."""


def ratio_of(value: float, plain: float | None, unit: str) -> float | None:
    """How many times better `value` is than `plain`; None where that cannot be said."""
    if plain is None or value <= 0 or plain <= 0:
        return None
    return value / plain if unit in MORE_IS_BETTER else plain / value


class Figures:
    """Collects measurements of both stacks."""

    def __init__(self) -> None:
        """None yet."""
        self._units: dict[str, str] = {}
        self._measured: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, stack: str, name: str, value: float, unit: str) -> None:
        """One repetition's value. Raises ValueError when a name comes with another unit than before."""
        if self._units.setdefault(name, unit) != unit:
            raise ValueError(f"{name} was in {self._units[name]}, now in {unit}")
        self._measured[name][stack].append(value)

    def spread(self, stack: str, name: str, values: dict[str, float], scale: float, unit: str) -> None:
        """Several figures of one thing: `name_p50`, `name_p99`, … each value divided by `scale`."""
        for part, value in values.items():
            self.add(stack, f"{name}_{part}", value / scale, unit)

    def lines(self) -> list[Figure]:
        """Medians, in the order in which names first came; what only the plain stack has is left out."""
        return [
            self._line(name, by_stack["crossbook"], by_stack.get("plain", []))
            for name, by_stack in self._measured.items()
            if by_stack.get("crossbook")
        ]

    def _line(self, name: str, ours: list[float], plain: list[float]) -> Figure:
        unit, value = self._units[name], statistics.median(ours)
        beside = statistics.median(plain) if plain else None
        ratio = ratio_of(value, beside, unit)
        return Figure(
            name,
            round(value, 4),
            unit,
            None if beside is None else round(beside, 4),
            None if ratio is None else round(ratio, 2),
        )


def as_data(lines: list[Figure]) -> list[dict[str, Any]]:
    """What `latest.json` holds."""
    return [line._asdict() for line in lines]


def write(lines: list[Figure], path: Path = LATEST) -> None:
    """Write the file, whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(as_data(lines), indent=1) + "\n")
    unfinished.rename(path)


def percentiles(values: list[int]) -> dict[str, float]:
    """p50, p99 and max of the values themselves; raises ValueError when there are none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    last = len(ordered) - 1
    return {
        "p50": float(ordered[round(last * 0.50)]),
        "p99": float(ordered[round(last * 0.99)]),
        "max": float(ordered[last]),
    }
