"""Promise P2: exposure (filled + open + in flight + unknown) never above a limit by even one lot.

Eight strategies push against the limits at once, with lost acknowledgements, late fills and amends. The judge is the
venue's timeline: after each of its events it states what we could come to hold if all of ours on one side filled.
"""

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from crossbook.messages.base import OrderState, OrderType, Side, Tif
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.promise_desk import PromiseDesk
from testkit.promise_trader import Trader
from testkit.venue_ledger import SPOT_BASELINE, Ledger

TRADERS = 8
POSITION_LIMIT = Decimal("0.5")
ASSET_LIMIT = Decimal("0.8")
MONEY_LIMIT = Decimal(60_000)
"""Of the venue, in USDT: about 0.97 BTC, above the asset's limit but below the sum of both sides' worst cases."""


def narrow(desk: PromiseDesk) -> PromiseDesk:
    risk = desk.oms["risk"]
    for limits in risk["instruments"].values():
        limits["max_position_base"] = str(POSITION_LIMIT)
    risk["assets"]["BTC"]["max_net_base"] = str(ASSET_LIMIT)
    risk["venues"]["binance"]["max_gross_notional"] = str(MONEY_LIMIT)
    return desk


async def push(trader: Trader, rounds: int, chance: random.Random) -> None:
    """Orders of both sides near the market, takers, amends and cancels, without looking at any limit."""
    for _ in range(rounds):
        await asyncio.sleep(0.02 + 0.02 * chance.random())
        instrument = chance.choice([SPOT, PERP])
        side = chance.choice([Side.BUY, Side.BUY, Side.SELL])
        lots = chance.randint(1, 80) * (100 if instrument == SPOT else 1)
        resting = [order for order in trader.live() if order.state is OrderState.OPEN]
        action = chance.random()
        if action < 0.2 and resting:
            trader.cancel(chance.choice(resting).order_id)
        elif action < 0.35 and resting:
            order = chance.choice(resting)
            trader.amend(order.order_id, order.price_ticks, max(1, order.qty_lots + lots // 2))
        elif action < 0.5:
            price = trader.ticks(instrument, -15.0 * side)
            trader.place(instrument, side, price, lots, post_only=False, tif=Tif.IOC, order_type=OrderType.LIMIT)
        else:
            trader.place(instrument, side, trader.ticks(instrument, side * chance.uniform(1.0, 40.0)), lots)


def breaches(ledger: Ledger) -> tuple[list[str], Decimal]:
    """Venue events at which a limit was broken, and the nearest to a position limit that was come, as a share."""
    worst: dict[str, tuple[Decimal, Decimal]] = {}
    broken, nearest = [], Decimal(0)
    for event in ledger.timeline:
        base = SPOT_BASELINE if event["market"] == "spot" else Decimal(0)
        low, high = (Decimal(event[name]) - base for name in ("exposure_low", "exposure_high"))
        worst[event["market"]] = (low, high)
        nearest = max(nearest, high / POSITION_LIMIT, -low / POSITION_LIMIT)
        if max(high, -low) > POSITION_LIMIT:
            broken.append(f"{event['market']} {low}…{high} at {event['time_ms']} by {event['client_order_id']}")
        total_low, total_high = (sum(side, Decimal(0)) for side in zip(*worst.values(), strict=True))
        if max(total_high, -total_low) > ASSET_LIMIT:
            broken.append(f"BTC {total_low}…{total_high} at {event['time_ms']} by {event['client_order_id']}")
    return broken, nearest


@pytest.mark.timeout(300)
async def test_no_venue_event_leaves_us_over_a_limit(
    make_desk: Callable[..., PromiseDesk], form: Form, evidence: Evidence
) -> None:
    desk = await narrow(make_desk(traders=TRADERS)).begin()
    faults: list[dict[str, Any]] = [
        {"kind": "drop_ack", "endpoint": "order.place", "probability": 0.1},
        {"kind": "lost_request", "endpoint": "order.place", "probability": 0.05},
        {"kind": "drop_ack", "endpoint": "order.cancel", "probability": 0.1},
        {"kind": "delay_events", "probability": 0.2, "delay_ms": form.pick(1_500, 5_000)},
        {"kind": "fill_on_cancel", "probability": 0.3},
    ]
    for fault in faults:
        for market in ("spot", "usdm"):
            await desk.fault(market=market, **fault)
    chance = random.Random(form.seed)
    rounds = form.pick(90, 900)
    await asyncio.gather(*(push(trader, rounds, chance) for trader in desk.traders))
    await desk.heal()
    ledger = await desk.settled()
    broken, nearest = breaches(ledger)
    evidence.tried(len(ledger.timeline))
    evidence.broken(*broken)
    evidence.figure("nearest_share", float(nearest))
    evidence.figure("fills", len(ledger.fills))
    assert nearest > Decimal("0.9"), "the limits were never pushed against"
    evidence.judge()
