"""Promise P13: order rate never above the cap, 429 and Retry-After obeyed, no ban, and cancels still within 500 ms.

The venue has its real weights and order counts. A strategy in an endless loop asks for orders as fast as it can, past
every guard of risk that is meant to stop it earlier: those are wide open here, so that the gateway alone must hold.
"""

import asyncio
import tomllib
from collections.abc import Callable

import pytest

from crossbook.messages.base import OrderState, Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.oms_peers import until
from testkit.promise_desk import PromiseDesk
from testkit.shared_files import ROOT

CANCEL_WITHIN_S = 0.5
RETRY_AFTER_MS = 2_000
WINDOW_MS = 10_000


def real_limits(desk: PromiseDesk) -> dict[str, int]:
    """Give the venue its real limits back; orders in ten seconds, by market."""
    paper = tomllib.loads((ROOT / "config" / "paper" / "venue-sim.toml").read_text())
    for market in ("spot", "usdm"):
        desk.venue[market]["limits"] = paper[market]["limits"]
    return {market: paper[market]["limits"]["orders_per_10s"] for market in ("spot", "usdm")}


async def run_away(desk: PromiseDesk, *instruments: str) -> None:
    """Orders without end and without a pause worth the name."""
    trader, number = desk.trader, 0
    while True:
        for _ in range(10):
            number += 1
            instrument = instruments[number % len(instruments)]
            lots = 200 if instrument == SPOT else 3
            trader.place(instrument, Side.BUY, trader.ticks(instrument, 500.0) + number % 5_000, lots)
        await asyncio.sleep(0.02)


async def cancel_latency(desk: PromiseDesk) -> float:
    """Seconds from asking for a cancel to the venue's word that it is done, in the middle of it all."""
    trader = desk.trader
    await until(lambda: any(o.state is OrderState.OPEN for o in trader.live()), "an order to cancel")
    order = next(order for order in trader.live() if order.state is OrderState.OPEN)
    asked_at = asyncio.get_running_loop().time()
    trader.cancel(order.order_id)
    await until(lambda: trader.ended(order.order_id), "the end of a cancelled order")
    return asyncio.get_running_loop().time() - asked_at


def most_in_a_window(times_ms: list[int]) -> int:
    """The most events in any ten seconds."""
    most, first = 0, 0
    for last, time_ms in enumerate(times_ms):
        while times_ms[first] <= time_ms - WINDOW_MS:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.timeout(200)
async def test_an_endless_loop_brings_no_ban(
    make_desk: Callable[..., PromiseDesk], form: Form, evidence: Evidence
) -> None:
    desk = make_desk()
    caps = real_limits(desk)
    await desk.begin()
    running = asyncio.get_running_loop().create_task(run_away(desk, SPOT, PERP))
    for _ in range(form.pick(3, 40)):
        await asyncio.sleep(1.0)
        took_s = await cancel_latency(desk)
        evidence.figure("cancel_s", took_s)
        if took_s > CANCEL_WITHIN_S:
            evidence.broken(f"a cancel took {took_s:.2f} s")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    ledger = await desk.ledger()
    evidence.tried(len(desk.trader.verdicts))
    for market, cap in caps.items():
        most = most_in_a_window([time_ms for _, time_ms, event in ledger.born() if event["market"] == market])
        evidence.figure(f"{market}_share_of_cap", most / cap)
        if most > cap:
            evidence.broken(f"{most} orders in 10 s on {market}, the cap is {cap}")
    refused = desk.processes.log_text("gateway-binance").count('"rate_limited_by_venue"')
    evidence.broken(*["the venue had to refuse for the rate"] * refused)
    evidence.judge()


async def test_nothing_is_sent_before_retry_after(desk: PromiseDesk, evidence: Evidence) -> None:
    await desk.fault("http", market="spot", status=429, retry_after_ms=RETRY_AFTER_MS, count=1)
    trader = desk.trader
    trader.place(SPOT, Side.BUY, trader.ticks(SPOT, 500.0), 200)
    log = desk.processes.log_text
    await until(lambda: '"rate_limited_by_venue"' in log("gateway-binance"), "the refusal")
    before = (await desk.ledger()).requests
    running = asyncio.get_running_loop().create_task(run_away(desk, SPOT))
    await asyncio.sleep(RETRY_AFTER_MS / 1_000 - 0.5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    after = (await desk.ledger()).requests
    sent = {name: count - before.get(name, 0) for name, count in after.items() if name.startswith("order.")}
    evidence.tried(len(trader.verdicts))
    evidence.broken(*(f"{count} × {name} before Retry-After" for name, count in sent.items() if count))
    await desk.until_tradable(SPOT)
    evidence.judge()
