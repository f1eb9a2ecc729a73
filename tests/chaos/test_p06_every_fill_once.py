"""Promise P6: every fill counts exactly once, under duplicates, lateness, losses, and a crash in the middle.

Strangers trade against our quotes while the venue's private events come twice, late, or not at all, connections are
cut, and the OMS is killed in the middle of a burst. Afterwards the position is the venue's to the last lot, and every
trade of the venue was told to the strategy at most once by each life of the OMS, and applied once over all of them.
"""

import asyncio
import random
from collections import Counter
from decimal import Decimal

import pytest

from crossbook.messages.base import Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.promise_desk import MARKET, PromiseDesk


async def burst(desk: PromiseDesk, count: int, chance: random.Random) -> None:
    """Quotes on both sides and markets, filled by the operator's hand in pieces."""
    trader = desk.trader
    for _ in range(count):
        instrument, side = chance.choice([SPOT, PERP]), chance.choice([Side.BUY, Side.SELL])
        lots = 10 * chance.randint(2, 6) * (100 if instrument == SPOT else 1)
        trader.place(instrument, side, trader.ticks(instrument, side * chance.uniform(30.0, 60.0)), lots)
        await asyncio.sleep(0.02)
        resting = (await desk.ledger()).open()
        for order in chance.sample(resting, min(2, len(resting))):
            left = Decimal(order["quantity"]) - Decimal(order["filled"])
            piece = min(left, Decimal(order["quantity"]) / 5)
            await desk.by_hand("fill", order["market"], quantity=str(piece), client_order_id=order["client_order_id"])


def adopted(log: str) -> list[str]:
    """Positions that had to be taken over from the venue: fills that were lost, or counted twice.

    Cash of USD-M is no matter here: how much of a result is realised depends on the order of fills, and late ones come
    in another order than the venue's.
    """
    return [line for line in log.splitlines() if '"inventory_mismatch"' in line and '"severity": "page"' in line]


@pytest.mark.timeout(300)
async def test_the_position_is_the_sum_of_the_venues_fills(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    chance = random.Random(form.seed)
    for market in MARKET.values():
        await desk.fault("dup_events", market=market, probability=0.1)
        await desk.fault("delay_events", market=market, probability=0.1, delay_ms=form.pick(1_000, 10_000))
        await desk.fault("drop_events", market=market, probability=0.1)
    for _ in range(form.pick(1, 4)):
        await burst(desk, form.pick(30, 60), chance)
        desk.kill("oms")
        desk.start("oms")
        await desk.fault("close", market=chance.choice(["spot", "usdm"]))
        await desk.until_tradable()
        await burst(desk, form.pick(20, 40), chance)
    await desk.heal()
    ledger = await desk.settled()
    deadline = asyncio.get_running_loop().time() + form.pick(10, 25)
    while differing := await desk.positions_differ():
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.2)
    evidence.tried(len(ledger.fills))
    evidence.broken(*(f"{instrument}: ours {ours}, venue {theirs}" for instrument, (ours, theirs) in differing.items()))
    told = Counter((fill.instrument, fill.venue_trade_id) for fill in desk.trader.fills)
    evidence.broken(*(f"{fill} told {times} times" for fill, times in told.items() if times > 1))
    evidence.broken(*adopted(desk.processes.log_text("oms")))
    evidence.figure("oms_kills", desk.kills)
    assert len(ledger.fills) > 20
    evidence.judge()
