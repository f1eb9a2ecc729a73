"""The orderly end of a run: strategies first, then every order, then the comparison of inventories."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from console.inventory import open_at_venue, own_inventory, venue_inventory
from console.log_lines import uncaused_errors
from console.plan import VENUE_ENDPOINTS, Plan
from console.report import Closing
from console.shell.operator import command
from console.shell.places import ACTS_FILE
from console.shell.run_directory import last_words, log_files
from console.shell.supervisor import Supervisor
from console.shell.watch import Watch, read_json
from crossbook.config import BusConfig
from crossbook.errors import CrossbookError, RetryLater
from crossbook.messages.control import CancelAll

_SETTLE_S = 10.0
_POLL_S = 0.1


async def close_run(plan: Plan, bus: BusConfig, watch: Watch, supervisor: Supervisor, seconds: float) -> Closing:
    """Stop quoting, cancel everything, wait until nothing is open and inventories agree; says what it found."""
    closing = Closing(seconds)
    await watch.refresh()
    for name in plan.strategies:
        await _try(closing, f"stopping {name}", asyncio.to_thread(supervisor.stop, name))
    await _try(closing, "closing cancel-all", command(bus, plan.gateways, CancelAll, "all", "end of the run"))
    await _until(_nothing_live(watch))
    if plan.simulated:
        await _compare(closing, watch)
    closing.troubles += [
        f"{facts.name} says: {words}"
        for facts in watch.picture.processes.values()
        if not facts.running and facts.name not in plan.strategies and (words := last_words(facts.name))
    ]
    causes = [act["time_s"] for act in _read_acts(ACTS_FILE)]
    for name, file in log_files(plan).items():
        closing.errors += uncaused_errors(name, _lines(file), causes)
    return closing


async def _compare(closing: Closing, watch: Watch) -> None:
    """Poll the venue's truth until it equals ours, or time is up: the last comparison counts."""
    accounts = sorted({account for account, _instrument in watch.picture.positions} | set(watch.picture.pnl))
    instruments = {d.symbol: d.instrument for d in watch.picture.definitions.values() if d.kind == "perp"}

    async def agree() -> bool:
        truth = await fetch_truth()
        closing.open_at_venue = open_at_venue(truth, accounts)
        closing.venue_inventory = venue_inventory(truth, instruments, accounts)
        closing.inventory = own_inventory(watch.picture.positions.values(), watch.picture.balances.values())
        return not closing.open_at_venue and closing.inventory == closing.venue_inventory

    try:
        await _until(agree)
    except (httpx.HTTPError, RetryLater) as error:
        closing.troubles.append(f"venue-sim does not tell its ledger: {error}")


async def fetch_truth() -> dict[str, Any]:
    """venue-sim's own ledger. Raises RetryLater or httpx.HTTPError."""
    admin = read_json(VENUE_ENDPOINTS).get("admin")
    if not admin:
        raise RetryLater("venue-sim has not said where it listens")
    async with httpx.AsyncClient(timeout=10.0) as client:
        answer = await client.get(f"{admin}/_sim/truth")
        answer.raise_for_status()
        return dict(answer.json())


async def _try(closing: Closing, what: str, awaitable: Any) -> None:
    try:
        await awaitable
    except CrossbookError as error:
        closing.troubles.append(f"{what}: {error}")


def _nothing_live(watch: Watch) -> Callable[[], Awaitable[bool]]:
    async def nothing_live() -> bool:
        return not watch.picture.orders

    return nothing_live


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    deadline = asyncio.get_running_loop().time() + _SETTLE_S
    while not await condition() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - it asks others
        await asyncio.sleep(_POLL_S)


def _read_acts(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _lines(file) if line.strip()]


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []
