"""Promise P7: no order is decided on data older than its limit, and silent is stale.

One market's frames stop (pongs still come), and what would prove its book otherwise gets no answer either; then frames
come seconds late. A strategy that never looks at ages goes on asking for orders on the last book it has, with its true
stamp. The venue sees whether one reached it, and the other market must not notice.
"""

import asyncio

import pytest

from crossbook.messages.base import Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.promise_desk import MARKET, PromiseDesk

LIMIT_MS = 1_000
ON_ITS_WAY_MS = 250
UNANSWERED = ("ticker.book", "depth")


async def ask_for_ever(desk: PromiseDesk) -> None:
    trader, number = desk.trader, 0
    while True:
        number += 1
        instrument = SPOT if number % 2 else PERP
        lots = 200 if instrument == SPOT else 3
        trader.place(instrument, Side.BUY, trader.ticks(instrument, 500.0) + number % 5_000, lots)
        live = [order for order in trader.live() if order.instrument == instrument]
        if len(live) > 20:
            trader.cancel(live[0].order_id)
        await asyncio.sleep(0.02)


async def silence(desk: PromiseDesk, instrument: str, kind: str, evidence: Evidence) -> None:
    market, other = MARKET[instrument], "usdm" if instrument == SPOT else "spot"
    await asyncio.sleep(1.0)
    began_ms = desk.trader.clock.time_ns() // 1_000_000
    for endpoint in UNANSWERED:
        await desk.fault("lost_request", market=market, endpoint=endpoint)
    await desk.fault(kind, market=market, **({"delay_ms": 4_000} if kind == "delay_market" else {"pong": True}))
    await asyncio.sleep(3.0)
    ended_ms = desk.trader.clock.time_ns() // 1_000_000
    ledger = await desk.ledger()
    await desk.heal()
    born = [(event["market"], time_ms - began_ms) for _, time_ms, event in ledger.born() if time_ms >= began_ms]
    late = [after_ms for where, after_ms in born if where == market and after_ms > LIMIT_MS + ON_ITS_WAY_MS]
    evidence.tried(1)
    evidence.broken(*(f"{kind} of {market}: an order {after_ms} ms after the last news" for after_ms in late))
    evidence.broken(*(f"{o['client_order_id']} rests" for o in ledger.open() if o["market"] == market))
    ends = [event["time_ms"] - began_ms for event in ledger.timeline if event["market"] == market]
    evidence.figure("last_event_ms", max([ms for ms in ends if ms <= ended_ms - began_ms], default=0))
    assert [ms for where, ms in born if where == other and ms > LIMIT_MS + 500], "the other market stood still too"


@pytest.mark.timeout(200)
async def test_a_silent_market_takes_no_orders(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    asking = asyncio.get_running_loop().create_task(ask_for_ever(desk))
    cases = [(SPOT, "freeze")]
    if form.full:
        cases = [(instrument, kind) for instrument in MARKET for kind in ("freeze", "delay_market")] * 5
    for instrument, kind in cases:
        await silence(desk, instrument, kind, evidence)
        if form.full:
            await desk.until_tradable()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    evidence.judge()
