"""How many orders a second the real OMS process takes through their whole life, between scripted peers.

Also here, because they need peers that answer at once: how soon a fill stands in Redis (`inventory_sync`), and how soon
after a risk rule is broken, here by an operator's kill, the cancel of an open order is on its way (`risk_response`).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from bench.peers import ScriptedGateway, ScriptedStrategy
from bench.plain.bus import PlainDealer, PlainPublisher
from bench.processes import BenchFailed, Processes
from bench.results import Figures, percentiles
from bench.stack import oms_alone
from crossbook.bus import Dealer, Publisher, close_context
from crossbook.clock import SystemClock
from crossbook.messages.control import Kill, Resume

WINDOW = 64
"""Orders under way at once: enough that the OMS never waits for a peer."""
KILLS = 40
FILLS_PER_S = 100


class CrossbookBus:
    """Sockets of the product."""

    def dealer(
        self, endpoint: str, identity: bytes, on_message: Callable[[Any], None], types: tuple[type, ...]
    ) -> Dealer:
        """A dealer."""
        return Dealer(endpoint, identity, on_message, types=types, hwm=10_000)

    def publisher(self, endpoint: str) -> Publisher:
        """A publisher."""
        return Publisher(endpoint, clock=SystemClock(), role="md")


class PlainBus:
    """Sockets of the plain stack."""

    def dealer(
        self, endpoint: str, identity: bytes, on_message: Callable[[Any], None], types: tuple[type, ...]
    ) -> PlainDealer:
        """A dealer."""
        return PlainDealer(endpoint, identity, on_message, types=types, hwm=10_000)

    def publisher(self, endpoint: str) -> PlainPublisher:
        """A publisher."""
        return PlainPublisher(endpoint, role="md")


def measure(stack: str, figures: Figures, seconds: float) -> None:
    """One start of the OMS."""
    with oms_alone(stack) as (run_dir, processes):
        _run(stack, _measure(stack, figures, str(run_dir / "bus"), processes, seconds))
        time.sleep(1.1)
        synced = processes.metrics("oms")["histograms"].get("inventory_sync_ns", {"count": 0})
        if synced["count"]:
            parts = {part: synced[part] for part in ("p50", "p99", "max")}
            figures.spread(stack, "inventory_sync", parts, 1e6, "ms")


def _run(stack: str, work: Coroutine[Any, Any, None]) -> None:
    """On the loop that the stack's own processes use."""
    factory = uvloop.new_event_loop if stack == "crossbook" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        try:
            runner.run(work)
        finally:
            close_context()


async def _measure(stack: str, figures: Figures, bus_dir: str, processes: Processes, seconds: float) -> None:
    bus = CrossbookBus() if stack == "crossbook" else PlainBus()
    gateway, strategy = ScriptedGateway(bus, bus_dir), ScriptedStrategy(bus, bus_dir)
    try:
        async with asyncio.timeout(30 + 4 * seconds):
            await _until_accepted(gateway, strategy)
            await _kills(stack, figures, gateway, strategy)
            await _flood(stack, figures, gateway, strategy, processes, seconds)
            await _fills(gateway, strategy, seconds)
    finally:
        await strategy.close()
        await gateway.close()


async def _until_accepted(gateway: ScriptedGateway, strategy: ScriptedStrategy) -> None:
    await gateway.ready.wait()
    while not strategy.accepted:
        strategy.place()
        await asyncio.sleep(0.2)
    await asyncio.sleep(1.0)


async def _flood(
    stack: str,
    figures: Figures,
    gateway: ScriptedGateway,
    strategy: ScriptedStrategy,
    processes: Processes,
    seconds: float,
) -> None:
    refused = sum(strategy.denied.values())
    going = True

    def next_order() -> None:
        if going:
            strategy.place()

    gateway.on_done = next_order
    begun_ns, sent, cpu_s = time.monotonic_ns(), gateway.sent, processes.cpu_seconds()["oms"]
    for _ in range(WINDOW):
        strategy.place()
    await asyncio.sleep(seconds)
    going = False
    gateway.welcomed.clear()
    gateway.hello()
    await gateway.welcomed.wait()
    orders, spent_s = gateway.sent - sent, processes.cpu_seconds()["oms"] - cpu_s
    took_s = (time.monotonic_ns() - begun_ns) / 1e9
    await asyncio.sleep(0.5)
    if not orders or sum(strategy.denied.values()) > refused:
        raise BenchFailed(f"OMS flood: {orders} orders passed; denied: {strategy.denied}")
    figures.add(stack, "oms_orders_per_s", orders / took_s, "per_s")
    figures.add(stack, "oms_order_cpu", spent_s / orders * 1e6, "cpu_us")


async def _kills(stack: str, figures: Figures, gateway: ScriptedGateway, strategy: ScriptedStrategy) -> None:
    """One open order, a kill, the time until its cancel comes; resumed and repeated."""
    gateway.rest = True
    latencies: list[int] = []
    for _ in range(KILLS):
        placed, cancelled = asyncio.Event(), asyncio.Event()
        gateway.on_done, gateway.on_cancel = placed.set, cancelled.set
        strategy.place()
        await placed.wait()
        await asyncio.sleep(0.02)
        strategy.command(Kill, "all")
        begun_ns = time.monotonic_ns()
        await cancelled.wait()
        latencies.append(gateway.cancelled_ns - begun_ns)
        await strategy.commanded.wait()
        strategy.command(Resume, "all")
        await strategy.commanded.wait()
        await asyncio.sleep(0.05)
    gateway.rest, gateway.on_cancel = False, _nothing
    figures.spread(stack, "risk_response", percentiles(latencies), 1e6, "ms")


async def _fills(gateway: ScriptedGateway, strategy: ScriptedStrategy, seconds: float) -> None:
    """Orders that fill, at the pace of a busy day."""
    gateway.on_done, gateway.fill_lots = _nothing, 1
    for _ in range(int(seconds * FILLS_PER_S)):
        strategy.place()
        await asyncio.sleep(1 / FILLS_PER_S)
    await asyncio.sleep(0.3)


def _nothing() -> None:
    """What is done about orders that nobody waits for."""
