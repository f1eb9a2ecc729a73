"""Promise P4: with all our processes dead, every order is gone within the venue's dead-man window.

Binance spot has no such switch: its orders stay, as the README says, until a gateway is back or sweeps.
"""

import asyncio
from collections.abc import Callable

import pytest

from testkit.evidence import Evidence, Form
from testkit.promise_desk import PromiseDesk

STANDING = 20
SLACK_S = 0.5


@pytest.mark.timeout(200)
async def test_the_venues_switch_takes_what_the_dead_left(
    make_desk: Callable[..., PromiseDesk], form: Form, evidence: Evidence
) -> None:
    desk, window_s = make_desk(), form.pick(3, 10)
    desk.gateway["orders"] |= {"dead_man_countdown_ms": window_s * 1_000, "dead_man_refresh_ms": 1_000}
    await desk.begin()
    await desk.stand(STANDING)
    await asyncio.sleep(1.5)  # the switch is armed while orders live, once a second here
    for name in ("gateway-binance", "oms", "redis"):
        desk.kill(name)

    async def usdm_is_empty() -> bool:
        return not [order for order in (await desk.ledger()).open() if order["market"] == "usdm"]

    gone_s = await desk.seconds_until(usdm_is_empty, window_s + 5)
    left = (await desk.ledger()).open()
    evidence.tried(STANDING)
    evidence.figure("usdm_gone_after_s", gone_s)
    if gone_s > window_s + SLACK_S:
        evidence.broken(f"USD-M orders were there {gone_s:.1f} s after the end, the window is {window_s} s")
    assert left, "spot orders went too, which no venue promises: the test proves nothing"
    await desk.sweep()
    evidence.broken(*(f"{order['client_order_id']} open after the sweep" for order in (await desk.ledger()).open()))
    evidence.judge()
