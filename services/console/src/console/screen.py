"""The live table of a running system: books, quotes with their reasons, inventory, result, latencies, processes."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.inventory import normalised
from console.picture import Picture
from console.report import LATENCIES, Counts
from crossbook.messages.base import Liveness, OrderState, Side
from crossbook.messages.market import BookTop

_GOOD, _BAD, _DIM = "green", "red", "dim"


def render(picture: Picture, counts: Counts, title: str, now_ns: int) -> RenderableType:
    """Everything on one screen of about 120 columns. `now_ns`: monotonic, for ages."""
    parts: list[RenderableType] = [
        Text(title, style="bold"),
        books(picture, now_ns),
        quotes(picture, now_ns),
        inventory(picture),
        latencies(picture, counts),
        processes(picture),
    ]
    if picture.risk is not None and picture.risk.blocks:
        parts.insert(1, blocks(picture, now_ns))
    if picture.alerts:
        parts.append(alerts(picture))
    return Group(*parts)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold cyan", box=None, pad_edge=False, expand=True)
    for column in columns:
        name, right, _ = column.partition(">")
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    return table


def books(picture: Picture, now_ns: int) -> Table:
    """Best bid and ask of every instrument, with spread and age."""
    table = _table("Books", "instrument", "bid size>", "bid>", "ask>", "ask size>", "spread bps>", "age ms>")
    for instrument, top in sorted(picture.tops.items()):
        age = f"{(now_ns - top.received_ns) / 1e6:,.0f}"
        if not isinstance(top, BookTop):
            table.add_row(instrument, Text(f"invalid: {top.reason}", style=_BAD), "", "", "", "", age)
            continue
        spread = 2e4 * (top.ask - top.bid) / (top.ask + top.bid) if top.bid and top.ask else float("nan")
        sizes = f"{top.bid_size:,.5f}", f"{top.ask_size:,.5f}"
        prices = f"{top.bid:,.8g}", f"{top.ask:,.8g}"
        table.add_row(instrument, sizes[0], *prices, sizes[1], f"{spread:.2f}", age)
    return table


def quotes(picture: Picture, now_ns: int) -> Table:
    """Each side of each strategy's instruments: its orders, or the one reason why there are none."""
    table = _table("Quotes", "strategy", "instrument", "side", "fair>", "orders (size @ price)", "state", "for s>")
    for (strategy, instrument, side), state in sorted(picture.quotes.items(), key=lambda item: _quote_order(*item[0])):
        quoting = state.state == "quoting"
        label = Text("quoting", style=_GOOD) if quoting else Text(f"{state.reason} {state.context}"[:60], style=_BAD)
        fair = picture.fair_prices.get((strategy, instrument), 0.0)
        table.add_row(
            strategy,
            instrument,
            side.name.lower(),
            f"{fair:,.8g}" if fair else "",
            _live_orders(picture, strategy, instrument, side),
            label,
            f"{max(0, now_ns - state.since_ns) / 1e9:,.0f}",
        )
    return table


def _quote_order(strategy: str, instrument: str, side: Side) -> tuple[str, str, int]:
    return strategy, instrument, -int(side)


def _live_orders(picture: Picture, strategy: str, instrument: str, side: Side) -> str:
    live = [o for o in picture.orders.values() if (o.strategy, o.instrument, o.side) == (strategy, instrument, side)]
    definition = picture.definitions.get(instrument)
    if definition is None:
        return f"{len(live)} orders" if live else ""
    live.sort(key=lambda order: -side * order.price_ticks)
    lot = definition.lot_size * definition.contract_size
    return "  ".join(
        f"{normalised(lot * (o.qty_lots - o.filled_lots))} @ {normalised(definition.tick_size * o.price_ticks)}"
        + ("?" if o.state is OrderState.UNKNOWN else "")
        for o in live[:3]
    ) + (" …" if len(live) > 3 else "")


