"""The closing report of a run: figures, and whether it was healthy. Pure: from a picture and two inventories."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from console.inventory import normalised
from console.picture import Picture
from crossbook.messages.base import OrderState

LATENCIES: dict[str, str] = {
    "receipt_to_internal": "receipt_to_internal_ns",
    "decision_to_submission": "decision_to_submission_ns",
    "tick_to_order": "tick_to_order_ns",
    "venue_ack": "venue_ack_ns",
    "inventory_sync": "inventory_sync_ns",
}
"""Stages of the report, and the histogram that measures each, in whichever processes have it."""

COUNTERS: dict[str, str] = {
    "orders_sent": "orders_sent",
    "orders_acked": "orders_acked",
    "rejects": "rejects",
    "denials": "denials",
    "fills": "fills",
}


@dataclass
class Closing:
    """What the end of a run found out, beside the picture."""

    seconds: float
    inventory: dict[str, str] = field(default_factory=dict)
    venue_inventory: dict[str, str] = field(default_factory=dict)
    open_at_venue: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Error lines in the logs of processes that no operator's act explains."""
    troubles: list[str] = field(default_factory=list)
    """What went wrong while closing, such as a process that would not stop."""


class Counts:
    """Counters over restarts: what an earlier life of a process counted is not lost with it."""

    def __init__(self) -> None:
        """Nothing counted."""
        self._past: dict[str, dict[str, int]] = {}
        self._present: dict[str, tuple[int, dict[str, int]]] = {}

    def take(self, process: str, pid: int, counters: dict[str, int]) -> None:
        """The present counters of a process; a new pid starts from zero, on top of the old one's last word."""
        known = self._present.get(process)
        if known is not None and known[0] != pid:
            past = self._past.setdefault(process, {})
            for name, value in known[1].items():
                past[name] = past.get(name, 0) + value
        self._present[process] = pid, counters

    def total(self, name: str) -> int:
        """A counter summed over all processes and all their lives."""
        past = sum(counters.get(name, 0) for counters in self._past.values())
        return past + sum(counters.get(name, 0) for _pid, counters in self._present.values())


def make_report(picture: Picture, counts: Counts, closing: Closing) -> dict[str, Any]:
    """The content of report.json."""
    unknown = sum(1 for order in picture.orders.values() if order.state is OrderState.UNKNOWN)
    faults = find_faults(picture, closing, unknown)
    return {
        "healthy": not faults,
        "faults": faults,
        "seconds": round(closing.seconds, 1),
        "updates_per_s": round(counts.total("book_updates") / max(closing.seconds, 1e-9), 1),
        **{key: counts.total(name) for key, name in COUNTERS.items()},
        "unknown_open": unknown,
        "open_at_venue": len(closing.open_at_venue),
        "inventory": closing.inventory,
        "venue_inventory": closing.venue_inventory,
        "pnl": _pnl(picture),
        "markout_bps": _markouts(picture),
        "latency_us": {stage: _latency(picture, name) for stage, name in LATENCIES.items()},
        "processes": {
            facts.name: {"pid": facts.pid, "state": facts.state, "restarts": facts.restarts}
            for facts in picture.processes.values()
        },
        "errors": closing.errors[:50],
    }


def find_faults(picture: Picture, closing: Closing, unknown: int) -> list[str]:
    """Everything that makes a run unhealthy, in words; empty when it was healthy."""
    faults = [f"process {facts.name} is {facts.state}" for facts in picture.processes.values() if not facts.running]
    if unknown:
        faults.append(f"{unknown} orders are still unknown")
    if closing.open_at_venue:
        faults.append(f"{len(closing.open_at_venue)} orders are still open at the venue after the closing cancel-all")
    if picture.quotes and not picture.ever_quoted:
        reasons = sorted({f"{state.reason} {state.context}".strip() for state in picture.quotes.values()})
        faults.append(f"nothing was ever quoted: {'; '.join(reasons)}")
    faults += _differences(closing.inventory, closing.venue_inventory)
    if closing.errors:
        faults.append(f"{len(closing.errors)} errors were logged that nobody caused; the first: {closing.errors[0]}")
    return faults + closing.troubles


def _differences(ours: dict[str, str], venues: dict[str, str]) -> Iterable[str]:
    for key in sorted(set(ours) | set(venues)):
        if ours.get(key, "0") != venues.get(key, "0"):
            yield f"inventory {key}: ours {ours.get(key, '0')}, the venue's {venues.get(key, '0')}"


def _pnl(picture: Picture) -> dict[str, dict[str, str]]:
    return {
        account: {
            "currency": pnl.currency,
            "equity": normalised(pnl.equity),
            "change": normalised(pnl.equity - pnl.equity_start),
            "realised": normalised(pnl.realised),
            "unrealised": normalised(pnl.unrealised),
            "fees": normalised(pnl.fees),
            "funding": normalised(pnl.funding),
            "volume": normalised(pnl.volume),
        }
        for account, pnl in picture.pnl.items()
    }


def _markouts(picture: Picture) -> dict[str, dict[str, float]]:
    return {
        account: {"1s": round(pnl.markout_1s_bps, 3), "10s": round(pnl.markout_10s_bps, 3)}
        for account, pnl in picture.pnl.items()
    }


def _latency(picture: Picture, name: str) -> dict[str, float] | None:
    """Percentiles in microseconds: the worst of each where several processes measure it; None where none does."""
    found = [h for process in picture.processes if (h := picture.histogram(process, name)) and h["count"]]
    if not found:
        return None
    worst = {key: round(max(h[key] for h in found) / 1e3, 1) for key in ("p50", "p99", "max", "mean")}
    return {**worst, "count": sum(int(h["count"]) for h in found)}
