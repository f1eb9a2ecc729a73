"""The table on the terminal, and how the figures stand to what is aimed at."""

from rich.table import Table

from bench.results import Figure

AIMS: tuple[tuple[str, str, float, str], ...] = (
    ("receipt_to_internal_p99", "below", 1.0, "specification"),
    ("decision_to_submission_mean", "below", 10.0, "specification"),
    ("risk_response_p99", "below", 10.0, "specification"),
    ("inventory_sync_p99", "below", 100.0, "specification"),
    ("gateway_updates_per_s", "above", 1_000.0, "specification"),
    ("tick_to_order_1000_p50", "below", 0.6, "aim"),
    ("tick_to_order_1000_p50", "ratio", 2.0, "aim"),
    ("tick_to_order_5000_delivered", "above", 0.999, "aim"),
)
"""Figure, which side of what it should be on, in the figure's unit, and who says so."""

_PER_WHOLE = {"share": 3, "ms": 3, "per_s": 0, "cpu_us": 1, "cpu_s_per_s": 3}


def table(lines: list[Figure], caption: str) -> Table:
    """Every figure; times of the plain stack beside it."""
    made = Table(caption=caption)
    made.add_column("figure", no_wrap=True, overflow="fold")
    for heading in ("crossbook", "unit", "plain", "ratio"):
        made.add_column(heading, justify="left" if heading == "unit" else "right")
    for line in lines:
        made.add_row(line.name, _shown(line.value, line.unit), line.unit, _shown(line.plain, line.unit), _times(line))
    return made


def aims(lines: list[Figure]) -> list[str]:
    """One line for each aim whose figure was measured."""
    found = {line.name: line for line in lines}
    return [_aim(found[name], side, limit, whose) for name, side, limit, whose in AIMS if name in found]


def _aim(line: Figure, side: str, limit: float, whose: str) -> str:
    value = line.ratio if side == "ratio" else line.value
    met = value is not None and (value < limit if side == "below" else value >= limit)
    shown = "not known" if value is None else f"{value:g}"
    what = f"{line.name}, times the plain stack" if side == "ratio" else f"{line.name} [{line.unit}]"
    words = {"below": "under", "above": "at least", "ratio": "at least"}
    return f"{'met   ' if met else 'MISSED'} {what}: {shown}, {whose}: {words[side]} {limit:g}"


def _shown(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:,.{_PER_WHOLE[unit]}f}"


def _times(line: Figure) -> str:
    return "" if line.ratio is None else f"{line.ratio:.2f}×"
