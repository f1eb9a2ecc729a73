"""Promise P8: no order older than its `valid_until` leaves a gateway, also after the gateway restarts.

Orders stream while the gateway is stopped and goes on, and while it is killed and started again. What the bus, sockets
and queues kept for it meanwhile must not reach the venue. The venue's clock is this host's; what an order needs from
the gateway to the venue's matching is allowed for.
"""

import asyncio

import pytest

from crossbook.messages.base import Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.promise_desk import PromiseDesk
from testkit.venue_ledger import Ledger, Shape

PER_S = 200
VALID_MS = 150
ON_ITS_WAY_MS = 500
"""What an order may take from its gateway's last look to the venue's engine on a host busy with other things.

Far below the time that things stand still for here: of what was kept back most would come later than this.
"""


class Stream:
    """Orders with a short life, each of a price of its own, and until when each was valid."""

    def __init__(self, desk: PromiseDesk) -> None:
        self.desk = desk
        self.sent = 0
        self.valid_until_ms: dict[tuple[str, int], float] = {}
        self._base = {instrument: desk.trader.ticks(instrument, 1_500.0) for instrument in (SPOT, PERP)}

    async def send(self, seconds: float) -> None:
        trader = self.desk.trader
        for _ in range(int(seconds * PER_S)):
            self.sent += 1
            instrument = SPOT if self.sent % 2 else PERP
            ticks = self._base[instrument] + self.sent
            until_ns = trader.clock.monotonic_ns() + VALID_MS * 1_000_000
            self.valid_until_ms[instrument, ticks] = until_ns / 1e6
            trader.place(instrument, Side.BUY, ticks, 200 if instrument == SPOT else 3, valid_until_ns=until_ns)
            live = trader.live()
            if len(live) > 100:
                trader.cancel(live[0].order_id)
            await asyncio.sleep(1 / PER_S)

    def late(self, ledger: Ledger) -> list[float]:
        """By how many milliseconds each order that the venue took was past its time there; below zero is in time."""
        clock = self.desk.trader.clock
        unix_less_monotonic_ms = (clock.time_ns() - clock.monotonic_ns()) / 1e6
        born_ms = {event["venue_order_id"]: time_ms for _, time_ms, event in ledger.born()}
        late = []
        for order in ledger.orders:
            instrument = SPOT if order["market"] == "spot" else PERP
            shape = Shape(order["market"], order["side"], order["price"], order["quantity"])
            tick = self.desk.trader.definitions[instrument].tick_size
            until_ms = self.valid_until_ms.get((instrument, round(float(shape.price) / float(tick))))
            if until_ms is not None and order["venue_order_id"] in born_ms:
                late.append(born_ms[order["venue_order_id"]] - unix_less_monotonic_ms - until_ms)
        return late


@pytest.mark.timeout(300)
async def test_what_waited_for_a_gateway_is_not_sent_late(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    stream = Stream(desk)
    for _ in range(form.pick(1, 3)):
        await stream.send(1.0)
        desk.freeze("gateway-binance")
        await stream.send(1.5)
        desk.thaw("gateway-binance")
        await stream.send(1.0)
        desk.kill("gateway-binance")
        await stream.send(0.7)
        desk.start("gateway-binance")
        await stream.send(form.pick(1, 2) + 0.5)
        if form.full:
            desk.freeze("oms")
            await stream.send(1.5)
            desk.thaw("oms")
            await stream.send(1.0)
    await asyncio.sleep(1.0)
    late = stream.late(await desk.settled())
    evidence.tried(stream.sent)
    evidence.broken(*(f"{ms:.0f} ms too late at the venue" for ms in late if ms > ON_ITS_WAY_MS))
    evidence.figure("latest_ms", max(late))
    evidence.figure("orders_at_venue", len(late))
    assert len(late) > 100
    evidence.judge()
