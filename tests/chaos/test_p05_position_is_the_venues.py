"""Promise P5: position equals the venue's within 3 s of any reconnect, restart or Redis loss.

Under a flow of fills one process dies, or the venue's connections do, at a random moment; fills go on at the venue
meanwhile. From the moment that the link stands again (that the OMS has begun, where it was what died), its positions
have three seconds to be the venue's.
"""

import asyncio
import random
from decimal import Decimal

import pytest

from crossbook.messages.base import Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.oms_peers import until
from testkit.promise_desk import PromiseDesk

EQUAL_WITHIN_S = 3.0
WAYS = ("gateway-binance", "oms", "redis", "close spot", "close usdm")


async def quote(desk: PromiseDesk, chance: random.Random) -> None:
    """Resting orders without end, at prices that only the operator's hand fills."""
    trader = desk.trader
    while True:
        instrument, side = chance.choice([SPOT, PERP]), chance.choice([Side.BUY, Side.SELL])
        lots = 10 * chance.randint(2, 6) * (100 if instrument == SPOT else 1)
        if len(trader.live()) < 40:
            trader.place(instrument, side, trader.ticks(instrument, side * chance.uniform(60.0, 90.0)), lots)
        await asyncio.sleep(0.03)


async def fill_some(desk: PromiseDesk, count: int, chance: random.Random) -> int:
    """Pieces of orders that are open now; how many were filled."""
    filled = 0
    for order in chance.sample(found := (await desk.ledger()).open(), min(count, len(found))):
        piece = min(Decimal(order["quantity"]) - Decimal(order["filled"]), Decimal(order["quantity"]) / 5)
        await desk.by_hand("fill", order["market"], quantity=str(piece), client_order_id=order["client_order_id"])
        filled += 1
    return filled


async def is_back(desk: PromiseDesk, way: str) -> None:
    """Break it, let fills happen that nobody hears, mend it; returns when it is there again."""
    chance = random.Random(desk.kills)
    if way.startswith("close"):
        await desk.fault("close", market=way.removeprefix("close "))
        await fill_some(desk, 3, chance)
        return
    mark = {"gateway-binance": "connected; asking about", "oms": '"oms_started"', "redis": '"redis_reachable"'}[way]
    seen = desk.processes.log_text("oms").count(mark)
    desk.kill(way)
    await fill_some(desk, 4, chance)
    desk.start(way)
    await until(lambda: desk.processes.log_text("oms").count(mark) > seen, f"{way} back", 30.0)


async def equal_again(desk: PromiseDesk, way: str, evidence: Evidence) -> None:
    async def are_equal() -> bool:
        return not await desk.positions_differ()

    took_s = await desk.seconds_until(are_equal, 20)
    evidence.tried(1)
    evidence.figure("equal_after_s", took_s)
    if took_s > EQUAL_WITHIN_S:
        evidence.broken(f"after {way}: {took_s:.1f} s, then {await desk.positions_differ()}")


@pytest.mark.timeout(600)
async def test_positions_are_the_venues_again(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    chance = random.Random(form.seed)
    quoting = asyncio.get_running_loop().create_task(quote(desk, chance))
    ways = list(WAYS) if form.full else ["gateway-binance", "oms", "close spot"]
    for way in ways * form.pick(1, 2):
        await asyncio.sleep(chance.uniform(0.3, 1.0))
        await fill_some(desk, 3, chance)
        await is_back(desk, way)
        await equal_again(desk, way, evidence)
    quoting.cancel()
    await asyncio.gather(quoting, return_exceptions=True)
    evidence.figure("fills", len((await desk.ledger()).fills))
    assert len((await desk.ledger()).fills) > 2 * len(ways)
    evidence.judge()
