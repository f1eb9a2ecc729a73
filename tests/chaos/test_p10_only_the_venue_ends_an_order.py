"""Promise P10: only the venue's word ends an order.

Twenty orders are open when the venue goes away whole. Meanwhile it fills some, fills parts of some and cancels some.
Nobody here may guess: no order ends while nothing can be heard, and soon after the return every one is as the venue
has it.
"""

import asyncio
from decimal import Decimal

import pytest

from crossbook.messages.base import OrderState, Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.oms_peers import until
from testkit.promise_desk import MARKET, PromiseDesk
from testkit.venue_ledger import Ledger

ORDERS = 20
RIGHT_WITHIN_S = 10.0
STATES = {
    "NEW": OrderState.OPEN,
    "PARTIALLY_FILLED": OrderState.PARTIALLY_FILLED,
    "FILLED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELLED,
    "EXPIRED": OrderState.EXPIRED,
}


async def stand(desk: PromiseDesk, count: int) -> list[int]:
    """So many orders that rest at the venue, half on each market."""
    trader = desk.trader
    for number in range(count):
        instrument = SPOT if number % 2 else PERP
        lots = 200 if instrument == SPOT else 4
        trader.place(instrument, Side.BUY, trader.ticks(instrument, 300.0 + 10 * number), lots)
        await asyncio.sleep(0.01)
    return list(
        await until(
            lambda: (
                [o.order_id for o in trader.live() if o.state is OrderState.OPEN]
                if sum(o.state is OrderState.OPEN for o in trader.live()) == count
                else []
            ),
            f"{count} open orders",
        )
    )


async def venue_goes_on(desk: PromiseDesk, ids: list[int]) -> None:
    """Of those still open a quarter is filled, a quarter in part, a quarter cancelled, a quarter left alone."""
    there = (await desk.ledger()).open_ids()
    for number, order_id in enumerate(order_id for order_id in ids if order_id in there):
        order = desk.trader.orders[order_id]
        name = {"client_order_id": f"xb{order_id:016x}"}
        market = MARKET[order.instrument]
        lot = desk.trader.definitions[order.instrument].lot_size
        if number % 4 == 0:
            await desk.by_hand("fill", market, quantity="0", **name)
        elif number % 4 == 1:
            await desk.by_hand("fill", market, quantity=str(lot * (order.qty_lots // 4)), **name)
        elif number % 4 == 2:
            await desk.by_hand("cancel", market, **name)


def wrong(desk: PromiseDesk, ledger: Ledger, ids: list[int]) -> list[str]:
    """Orders that are not here what they are at the venue."""
    found = []
    for order_id in ids:
        ours, (theirs,) = desk.trader.orders[order_id], ledger.of(order_id)
        lots = int(Decimal(theirs["filled"]) / desk.trader.definitions[ours.instrument].lot_size)
        if (ours.state, ours.filled_lots) != (STATES[theirs["status"]], lots):
            found.append(f"{order_id}: {ours.state} {ours.filled_lots}, venue {theirs['status']} {lots}")
    return found


@pytest.mark.timeout(800)
async def test_no_order_ends_while_the_venue_is_away(desk: PromiseDesk, form: Form, evidence: Evidence) -> None:
    ids = await stand(desk, ORDERS)
    away_s = form.pick(3, 600)
    clock = asyncio.get_running_loop()
    for market in ("spot", "usdm"):
        await desk.fault("outage", market=market, duration_ms=away_s * 1_000)
    back_at = clock.time() + away_s
    await asyncio.sleep(0.3)
    evidence.figure("open_without_the_venue", len((await desk.ledger()).open_ids()))
    told_before = len(desk.trader.updates)
    await venue_goes_on(desk, ids)
    await asyncio.sleep(max(0.0, back_at - clock.time() - 0.2))
    guessed = [u for u in desk.trader.updates[told_before:] if u.order_id in ids and u.state.is_terminal]
    evidence.tried(len(ids))
    evidence.broken(*(f"{update.order_id} {update.state} was guessed" for update in guessed))
    await asyncio.sleep(max(0.0, back_at - clock.time()))
    while mistakes := wrong(desk, await desk.ledger(), ids):
        if clock.time() > back_at + RIGHT_WITHIN_S:
            evidence.broken(*mistakes)
            break
        await asyncio.sleep(0.1)
    evidence.figure("right_after_s", clock.time() - back_at)
    evidence.judge()
