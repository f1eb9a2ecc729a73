"""The shared present in Redis, on a real server: only newer values, exact after every loss, never in anybody's way."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crossbook.clock import SystemClock
from crossbook.messages.base import OrderState
from crossbook.messages.inventory import Balance, Position
from crossbook.messages.orders import OrderUpdate
from crossbook.redis_server import server_command
from crossbook.telemetry import Histogram
from oms.redis_keys import TABLES, field_of
from oms.shell.inventory_store import IF_NEWER, InventoryStore
from testkit.oms_desk import Desk
from testkit.oms_peers import until
from testkit.processes import Processes

KEY = "main|BTC-USDT@binance"


def position(qty: str, seq: int) -> Position:
    zero = Decimal(0)
    return Position(
        "binance", "main", "BTC-USDT@binance", Decimal(qty), zero, zero, zero, zero, zero, zero, zero, 0.0, seq, 0
    )


class Rig:
    def __init__(self, run_dir: Path, processes: Processes) -> None:
        self.run_dir, self.processes = run_dir, processes
        self.socket = run_dir / "redis.sock"
        self.states: list[bool] = []
        self.histogram = Histogram()
        self.store = InventoryStore(
            f"unix://{self.socket}",
            prefix="t",
            timeout_ms=250,
            clock=SystemClock(),
            sync_histogram=self.histogram,
            on_state=lambda reachable, why: self.states.append(reachable),
        )
        self.task = asyncio.get_running_loop().create_task(self.store.run(flush_ms=1))

    def start(self) -> None:
        self.processes.start("redis", server_command(self.run_dir))

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=0.5, retry=Retry(NoBackoff(), 0))

    def held(self) -> str | None:
        try:
            value = self.client().hget("t:positions", KEY)
        except redis.RedisError:
            return None
        return str(msgspec.json.decode(value, type=Position).qty) if isinstance(value, bytes) else None

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.store.close()
        if "redis" in self.processes.started and self.processes.started["redis"].poll() is None:
            os.kill(self.processes.started["redis"].pid, signal.SIGCONT)
            self.processes.kill("redis")


@pytest.fixture
async def rig(run_dir: Path, processes: Processes) -> AsyncIterator[Rig]:
    rig = Rig(run_dir, processes)
    rig.start()
    await until(lambda: rig.store.reachable, "Redis")
    yield rig
    await rig.end()


async def test_what_is_put_stands_in_redis_with_its_sequence(rig: Rig) -> None:
    rig.store.put(position("1.5", 7), 7)
    await until(lambda: rig.held() == "1.5", "the position")
    assert rig.client().hget("t:positions:seq", KEY) == b"7"


async def test_the_time_from_fill_to_redis_is_measured(rig: Rig) -> None:
    rig.store.put(position("1.5", 7), 7, caused_ns=SystemClock().monotonic_ns())
    await until(lambda: rig.histogram.summary()["count"] == 1, "the measurement")


async def test_an_older_write_that_comes_late_changes_nothing(rig: Rig) -> None:
    client = rig.client()
    script = client.register_script(IF_NEWER)
    keys = ["t:positions", "t:positions:seq"]
    assert script(keys, ["f", 5, "new"]) == 1
    assert script(keys, ["f", 4, "old"]) == 0
    assert script(keys, ["f", 5, "same"]) == 0
    assert client.hget("t:positions", "f") == b"new"


async def test_an_ended_order_is_gone(rig: Rig) -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    for update in desk.published(OrderUpdate):
        rig.store.put(update, 1)
    await until(lambda: rig.client().hlen("t:orders") == 1, "the order")
    desk.report(order, OrderState.CANCELLED)
    rig.store.put(desk.published(OrderUpdate)[-1], 2)
    await until(lambda: rig.client().hlen("t:orders") == 0, "its end")
    assert rig.client().hlen("t:orders:seq") == 0


async def test_a_killed_server_that_comes_back_has_what_changed_meanwhile(rig: Rig) -> None:
    rig.store.put(position("1", 1), 1)
    await until(lambda: rig.held() == "1", "the position")
    rig.processes.kill("redis", signal.SIGKILL)
    rig.store.put(position("2", 2), 2)
    await until(lambda: not rig.store.reachable, "the loss")
    rig.store.put(position("3", 3), 3)
    rig.start()
    await until(lambda: rig.held() == "3", "the newest position")
    assert rig.states[-3:] == [True, False, True]


async def test_an_emptied_server_gets_everything_again(rig: Rig) -> None:
    rig.store.put(position("1", 1), 1)
    rig.store.put(Balance("binance", "main", "spot", "BTC", Decimal(2), Decimal(0), 1, 0), 1)
    await until(lambda: rig.held() == "1", "the position")
    rig.processes.kill("redis", signal.SIGKILL)
    rig.store.put(position("1", 2), 2)
    await until(lambda: not rig.store.reachable, "the loss")
    for file in (rig.run_dir / "appendonlydir").iterdir():
        file.unlink()
    rig.start()
    await until(lambda: rig.store.reachable, "the return")
    assert rig.held() == "1"
    assert rig.client().hlen("t:balances") == 1


async def test_an_old_backup_is_overwritten_and_what_it_should_not_have_is_gone(rig: Rig) -> None:
    rig.store.put(position("1", 5), 5)
    await until(lambda: rig.held() == "1", "the position")
    client = rig.client()
    client.hset("t:positions", mapping={KEY: "old", "ghost|X": "old"})
    client.hset("t:positions:seq", mapping={KEY: 999, "ghost|X": 999})
    server = rig.processes.started["redis"].pid
    os.kill(server, signal.SIGSTOP)
    rig.store.put(position("2", 6), 6)
    await until(lambda: not rig.store.reachable, "the loss")
    os.kill(server, signal.SIGCONT)
    await until(lambda: rig.store.reachable, "the return")
    assert rig.held() == "2"
    assert client.hkeys("t:positions") == [KEY.encode()]


async def test_a_stalled_server_costs_a_quarter_of_a_second_and_nobody_waits(rig: Rig) -> None:
    rig.store.put(position("1", 1), 1)
    await until(lambda: rig.held() == "1", "the position")
    os.kill(rig.processes.started["redis"].pid, signal.SIGSTOP)
    for seq in range(2, 200):
        rig.store.put(position(str(seq), seq), seq)
        await asyncio.sleep(0)
    await until(lambda: not rig.store.reachable, "the timeout")
    os.kill(rig.processes.started["redis"].pid, signal.SIGCONT)
    await until(lambda: rig.held() == "199", "the newest position")


def test_every_place_in_redis_is_a_documented_table() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    desk.fill(order, 4)
    desk.wait_ms(600)
    places = {
        place.table
        for turn in desk.turns
        for output in turn.outputs
        if hasattr(output, "topic") and (place := field_of(output.message)) is not None
    }
    assert places == {"positions", "balances", "orders", "pnl", "risk", "processes"}
    assert places < set(TABLES)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