def inventory(picture: Picture) -> Table:
    """Positions with their result, then the account's."""
    table = _table("Inventory", "account", "instrument", "position>", "average>", "realised>", "unrealised>", "fees>")
    for (account, instrument), position in sorted(picture.positions.items()):
        table.add_row(
            account,
            instrument,
            normalised(position.qty),
            f"{position.average_price:,.2f}",
            *(f"{amount:,.2f}" for amount in (position.realised, position.unrealised, position.fees)),
        )
    for account, pnl in sorted(picture.pnl.items()):
        change = pnl.equity - pnl.equity_start
        table.add_row(
            account,
            Text(f"equity {pnl.equity:,.2f} {pnl.currency}", style="bold"),
            f"{pnl.fills} fills",
            f"vol {pnl.volume:,.0f}",
            f"{pnl.realised:,.2f}",
            f"{pnl.unrealised:,.2f}",
            f"{pnl.fees:,.2f}",
        )
        markouts = f"markout 1 s {pnl.markout_1s_bps:+.2f} bps, 10 s {pnl.markout_10s_bps:+.2f} bps"
        style = _GOOD if change >= 0 else _BAD
        table.add_row("", Text(f"since start {change:+,.2f} {pnl.currency}", style=style), "", "", markouts)
    return table


def latencies(picture: Picture, counts: Counts) -> Table:
    """Percentiles of each stage, and what was sent."""
    table = _table("Latency, µs", "stage", "count>", "p50>", "p99>", "max>", "", "count>")
    side_by_side = [
        ("orders sent", counts.total("orders_sent")),
        ("acked", counts.total("orders_acked")),
        ("rejects", counts.total("rejects")),
        ("denials", counts.total("denials")),
        ("fills", counts.total("fills")),
    ]
    for (stage, name), (label, count) in zip(LATENCIES.items(), side_by_side, strict=True):
        found = [h for process in picture.processes if (h := picture.histogram(process, name)) and h["count"]]
        figures = (f"{max(h[key] for h in found) / 1e3:,.0f}" if found else "" for key in ("p50", "p99", "max"))
        total = f"{sum(int(h['count']) for h in found):,}" if found else ""
        table.add_row(stage.replace("_", " "), total, *figures, label, f"{count:,}")
    return table


def processes(picture: Picture) -> Table:
    """Every process: state, pid, how long it has been up, restarts, loop lag."""
    table = _table("Processes", "name", "state", "pid>", "up s>", "restarts>", "beat ms>", "loop lag p99 µs>")
    for facts in picture.processes.values():
        lag = picture.histogram(facts.name, "loop_lag_ns")
        table.add_row(
            facts.name,
            Text(facts.state.lower(), style=_GOOD if facts.running else _BAD),
            str(facts.pid),
            f"{facts.since_s:,.0f}",
            str(facts.restarts),
            "" if facts.beat_age_ms is None else f"{facts.beat_age_ms:,.0f}",
            f"{lag['p99'] / 1e3:,.0f}" if lag else "",
        )
    for (venue, account, market), health in sorted(picture.venues.items()):
        style = _GOOD if health.state is Liveness.UP else _BAD
        table.add_row(f"{venue} {account} {market}", Text(f"{health.state} {health.reason}".strip(), style=style))
    return table


def blocks(picture: Picture, now_ns: int) -> Table:
    """What restricts trading now."""
    table = _table("Halts", "scope", "level", "reason", "by", "for s>", "numbers")
    for block in picture.risk.blocks if picture.risk else ():
        level = Text(block.level + (" (latched)" if block.latched else ""), style=_BAD)
        age = f"{max(0, now_ns - block.since_ns) / 1e9:,.0f}"
        table.add_row(block.scope, level, block.reason, block.by, age, block.context)
    return table


def alerts(picture: Picture) -> Table:
    """The last few alerts, newest last."""
    table = _table("Alerts", "severity", "kind", "subject", "text")
    for alert in list(picture.alerts)[-5:]:
        style = {"page": _BAD, "critical": _BAD, "warn": "yellow", "warning": "yellow"}.get(alert.severity, _DIM)
        table.add_row(Text(alert.severity, style=style), alert.kind, alert.subject, alert.text)
    return table
