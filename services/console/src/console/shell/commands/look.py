"""Looking at a running system: status, orders, positions, why."""

import time
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from console.inventory import normalised
from console.picture import Picture
from console.plan import SUPERVISOR_SOCKET, Plan
from console.screen import inventory, render
from console.shell.operator import state_of
from console.shell.places import load_bus
from console.shell.supervisor import Supervisor
from console.shell.watch import Watch
from crossbook.errors import RetryLater
from crossbook.messages.base import Side
from crossbook.messages.orders import OrderUpdate, QuoteState


async def _picture(plan: Plan) -> tuple[Picture, Watch]:
    supervisor = Supervisor() if SUPERVISOR_SOCKET.exists() else None
    watch = Watch(load_bus(plan), plan.gateways, supervisor, plan.on_demand)
    picture = await watch.settle()
    watch.close()
    return picture, watch


async def status(plan: Plan, console: Console) -> None:
    """Print the whole screen once. Raises RetryLater when nothing runs."""
    picture, watch = await _picture(plan)
    if not picture.processes:
        raise RetryLater("nothing runs here: no supervisor and no beats in run/")
    console.print(render(picture, watch.counts, "Crossbook", time.monotonic_ns()))


async def orders(plan: Plan, console: Console) -> None:
    """Print live orders by the OMS's word, not by what happened to be heard."""
    bus = load_bus(plan)
    snapshot = await state_of(bus)
    picture, _watch = await _picture(plan)
    table = Table("order", "strategy", "instrument", "side", "price", "size", "filled", "state", "venue id", box=None)
    for order in sorted(snapshot.orders, key=lambda o: (o.strategy, o.instrument, -o.side, -o.side * o.price_ticks)):
        table.add_row(*_order_row(order, picture))
    console.print(table if snapshot.orders else "no live orders")


def _order_row(order: OrderUpdate, picture: Picture) -> tuple[str, ...]:
    definition = picture.definitions.get(order.instrument)
    tick = definition.tick_size if definition else Decimal(1)
    lot = definition.lot_size * definition.contract_size if definition else Decimal(1)
    unit = "" if definition else " (ticks, lots)"
    state = order.state.value + (f" ({order.unknown_operation.value})" if order.unknown_operation else "")
    return (
        f"{order.order_id:x}",
        order.strategy,
        order.instrument,
        order.side.name.lower(),
        normalised(tick * order.price_ticks) + unit,
        normalised(lot * order.qty_lots),
        normalised(lot * order.filled_lots),
        state,
        order.venue_order_id,
    )


async def positions(plan: Plan, console: Console) -> None:
    """Print positions, the account's result, and balances. Raises RetryLater when no OMS is heard."""
    picture, _watch = await _picture(plan)
    if not picture.positions and not picture.balances:
        raise RetryLater("the oms states no positions: is it running? crossbook status")
    console.print(inventory(picture))
    table = Table("account", "venue", "market", "asset", "free", "locked", title="Balances", box=None)
    for (account, venue, market, asset), balance in sorted(picture.balances.items()):
        table.add_row(account, venue, market, asset, normalised(balance.free), normalised(balance.locked))
    console.print(table)


async def why(plan: Plan, instrument: str | None, console: Console) -> None:
    """Print each side's state; `instrument` may be a part of an id. Raises RetryLater when no strategy is heard."""
    picture, _watch = await _picture(plan)
    found = {key: state for key, state in picture.quotes.items() if not instrument or instrument in key[1]}
    if not found:
        raise RetryLater(f"no strategy says anything of {instrument or 'any instrument'}: crossbook status")
    now_ns = time.monotonic_ns()
    for (strategy, name, side), state in sorted(found.items(), key=lambda item: (item[0][0], item[0][1], -item[0][2])):
        console.print(_explain(strategy, name, side, state, now_ns), highlight=False)


def _explain(strategy: str, instrument: str, side: Side, state: QuoteState, now_ns: int) -> str:
    head = f"{strategy} {instrument} {side.name.lower()}: "
    since = f" for {max(0, now_ns - state.since_ns) / 1e9:,.1f} s"
    if state.state == "quoting":
        return f"{head}[green]quoting[/]{since} ({state.context})"
    numbers = f"\n    {state.context}" if state.context else ""
    return f"{head}[red]blocked: {state.reason}[/]{since}{numbers}\n    {state.advice}"
