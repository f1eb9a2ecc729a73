"""What a venue does to a gateway in the long run: late answers, limits, maintenance, drifting clocks, ended keys."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crossbook.messages import gateway as g
from crossbook.messages.base import OrderState, Side
from testkit.gateway_rig import MARKET, PERP, SPOT, Rig
from testkit.oms_peers import until
from testkit.processes import Processes

BOTH = pytest.mark.parametrize("instrument", [SPOT, PERP])
QTY = 0.01


@pytest.fixture
async def rig(run_dir: Path, processes: Processes) -> AsyncIterator[Rig]:
    running = Rig(run_dir, processes)
    try:
        yield running
    finally:
        await running.close()


async def test_a_late_answer_still_counts(rig: Rig) -> None:
    await rig.begin(extra="[orders]\nrequest_timeout_ms = 300\n")
    await rig.fault("drop_events", market="spot")
    await rig.fault("delay_ack", market="spot", endpoint="order.place", delay_ms=700, count=1)
    order_id = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
    unknown = await rig.oms.wait(g.OrderUnknown, order_id)
    acked = await rig.oms.wait(g.OrderAcked, order_id)
    assert rig.oms.heard.index(unknown) < rig.oms.heard.index(acked)
    assert len(await rig.orders(order_id)) == 1


async def test_a_loop_of_orders_meets_our_limit_and_not_the_venues(rig: Rig) -> None:
    await rig.begin()
    price = await rig.price(SPOT)
    ids = [rig.oms.place(SPOT, Side.BUY, price, QTY) for _ in range(150)]
    await until(lambda: len(rig.oms.got(g.OrderAcked)) + len(rig.oms.got(g.OrderNotSent)) == len(ids), "all answers")
    assert {refused.code for refused in rig.oms.got(g.OrderNotSent)} == {"rate_limited"}
    assert len(rig.oms.got(g.OrderAcked)) == 70  # of the venue's 100 in 10 s; the rest is kept for what must pass
    assert rig.oms.got(g.OrderRejected) == []
    resting = [acked.order_id for acked in rig.oms.got(g.OrderAcked)]
    for order_id in resting:
        rig.oms.cancel(SPOT, order_id)
    for order_id in resting:
        await rig.oms.state(order_id, OrderState.CANCELLED)
    assert await rig.open_orders() == []


async def test_a_venue_that_announces_its_shutdown_costs_no_order(rig: Rig) -> None:
    await rig.begin()
    before = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
    await rig.oms.wait(g.OrderAcked, before)
    await rig.fault("server_shutdown", market="spot")
    for _ in range(20):
        order_id = rig.oms.place(SPOT, Side.BUY, await rig.price(SPOT), QTY)
        await rig.oms.wait(g.OrderAcked, order_id)
        rig.oms.cancel(SPOT, order_id)
        await rig.oms.state(order_id, OrderState.CANCELLED)
    assert rig.oms.got(g.OrderUnknown) == []
    await until(lambda: "the venue announced its shutdown" in rig.processes.log_text("gateway"), "a rotation")


async def test_a_clock_that_runs_away_stops_new_orders_and_no_cancels(rig: Rig) -> None:
    await rig.begin()
    resting = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    await rig.oms.wait(g.OrderAcked, resting)
    await rig.fault("skew", offset_ms=4_000)
    first = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    # the venue may refuse its time stamp, or our clock reading comes first: then it is held, or stamped rightly already
    answers = (g.OrderRejected, g.OrderNotSent, g.OrderAcked)
    await until(lambda: any(rig.oms.got(kind, first) for kind in answers), "an answer")
    assert [each.error_class for each in rig.oms.got(g.OrderRejected, first)] in ([], ["clock"])
    await until(lambda: "clock" in rig.oms.reasons.get("usdm", ""), "the clock as the reason")
    held = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    assert (await rig.oms.wait(g.OrderNotSent, held)).code == "not_ready"
    rig.oms.cancel(PERP, resting)
    await rig.oms.state(resting, OrderState.CANCELLED)


async def test_a_small_drift_is_followed(rig: Rig) -> None:
    await rig.begin(extra="[market_data]\nclock_every_ms = 1000\n[orders]\nmax_clock_offset_ms = 60000\n")
    await rig.fault("skew", offset_ms=4_000)
    for _ in range(20):
        order_id = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
        await until(lambda: rig.oms.got(g.OrderAcked, order_id) or rig.oms.got(g.OrderRejected, order_id), "an answer")  # noqa: B023
        if rig.oms.got(g.OrderAcked, order_id):
            return
        await asyncio.sleep(0.2)
    raise AssertionError([rejected.error_class for rejected in rig.oms.got(g.OrderRejected)])


async def test_a_listen_key_that_ended_unnoticed_shows_at_its_next_keep_alive(rig: Rig) -> None:
    await rig.begin(extra="[orders]\nlisten_key_keep_alive_ms = 500\n")
    await rig.fault("listen_key_expire", market="usdm", account="main", executed=True)
    await until(lambda: "its key is gone" in rig.processes.log_text("gateway"), "a new key")
    rig.oms.ready.clear()
    await rig.until_ready()
    order_id = rig.oms.place(PERP, Side.BUY, await rig.price(PERP), QTY)
    assert (await rig.oms.wait(g.OrderReport, order_id)).source == "stream"


@BOTH
async def test_an_outage_of_one_market_leaves_the_other_and_guesses_nothing(rig: Rig, instrument: str) -> None:
    await rig.begin(extra="[orders]\nrequest_timeout_ms = 500\nabsent_over_ms = 1000\n")
    other = PERP if instrument is SPOT else SPOT
    resting = rig.oms.place(instrument, Side.BUY, await rig.price(instrument), QTY)
    await rig.oms.wait(g.OrderAcked, resting)
    price = await rig.price(other)
    rig.oms.heard.clear()
    await rig.fault("outage", market=MARKET[instrument], duration_ms=4_000)
    await until(lambda: rig.oms.ready.get(MARKET[instrument]) is False, "the market to be not ready")
    elsewhere = rig.oms.place(other, Side.BUY, price, QTY)
    await rig.oms.wait(g.OrderAcked, elsewhere)
    await rig.until_ready()
    ended = [report for report in rig.oms.got(g.OrderReport, resting) if report.state.is_terminal]
    assert (ended, rig.oms.got(g.OrderAbsent)) == ([], [])
    rig.oms.cancel(instrument, resting)
    await rig.oms.state(resting, OrderState.CANCELLED)


async def test_the_accounts_own_fees_are_told(rig: Rig) -> None:
    await rig.begin()
    told = {fee.instrument: (fee.maker_fee_bps, fee.taker_fee_bps) for fee in rig.oms.got(g.FeeReport)}
    assert told == {SPOT: (10.0, 10.0), PERP: (2.0, 5.0)}
