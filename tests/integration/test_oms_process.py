"""The real OMS process, with a scripted gateway and strategy on the real bus, a real Redis, and real kills."""

import signal
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from crossbook.messages.base import OrderState
from crossbook.messages.orders import Fill, OrderUpdate
from crossbook.redis_server import server_command
from testkit.oms_desk import PERP, limits
from testkit.oms_peers import ScriptedGateway, ScriptedStrategy, Venue, until
from testkit.processes import Processes


class Rig:
    """One OMS under test, with what surrounds it."""

    def __init__(self, run_dir: Path, processes: Processes) -> None:
        self.run_dir = run_dir
        self.processes = processes
        self.venue = Venue()
        self.gateway: ScriptedGateway
        self.strategy: ScriptedStrategy
        self.config = run_dir / "oms.toml"
        self.config.write_text(_toml(run_dir))
        (run_dir / "redis").mkdir()

    @property
    def bus(self) -> Path:
        return self.run_dir / "bus"

    @property
    def journal(self) -> Path:
        return self.run_dir / "journal"

    def start_oms(self) -> None:
        self.processes.start("oms", ["python", "-m", "oms", "--config", str(self.config)])

    def start_redis(self) -> None:
        self.processes.start("redis", server_command(self.run_dir / "redis"))

    async def begin(self) -> None:
        self.bus.mkdir(mode=0o700, exist_ok=True)
        self.start_redis()
        self.start_oms()
        self.gateway = ScriptedGateway(self.bus, self.venue, epoch=1)
        self.strategy = ScriptedStrategy(self.bus)

    async def end(self) -> None:
        await self.strategy.close()
        await self.gateway.close()
        self.processes.kill("redis")

    def state_of(self, order_id: int) -> OrderState | None:
        updates = [u for u in self.strategy.told(OrderUpdate) if u.order_id == order_id]
        return updates[-1].state if updates else None


def _toml(run_dir: Path) -> str:
    lines = [f'run_dir = "{run_dir}"', 'venues = ["binance"]', "[orders]", "reconcile_ms = 2000"]
    return "\n".join([*lines, *_tables("risk", limits().model_dump(mode="json"))])


def _tables(name: str, data: dict[str, object]) -> list[str]:
    """A table as TOML, its plain values first."""
    lines = [f"[{name}]"]
    for key, value in data.items():
        if isinstance(value, bool):
            lines.append(f"{key} = {str(value).lower()}")
        elif isinstance(value, str):
            lines.append(f'{key} = "{value}"')
        elif isinstance(value, int | float | list):
            lines.append(f"{key} = {value}")
    for key, value in data.items():
        if isinstance(value, dict):
            lines += _tables(f'{name}."{key}"', value)
    return lines


@pytest.fixture
async def rig(run_dir: Path, processes: Processes) -> AsyncIterator[Rig]:
    rig = Rig(run_dir, processes)
    await rig.begin()
    yield rig
    await rig.end()


async def test_an_order_is_placed_acknowledged_filled_and_becomes_a_position(rig: Rig) -> None:
    order_id = await rig.strategy.place()
    await until(lambda: rig.state_of(order_id) is OrderState.OPEN, "the acknowledgement")
    rig.gateway.fill(order_id, 4, "t1")
    fills = await until(lambda: rig.strategy.told(Fill), "the fill")
    assert [(f.order_id, f.qty, f.price) for f in fills] == [(order_id, Decimal("0.004"), Decimal("49999.0"))]
    snapshot = await rig.strategy.snapshot()
    assert snapshot.positions == {PERP: Decimal("0.004")}
    assert [(o.order_id, o.state, o.filled_lots) for o in snapshot.orders] == [
        (order_id, OrderState.PARTIALLY_FILLED, 4)
    ]


async def test_sigterm_cancels_everything_and_ends_with_zero(rig: Rig) -> None:
    order_id = await rig.strategy.place()
    await until(lambda: rig.state_of(order_id) is OrderState.OPEN, "the acknowledgement")
    oms = rig.processes.started["oms"]
    oms.send_signal(signal.SIGTERM)
    await until(lambda: oms.poll() is not None, "the end")
    assert oms.returncode == 0
    assert rig.venue.open == {}
