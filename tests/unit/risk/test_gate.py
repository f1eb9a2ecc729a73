"""The gate: the only builder of what may be sent, and one step with the reservation."""

import dataclasses
from decimal import Decimal

import pytest

from crossbook.messages.base import Side
from risk.denials import Denial, DenialCode
from risk.gate import ApprovedAmend, ApprovedCancel, ApprovedOrder
from testkit.risk_world import PERP, SPOT, RiskWorld


def worst_long(world: RiskWorld, instrument: str = SPOT) -> Decimal:
    shown = {exposure.scope: exposure for exposure in world.engine.exposures(world.now_ns)}
    return shown[f"main.{instrument}"].long


def test_an_ordinary_order_is_approved_and_reserved_at_once() -> None:
    world = RiskWorld()
    intent = world.order(qty="0.25")
    verdict = world.engine.approve(intent, 77, world.now_ns)
    assert isinstance(verdict, ApprovedOrder)
    assert (verdict.order_id, verdict.intent, verdict.approved_ns, verdict.reducing) == (
        77,
        intent,
        world.now_ns,
        False,
    )
    assert worst_long(world) == Decimal("0.25")


def test_nobody_else_can_build_or_copy_what_may_be_sent() -> None:
    world = RiskWorld()
    verdict = world.ask(world.order())
    assert isinstance(verdict, ApprovedOrder)
    with pytest.raises(TypeError, match="only risk's gate builds ApprovedOrder"):
        ApprovedOrder(object(), 1, world.order(), 0, False)
    with pytest.raises(TypeError, match="ApprovedCancel"):
        ApprovedCancel(None, 1, 0)
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(verdict, order_id=2)  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.order_id = 2  # type: ignore[misc]


def test_a_denied_order_reserves_nothing() -> None:
    world = RiskWorld()
    world.place(qty="0.1")
    world.denial(qty="0.1", price=49_000)
    assert worst_long(world) == Decimal("0.1")
    assert len(list(world.engine.context.live_orders)) == 1


def test_orders_count_against_each_other_until_the_limit_and_not_one_lot_more() -> None:
    world = RiskWorld()
    world.place(qty="0.5")
    world.place(qty="0.5", price=49_994)
    denial = world.denial(qty="0.00011", price=49_993)
    assert denial.code is DenialCode.POSITION_LIMIT
    assert "worst=1.00011 " in denial.context
    assert denial.context.endswith("limit=1")


def test_an_amend_counts_as_the_larger_of_old_and_new_until_the_venue_answers() -> None:
    world = RiskWorld()
    order_id = world.place(qty="0.2")
    approved = world.amend(order_id, 49_994, "0.3")
    assert isinstance(approved, ApprovedAmend)
    assert approved.order_id == order_id
    assert worst_long(world) == Decimal("0.3")
    world.engine.amend_resolved(order_id, 4_999_500, 20_000)
    assert worst_long(world) == Decimal("0.2")
    assert isinstance(world.amend(order_id, 49_994, "0.1"), ApprovedAmend)
    assert worst_long(world) == Decimal("0.2")
    world.engine.amend_resolved(order_id, 4_999_400, 10_000)
    assert worst_long(world) == Decimal("0.1")


def test_where_an_amend_replaces_the_order_both_count_until_the_venue_answers() -> None:
    venues = {"alpha": {"max_gross_notional": 150_000, "replacing_markets": ["spot"]}}
    world = RiskWorld(venues=venues)
    order_id = world.place(qty="0.3")
    world.fill(order_id, "0.1")
    assert isinstance(world.amend(order_id, 49_994, "0.4"), ApprovedAmend)
    assert worst_long(world) == Decimal("0.1") + Decimal("0.2") + Decimal("0.3")
    world.engine.amend_resolved(order_id, 4_999_400, 40_000)
    assert worst_long(world) == Decimal("0.4")


def test_an_amend_that_grows_past_the_limit_is_denied_and_changes_nothing() -> None:
    world = RiskWorld()
    world.place(qty="0.5")
    order_id = world.place(qty="0.3", price=49_994)
    world.place(qty="0.1", price=49_993)
    denial = world.amend(order_id, 49_994, "0.41")
    assert isinstance(denial, Denial)
    assert denial.code is DenialCode.POSITION_LIMIT
    assert worst_long(world) == Decimal("0.9")


def test_a_cancel_passes_in_every_trading_state() -> None:
    world = RiskWorld()
    order_id = world.place()
    world.engine.kill("all", "drill", "operator", world.now_ns)
    approved = world.engine.approve_cancel(world.cancel(order_id), order_id, world.now_ns)
    assert (approved.order_id, approved.approved_ns) == (order_id, world.now_ns)


def test_a_pair_is_approved_and_reserved_together() -> None:
    world = RiskWorld()
    first = world.order(qty="0.2")
    second = world.order(PERP, qty="0.2", side=Side.SELL)
    verdict = world.engine.approve_pair(first, 1, second, 2, world.now_ns)
    assert not isinstance(verdict, Denial)
    assert [leg.order_id for leg in verdict] == [1, 2]
    assert worst_long(world) == Decimal("0.2")


def test_a_pair_whose_second_leg_is_denied_leaves_no_trace_of_the_first() -> None:
    world = RiskWorld()
    buckets = world.engine.context.rates
    first = world.order(qty="0.2")
    second = world.order(PERP, qty="0.2", side=Side.SELL, price=51_000)
    verdict = world.engine.approve_pair(first, 1, second, 2, world.now_ns)
    assert isinstance(verdict, Denial)
    assert verdict.code is DenialCode.OUTSIDE_COLLAR
    assert verdict.context.startswith("leg=2 ")
    assert worst_long(world) == 0
    assert not list(world.engine.context.live_orders)
    assert world.engine.context.wallets.wallet("main.alpha.spot.USDT").reserved == 0
    full = [f"{bucket}" for bucket in ("strategy:mm", f"main:{SPOT}", "venue:alpha")]
    assert buckets.shortage((full[0], full[1], full[2]), True, world.now_ns) is None
    assert world.engine.context.exposure.order(1) is None


def test_the_second_leg_is_judged_with_the_first_one_reserved() -> None:
    world = RiskWorld()
    leg = world.order(qty="0.5")
    again = world.order(qty="0.5", price=49_994)
    world.place(qty="0.1", price=49_993)
    verdict = world.engine.approve_pair(leg, 11, again, 12, world.now_ns)
    assert isinstance(verdict, Denial)
    assert verdict.code is DenialCode.POSITION_LIMIT
    assert "leg=2" in verdict.context


def test_an_order_id_in_use_is_a_bug_and_said_so() -> None:
    world = RiskWorld()
    order_id = world.place()
    with pytest.raises(ValueError, match="is live already"):
        world.ask(world.order(price=49_994), order_id)
