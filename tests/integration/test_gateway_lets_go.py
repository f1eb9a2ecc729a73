"""Orders do not outlive whoever watches them: shutdown, sweep, a lost OMS, kills, the venue's own switch."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crossbook.messages import control
from crossbook.messages import gateway as g
from crossbook.messages.base import OrderState, Side
from testkit.gateway_rig import HMAC, PERP, SPOT, Rig
from testkit.oms_peers import until
from testkit.processes import Processes
from testkit.shared_files import ROOT

QTY = 0.01
FOREIGN = "placed-by-hand"


@pytest.fixture
async def rig(run_dir: Path, processes: Processes) -> AsyncIterator[Rig]:
    running = Rig(run_dir, processes)
    try:
        yield running
    finally:
        await running.close()


async def resting(rig: Rig) -> list[int]:
    """An order of ours on each market, and one of somebody else's."""
    ids = [rig.oms.place(i, Side.BUY, await rig.price(i), QTY) for i in (SPOT, PERP)]
    for order_id in ids:
        await rig.oms.wait(g.OrderAcked, order_id)
    await rig.by_hand(
        account="main", market="usdm", symbol="BTCUSDT", side="BUY", quantity="0.01", price="30000",
        client_order_id=FOREIGN,
    )  # fmt: skip
    return ids


async def only_the_foreign_one_is_left(rig: Rig, within_s: float = 15.0) -> None:
    deadline = asyncio.get_running_loop().time() + within_s
    while (left := await rig.open_orders()) != [FOREIGN]:
        assert asyncio.get_running_loop().time() < deadline, left
        await asyncio.sleep(0.05)


async def test_a_stopped_gateway_cancels_ours_and_leaves_others(rig: Rig) -> None:
    await rig.begin()
    await resting(rig)
    assert (await rig.oms.wait(g.ForeignOrder)).client_order_id == FOREIGN
    await asyncio.to_thread(rig.stop_gateway)
    assert await rig.open_orders() == [FOREIGN]
    assert rig.processes.started["gateway"].returncode == 0


async def test_the_sweeper_cancels_what_a_killed_gateway_left(rig: Rig) -> None:
    await rig.begin()
    await resting(rig)
    rig.stop_gateway(9)
    assert len(await rig.open_orders()) == 3
    command = [sys.executable, "-m", "gateway_binance", "--config", str(rig.config), "--sweep"]
    swept = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=ROOT, timeout=30)
    assert swept.returncode == 0, swept.stderr
    told = json.loads(swept.stdout)
    assert (told["clean"], {name: m["cancelled"] for name, m in told["markets"].items()}) == (
        True,
        {"spot": 1, "usdm": 1},
    )
    assert await rig.open_orders() == [FOREIGN]


async def test_without_the_oms_the_gateway_lets_go_by_itself(rig: Rig) -> None:
    await rig.begin(extra="[orders]\noms_lost_cancel_ms = 1000\n")
    await resting(rig)
    rig.oms.beats = False
    await only_the_foreign_one_is_left(rig)


async def test_an_oms_that_beats_without_progress_counts_as_lost(rig: Rig) -> None:
    await rig.begin(extra="[orders]\noms_lost_cancel_ms = 1000\n")
    ids = await resting(rig)
    rig.oms.stuck = True
    for order_id in ids:
        await rig.oms.state(order_id, OrderState.CANCELLED)


async def test_the_venues_switch_fires_when_the_gateway_is_gone(rig: Rig) -> None:
    await rig.begin(extra="[orders]\ndead_man_countdown_ms = 1500\ndead_man_refresh_ms = 400\n")
    await resting(rig)
    await asyncio.sleep(2.0)  # longer than the countdown: it is being fed
    assert len(await rig.open_orders()) == 3
    rig.stop_gateway(9)
    await until_open(rig, spot_only=True)


async def until_open(rig: Rig, *, spot_only: bool) -> None:
    """The switch of USD-M takes everything there; spot has none."""
    deadline = asyncio.get_running_loop().time() + 15
    while True:
        markets = {o["market"] for o in (await rig.truth())["orders"] if o["status"] == "NEW"}
        if markets == {"spot"}:
            return
        assert asyncio.get_running_loop().time() < deadline, markets
        await asyncio.sleep(0.05)


async def test_a_kill_cancels_stays_over_a_restart_and_ends_by_resume(rig: Rig) -> None:
    await rig.begin()
    await resting(rig)
    command = rig.operator("wrong prices")
    done = await rig.command(control.Kill(command))
    assert isinstance(done, control.CommandDone)
    assert (done.ok, done.open_orders) == (True, 0)
    assert await rig.open_orders() == [FOREIGN]
    replayed = await rig.command(control.Kill(command))
    assert isinstance(replayed, control.CommandDone)
    assert not replayed.ok
    rig.stop_gateway(9)
    rig.oms.heard.clear()
    rig.start_gateway()
    await rig.oms.wait(g.GatewayBeat, where=lambda m: m.reasons.get("spot", "") == "all: wrong prices")
    refused = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
    assert (await rig.oms.wait(g.OrderNotSent, refused)).code == "killed"
    assert (await rig.command(control.Resume(rig.operator("mended"), "all"))).ok  # type: ignore[union-attr]
    await rig.until_ready()
    again = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
    await rig.oms.wait(g.OrderAcked, again)


