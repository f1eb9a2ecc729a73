"""The real OMS process, with a scripted gateway and strategy on the real bus, a real Redis, and real kills."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import redis

from crossbook.clock import SystemClock
from crossbook.messages.base import OrderState, Side
from crossbook.messages.control import Command, CommandDone, Kill, Resume
from crossbook.messages.gateway import QueryOrder
from crossbook.messages.inventory import Position
from crossbook.messages.orders import Denied, Fill, OrderUpdate
from crossbook.redis_server import server_command
from testkit.oms_desk import PERP, limits
from testkit.oms_peers import ScriptedGateway, ScriptedStrategy, Venue, until
from testkit.processes import Processes
from testkit.shared_files import ROOT


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
        for name in ("oms", "redis"):
            if self.processes.started[name].poll() is None:
                self.processes.kill(name, signal.SIGKILL)

    def state_of(self, order_id: int) -> OrderState | None:
        updates = [u for u in self.strategy.told(OrderUpdate) if u.order_id == order_id]
        return updates[-1].state if updates else None

    def redis_position(self) -> Decimal | None:
        """What Redis says is held; None while it says nothing or is not there."""
        client = redis.Redis(unix_socket_path=str(self.run_dir / "redis" / "redis.sock"), socket_timeout=1.0)
        try:
            value = client.hget("crossbook:positions", f"main|{PERP}")
        except redis.RedisError:
            return None
        finally:
            client.close()
        return msgspec.json.decode(value, type=Position).qty if isinstance(value, bytes) else None

    def audit(self, *words: str) -> str:
        """What `python -m oms audit …` says; AssertionError unless it ends with 0."""
        command = [sys.executable, "-m", "oms", "audit", *words, "--journal", str(self.journal)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _toml(run_dir: Path) -> str:
    lines = [f'run_dir = "{run_dir}"', 'venues = ["binance"]', "[orders]", "reconcile_ms = 2000"]
    return "\n".join([*lines, *_tables("risk", limits().model_dump(mode="json"))])


def _tables(name: str, data: dict[str, object]) -> list[str]:
    """A table as TOML, its plain values first."""
    lines = [f"[{name}]"]
    for key, value in data.items():
        if isinstance(value, bool):
            lines.append(f'"{key}" = {str(value).lower()}')
        elif isinstance(value, str):
            lines.append(f'"{key}" = "{value}"')
        elif isinstance(value, int | float | list):
            lines.append(f'"{key}" = {value}')
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


async def test_a_killed_oms_finds_its_orders_and_the_fills_it_missed(rig: Rig) -> None:
    resting = await rig.strategy.place()
    gone = await rig.strategy.place(Side.SELL, ticks=500_020)
    await until(lambda: rig.state_of(resting) is OrderState.OPEN, "the acknowledgement")
    rig.gateway.fill(resting, 4, "t1")
    await until(lambda: rig.strategy.told(Fill), "the fill")
    rig.processes.kill("oms", signal.SIGKILL)
    rig.gateway.fill(resting, 3, "t2", tell=False)
    rig.venue.open.pop(gone)
    rig.start_oms()
    await until(lambda: rig.state_of(gone) is OrderState.CANCELLED, "the venue's word on the order that ended")
    snapshot = await rig.strategy.snapshot()
    assert snapshot.positions == {PERP: Decimal("0.007")} == {PERP: rig.venue.position}
    assert [(o.order_id, o.filled_lots) for o in snapshot.orders] == [(resting, 7)]
    assert snapshot.oms_epoch == 2
    asked = [message.order_id for message in rig.gateway.got(QueryOrder)]
    assert sorted(set(asked)) == sorted([resting, gone])
    another = await rig.strategy.place()
    assert another not in (resting, gone)
    assert rig.venue.placed == [resting, gone, another]


async def test_everything_journalled_over_a_kill_plays_again_bit_for_bit(rig: Rig) -> None:
    order_id = await rig.strategy.place()
    await until(lambda: rig.state_of(order_id) is OrderState.OPEN, "the acknowledgement")
    rig.gateway.fill(order_id, 10, "t1")
    await until(lambda: rig.state_of(order_id) is OrderState.FILLED, "the fill")
    rig.processes.kill("oms", signal.SIGKILL)
    rig.start_oms()
    await rig.strategy.place(Side.SELL, ticks=500_020)
    rig.processes.kill("oms", signal.SIGTERM)
    assert "of 2 lives played again, 0 differences" in rig.audit("replay")
    assert "whole and in order" in rig.audit("verify")
    shown = rig.audit("show", "--order", str(order_id))
    assert "VenueFill" in shown
    assert f"order {order_id} mm buy 10/10 lots at 499990 ticks of {PERP}: filled" in shown


async def test_a_torn_tail_is_cut_kept_aside_and_told_once(rig: Rig) -> None:
    order_id = await rig.strategy.place()
    await until(lambda: rig.state_of(order_id) is OrderState.OPEN, "the acknowledgement")
    rig.processes.kill("oms", signal.SIGKILL)
    last = sorted(rig.journal.glob("journal-*.xbj"))[-1]
    os.truncate(last, last.stat().st_size - 7)
    rig.start_oms()
    await until(lambda: rig.gateway.got(QueryOrder), "recovery")
    log = rig.processes.log_text("oms")
    assert log.count("journal_tail_torn") == 1
    (aside,) = rig.journal.glob("*.torn-*")
    assert aside.stat().st_size > 0
    snapshot = await rig.strategy.snapshot()
    assert [order.order_id for order in snapshot.orders] == [order_id]


async def test_redis_killed_and_back_has_every_position_again(rig: Rig) -> None:
    order_id = await rig.strategy.place()
    await until(lambda: rig.state_of(order_id) is OrderState.OPEN, "the acknowledgement")
    rig.gateway.fill(order_id, 4, "t1")
    await until(lambda: rig.redis_position() == Decimal("0.004"), "the position in Redis")
    rig.processes.kill("redis", signal.SIGKILL)
    rig.gateway.fill(order_id, 1, "t2")
    await until(lambda: rig.state_of(order_id) and len(rig.strategy.told(Fill)) == 2, "the fill without Redis")
    rig.start_redis()
    await until(lambda: rig.redis_position() == Decimal("0.005"), "the position in Redis again")


async def test_kill_stops_orders_until_resumed_and_a_replayed_command_is_refused(rig: Rig) -> None:
    order_id = await rig.strategy.place()
    await until(lambda: rig.state_of(order_id) is OrderState.OPEN, "the acknowledgement")
    deadline_ns = SystemClock().time_ns() + 10_000_000_000
    kill = Kill(Command("tester", 1, deadline_ns, "a drill"))
    rig.strategy.dealer.send(kill)
    await until(lambda: rig.venue.open == {}, "an empty venue")
    intent = rig.strategy.intent()
    rig.strategy.dealer.send(intent)
    answer = await rig.strategy.answer_to(intent.intent_id)
    assert isinstance(answer, Denied)
    assert answer.code == "killed"
    rig.strategy.dealer.send(kill)
    done = await until(lambda: [d for d in rig.strategy.got(CommandDone) if not d.ok], "the refusal")
    assert "was used before" in done[0].text
    rig.strategy.dealer.send(Resume(Command("tester", 2, deadline_ns, "drill over"), "all"))
    assert await rig.strategy.place() != order_id


async def test_an_acknowledgement_that_is_lost_leaves_an_unknown_order_which_is_asked_about(rig: Rig) -> None:
    await rig.strategy.place()
    rig.gateway.silent_place = True
    order_id = await rig.strategy.place()
    await until(lambda: rig.state_of(order_id) is OrderState.PENDING, "the order")
    await until(lambda: rig.state_of(order_id) is OrderState.OPEN, "the venue's answer to the question")
    states = [u.state for u in rig.strategy.told(OrderUpdate) if u.order_id == order_id]
    assert states[:2] == [OrderState.PENDING, OrderState.UNKNOWN]
    assert rig.venue.placed.count(order_id) == 1


async def test_a_second_oms_on_the_same_journal_is_refused(rig: Rig) -> None:
    await rig.strategy.place()
    rig.processes.start("second", ["python", "-m", "oms", "--config", str(rig.config), "--name", "oms-2"])
    second = rig.processes.started["second"]
    await until(lambda: second.poll() is not None, "the refusal")
    assert second.returncode != 0
    assert "another OMS writes it" in rig.processes.log_text("second")
