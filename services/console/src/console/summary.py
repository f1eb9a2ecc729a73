"""The closing words of a run, as a person reads them."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text


def summary(report: dict[str, Any]) -> RenderableType:
    """What happened, how fast, how it ended; with the faults, if there are any."""
    parts: list[RenderableType] = [_verdict(report), _figures(report), _latencies(report), _inventory(report)]
    return Group(*parts)


def _verdict(report: dict[str, Any]) -> RenderableType:
    if report["healthy"]:
        return Text("healthy: every process up, no order unknown, inventory equal to the venue's", style="bold green")
    lines = [f"  - {fault}" for fault in report["faults"]]
    return Text("NOT HEALTHY\n" + "\n".join(lines), style="bold red")


def _figures(report: dict[str, Any]) -> RenderableType:
    restarts = sum(process["restarts"] for process in report["processes"].values())
    words = (
        f"{report['seconds']:,} s   {report['updates_per_s']:,} updates/s   orders sent {report['orders_sent']:,}, "
        f"acked {report['orders_acked']:,}, rejects {report['rejects']:,}, denials {report['denials']:,}   "
        f"fills {report['fills']:,}   unknown {report['unknown_open']}   restarts {restarts}"
    )
    for account, pnl in report["pnl"].items():
        markout = report["markout_bps"].get(account, {})
        words += (
            f"\n{account}: result {float(pnl['change']):+,.2f} {pnl['currency']} (fees {float(pnl['fees']):,.2f}, "
            f"volume {float(pnl['volume']):,.0f}), markout 1 s {markout.get('1s', 0):+.2f} bps, "
            f"10 s {markout.get('10s', 0):+.2f} bps"
        )
    return Text(words)


def _latencies(report: dict[str, Any]) -> RenderableType:
    table = Table("latency, µs", "count", "p50", "p99", "max", box=None, pad_edge=False)
    for stage, figures in report["latency_us"].items():
        if figures is not None:
            values = (f"{figures[key]:,.0f}" for key in ("count", "p50", "p99", "max"))
            table.add_row(stage.replace("_", " "), *values)
    return table


def _inventory(report: dict[str, Any]) -> RenderableType:
    table = Table("inventory", "ours", "venue's", box=None, pad_edge=False)
    ours, venues = report["inventory"], report["venue_inventory"]
    for key in sorted(set(ours) | set(venues)):
        style = "" if ours.get(key, "0") == venues.get(key, "0") else "red"
        table.add_row(key, ours.get(key, "0"), venues.get(key, "0"), style=style)
    return table
