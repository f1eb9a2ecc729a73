"""Promise P3: after `kill -9` of any one process every open order is known or cancelled within 5 s.

The process is killed in the middle of placing and, as its supervisor would, started again at once. Known means that the
OMS's live orders are the venue's open ones and that none is in doubt.
"""

import asyncio

import pytest

from crossbook.messages.base import Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.promise_desk import PromiseDesk

KNOWN_WITHIN_S = 5.0
OURS = ("gateway-binance", "oms", "redis")
STANDING = 20


async def known_after(desk: PromiseDesk, name: str) -> float:
    """Seconds from the kill until everything open is known and nothing in doubt."""
    trader = desk.trader
    for number in range(10):
        trader.place(PERP, Side.BUY, trader.ticks(PERP, 400.0 + number), 4)
        trader.place(SPOT, Side.BUY, trader.ticks(SPOT, 400.0 + number), 200)
    await asyncio.sleep(0.002)
    desk.kill(name)
    desk.start(name)

    async def is_known() -> bool:
        return not await desk.unsettled()

    return await desk.seconds_until(is_known, 30)


@pytest.mark.timeout(400)
async def test_what_is_open_after_a_kill_is_known(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    for name in OURS * form.pick(1, 10):
        await desk.stand(STANDING)
        took_s = await known_after(desk, name)
        evidence.tried(1)
        evidence.figure(f"known_after_{name.partition('-')[0]}_s", took_s)
        if took_s > KNOWN_WITHIN_S:
            evidence.broken(f"{name}: {took_s:.1f} s until every order was known")
        await desk.until_tradable()
        for order in desk.trader.live()[STANDING:]:
            desk.trader.cancel(order.order_id)
    evidence.judge()


async def test_a_strategy_that_dies_loses_its_orders_and_no_others(
    desk: PromiseDesk, form: Form, evidence: Evidence
) -> None:
    await desk.stand(STANDING)
    desk.trader.beats = False

    async def nothing_open() -> bool:
        return not (await desk.ledger()).open()

    took_s = await desk.seconds_until(nothing_open, 20)
    evidence.tried(1)
    evidence.figure("cancelled_after_strategy_s", took_s)
    if took_s > KNOWN_WITHIN_S:
        evidence.broken(f"strategy: {took_s:.1f} s until its orders were cancelled")
    evidence.judge()
