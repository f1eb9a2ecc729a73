"""Promise P9: after KILL no new order at all past 250 ms, and nothing open 3 s after it at a reachable venue.

Also with Redis, the OMS, or both dead or hung: the operator's command goes to the gateways as well. What was killed
stays killed when the dead come back, until a human resumes it.
"""

import asyncio

import pytest

from console.shell.operator import command
from crossbook.config import BusConfig, ServiceConfig, load
from crossbook.messages.base import Side
from crossbook.messages.control import Kill, Resume
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.promise_desk import PromiseDesk

NO_NEW_AFTER_MS = 250
EMPTY_AFTER_S = 3.0
SITUATIONS = ("redis and oms dead", "all well", "oms hung", "redis dead", "oms dead", "redis hung")


def bus_of(desk: PromiseDesk) -> BusConfig:
    return load(ServiceConfig, [desk.run_dir / "config" / "paper" / "common.toml"]).bus


async def flood(desk: PromiseDesk) -> None:
    """Orders without end."""
    trader, number = desk.trader, 0
    while True:
        number += 1
        instrument = SPOT if number % 2 else PERP
        lots = 200 if instrument == SPOT else 3
        trader.place(instrument, Side.BUY, trader.ticks(instrument, 500.0) + number % 5_000, lots)
        live = trader.live()
        if len(live) > 60:
            trader.cancel(live[0].order_id)
        await asyncio.sleep(0.01)


def break_it(desk: PromiseDesk, situation: str) -> None:
    for name in ("redis", "oms"):
        if name in situation:
            desk.freeze(name) if "hung" in situation else desk.kill(name)


def mend_it(desk: PromiseDesk, situation: str) -> None:
    for name in ("redis", "oms"):
        if name in situation:
            desk.thaw(name) if "hung" in situation else desk.start(name)


async def killed_in(desk: PromiseDesk, situation: str, evidence: Evidence) -> None:
    flooding = asyncio.get_running_loop().create_task(flood(desk))
    await asyncio.sleep(1.0)
    assert (await desk.ledger()).open(), "nothing stood before the kill"
    break_it(desk, situation)
    await asyncio.sleep(0.2)
    killed_ms = desk.trader.clock.time_ns() // 1_000_000
    killing = asyncio.get_running_loop().create_task(command(bus_of(desk), ("binance",), Kill, "all", "drill"))
    left = await desk.open_after(EMPTY_AFTER_S)
    await killing
    mend_it(desk, situation)
    await asyncio.sleep(1.5)
    ledger = await desk.ledger()
    late = [time_ms - killed_ms for _, time_ms, _ in ledger.born() if time_ms > killed_ms]
    evidence.tried(1)
    evidence.figure("last_new_order_ms", max(late, default=0))
    evidence.broken(*(f"{situation}: a new order {ms} ms after KILL" for ms in late if ms > NO_NEW_AFTER_MS))
    evidence.broken(*(f"{situation}: {name} still open after {EMPTY_AFTER_S} s" for name in left))
    flooding.cancel()
    await asyncio.gather(flooding, return_exceptions=True)
    await command(bus_of(desk), ("binance",), Resume, "all", "drill over")
    await desk.until_tradable()


@pytest.mark.timeout(300)
async def test_kill_works_with_what_is_dead_dead(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    for situation in SITUATIONS[: form.pick(1, len(SITUATIONS))]:
        await killed_in(desk, situation, evidence)
    evidence.judge()