async def test_a_hold_cancels_and_lasts_until_its_own_sender_releases(rig: Rig) -> None:
    await rig.begin()
    await resting(rig)
    await rig.command(control.Halt(rig.operator("an operator's own"), "instrument:X-Y@binance"))
    held = await rig.command(control.Hold(rig.operator("the oms is silent")))
    assert isinstance(held, control.CommandDone)
    assert (held.ok, held.open_orders) == (True, 0)
    assert await rig.open_orders() == [FOREIGN]
    refused = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
    assert (await rig.oms.wait(g.OrderNotSent, refused)).code == "held"
    await rig.oms.wait(g.GatewayBeat, where=lambda m: "held by tester" in m.reasons.get("spot", ""))
    health = await rig.command(control.HealthRequest(rig.operator("look")))
    assert isinstance(health, control.HealthReply)
    assert (health.facts["holds"], health.facts["kills"], health.facts["spot.live_orders"]) == ("tester", "", "0")
    released = await rig.command(control.Release(rig.operator("it works again")))
    assert isinstance(released, control.CommandDone)
    assert released.text == "released by tester"
    await rig.until_ready()
    again = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
    await rig.oms.wait(g.OrderAcked, again)


async def test_the_oms_has_everything_cancelled_and_is_told_what_remains(rig: Rig) -> None:
    await rig.begin()
    ids = await resting(rig)
    rig.oms.send(g.CancelAllOrders(5, rig.oms.epoch, (PERP,), 0))
    done = await rig.oms.wait(g.CancelAllDone)
    assert (done.request_id, done.instruments, done.remaining, done.failed) == (5, (PERP,), 0, "")
    await rig.oms.state(ids[1], OrderState.CANCELLED)
    assert len(await rig.open_orders()) == 2
    rig.oms.send(g.CancelAllOrders(6, rig.oms.epoch, (), 0))
    await rig.oms.wait(g.CancelAllDone, where=lambda m: m.request_id == 6)
    assert await rig.open_orders() == [FOREIGN]


async def test_commands_of_an_earlier_oms_are_refused(rig: Rig) -> None:
    await rig.begin()
    await rig.oms.close()
    rig.oms = type(rig.oms)(rig.run_dir, epoch=2)
    await until(lambda: rig.oms.peer, "a new hello", 15.0)
    await rig.until_ready()
    old = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY, oms_epoch=1)
    assert (await rig.oms.wait(g.OrderNotSent, old)).code == "old_epoch"
    new = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
    await rig.oms.wait(g.OrderAcked, new)


async def test_preflight_names_every_check_and_passes(rig: Rig) -> None:
    rig.start_venue()
    await rig.venue_listens()
    rig.configure()
    checks = await preflight(rig)
    assert {(c["market"], c["check"]) for c in checks} >= {
        ("spot", "clock"), ("spot", "permissions"), ("spot", "fees"), ("spot", "balances"),
        ("usdm", "position_mode"), ("usdm", "fees"), ("usdm", "positions"),
    }  # fmt: skip
    assert [c for c in checks if not c["ok"]] == []
    filters = next(c for c in checks if c["check"] == "filters" and c["market"] == "usdm")["facts"]
    assert filters == {"tick": "0.1", "lot": "0.001", "min_notional": "100", "min_lots": "1"}
    fees = next(c for c in checks if c["check"] == "fees" and c["market"] == "usdm")["facts"]
    assert {name: float(bps) for name, bps in fees.items()} == {"maker_bps": 2.0, "taker_bps": 5.0}


async def test_a_wrong_secret_is_named_and_the_gateway_does_not_start(rig: Rig) -> None:
    rig.start_venue()
    await rig.venue_listens()
    rig.configure(key=HMAC.replace("not-a-real-one", "a-wrong-one"))
    checks = await preflight(rig)
    assert [c["ok"] for c in checks if c["check"] == "permissions"] == [False, False]
    rig.start_gateway()
    gateway = rig.processes.started["gateway"]
    assert await asyncio.to_thread(gateway.wait, 20) == 77
    assert "refuses our key" in rig.processes.log_text("gateway")
    assert "a-wrong-one" not in rig.processes.log_text("gateway")


async def test_a_symbol_that_does_not_exist_is_named_and_ends_the_start(rig: Rig) -> None:
    rig.start_venue()
    await rig.venue_listens()
    rig.configure()
    rig.config.write_text(rig.config.read_text().replace('["BTCUSDT"]', '["BTCUSDT", "NOSUCH"]'))
    rig.start_gateway()
    assert await asyncio.to_thread(rig.processes.started["gateway"].wait, 20) == 78
    assert "NOSUCH" in rig.processes.log_text("gateway")


async def preflight(rig: Rig) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "gateway_binance", "preflight", "--config", str(rig.config)]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=ROOT, timeout=30)
    assert told.stderr == ""
    return [json.loads(line) for line in told.stdout.splitlines()]
