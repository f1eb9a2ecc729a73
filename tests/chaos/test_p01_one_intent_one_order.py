"""Promise P1: one intent, at most one live venue order.

Every intent asks for a price and quantity of its own, so that the venue's ledger alone shows whether one became two
orders. A tenth of the acknowledgements and a tenth of the requests are lost, some intents are sent twice, some orders
are amended, and the gateway is killed in the middle of it.
"""

import asyncio
import random

import pytest

from crossbook.messages.base import OrderState, Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.promise_desk import PromiseDesk

PER_S = 150
"""Intents a second."""
LIVE = 150
"""Orders left standing before the oldest are cancelled."""


class Flood:
    """Sends intents that are all different, cancels and amends some of what came of them."""

    def __init__(self, desk: PromiseDesk, seed: int) -> None:
        self.desk, self.trader = desk, desk.trader
        self.random = random.Random(seed)
        self.sent = 0
        self.amended: set[int] = set()
        self._base = {instrument: self.trader.ticks(instrument, 1_500.0) for instrument in (SPOT, PERP)}

    async def send(self, count: int) -> None:
        for _ in range(count):
            self._one()
            await asyncio.sleep(1 / PER_S)

    def _one(self) -> None:
        self.sent += 1
        instrument = SPOT if self.sent % 2 else PERP
        lots = (200 if instrument == SPOT else 2) + self.sent % 3
        intent = self.trader.intent(instrument, Side.BUY, self._base[instrument] + 2 * self.sent, lots)
        self.trader.send(intent)
        if self.random.random() < 0.05:
            self.trader.send(intent)
        open_now = [order for order in self.trader.live() if order.state is OrderState.OPEN]
        if len(open_now) > LIVE:
            self.trader.cancel(open_now[0].order_id)
        elif open_now and self.random.random() < 0.1:
            order = self.random.choice(open_now)
            if order.order_id in self.amended:
                return  # a second time it could meet the price of another intent
            self.amended.add(order.order_id)
            self.trader.amend(order.order_id, order.price_ticks + 1, order.qty_lots)


@pytest.mark.timeout(600)
async def test_one_intent_becomes_at_most_one_order(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    for market in ("spot", "usdm"):
        for endpoint in ("order.place", "order.cancel"):
            await desk.fault("drop_ack", market=market, endpoint=endpoint, probability=0.1)
            await desk.fault("lost_request", market=market, endpoint=endpoint, probability=0.1)
    flood = Flood(desk, form.seed)
    await flood.send(form.pick(250, 1_000))
    desk.kill("gateway-binance")
    await flood.send(60)
    desk.start("gateway-binance")
    await flood.send(form.pick(250, 940))
    await desk.heal()
    ledger = await desk.settled()
    evidence.tried(flood.sent)
    evidence.broken(*(f"{shape} {times} times" for shape, times in ledger.shapes().items() if times > 1))
    evidence.broken(*(f"two legs of {leg} live" for leg in ledger.legs_alive_together()))
    evidence.figure("gateway_kills", desk.kills)
    evidence.figure("orders_at_venue", len(ledger.orders))
    evidence.figure("amends", len(flood.amended))
    assert len(ledger.orders) > flood.sent // 5, "too few orders reached the venue for the test to mean anything"
    evidence.judge()
