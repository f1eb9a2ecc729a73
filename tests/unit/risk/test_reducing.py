"""What counts as reducing, and what a reducing order is spared."""

from decimal import Decimal
from typing import Any

import pytest

from crossbook.messages.base import Side
from risk.denials import DenialCode
from risk.gate import ApprovedOrder
from testkit.risk_world import PERP, SPOT, RiskWorld, limits_table


def holding(position: str, instrument: str = SPOT, **table: Any) -> RiskWorld:
    world = RiskWorld(**table)
    world.engine.set_position("main", instrument, Decimal(position))
    return world


def reduces(world: RiskWorld, instrument: str = SPOT, **changes: Any) -> bool:
    verdict = world.ask(world.order(instrument, **changes))
    assert isinstance(verdict, ApprovedOrder), verdict
    return verdict.reducing


@pytest.mark.parametrize(
    ("position", "side", "qty", "reducing"),
    [
        ("0.3", Side.SELL, "0.3", True),
        ("0.3", Side.SELL, "0.30001", False),
        ("0.3", Side.BUY, "0.1", False),
        ("-0.3", Side.BUY, "0.3", True),
        ("-0.3", Side.BUY, "0.30001", False),
        ("-0.3", Side.SELL, "0.1", False),
        ("0", Side.SELL, "0.1", False),
    ],
)
def test_an_order_reduces_up_to_the_size_of_the_position(position: str, side: Side, qty: str, reducing: bool) -> None:
    assert reduces(holding(position), side=side, qty=qty) is reducing


def test_other_orders_of_the_same_side_take_up_the_room_to_reduce() -> None:
    world = holding("0.3")
    assert reduces(world, side=Side.SELL, qty="0.2")
    assert not reduces(world, side=Side.SELL, qty="0.10001", price=50_006)
    world = holding("0.3")
    assert reduces(world, side=Side.SELL, qty="0.2")
    assert reduces(world, side=Side.SELL, qty="0.1", price=50_006)


def test_opposite_orders_make_no_room_because_they_may_never_fill() -> None:
    world = holding("0.1")
    world.place(qty="0.3")
    assert not reduces(world, side=Side.SELL, qty="0.2")


def test_an_order_whose_outcome_is_unknown_takes_up_room_until_the_venue_speaks() -> None:
    world = holding("0.3")
    order_id = world.place(side=Side.SELL, qty="0.3")
    assert not reduces(world, side=Side.SELL, qty="0.1", price=50_006)
    world.engine.order_ended(order_id, 0)
    world.engine.order_ended(2, 0)
    assert reduces(world, side=Side.SELL, qty="0.3", price=50_007)


def test_a_reducing_order_needs_no_limits_valuation_margin_or_whole_scale() -> None:
    table = limits_table()
    del table["instruments"][PERP]
    world = holding("-0.4", PERP, instruments=table["instruments"], assets={"ETH": {"max_net_base": 1}})
    world.engine.set_balance("main", "alpha", "perps", "USDT", Decimal(0))
    world.engine.context.scales.set_scale("all", 0.1)
    world.engine.halt("all", "drill", "operator", world.now_ns)
    assert reduces(world, PERP, side=Side.BUY, qty="0.4", strategy="newcomer")


def test_a_reduce_only_order_on_a_perpetual_may_be_below_the_smallest_value() -> None:
    world = holding("-0.001", PERP)
    world.top(PERP, 999.5, 1_000.5)
    verdict = world.ask(world.order(PERP, qty="0.001", price=999, reduce_only=True, side=Side.BUY))
    assert isinstance(verdict, ApprovedOrder)


def test_grid_size_rate_validity_and_kill_hold_for_reducing_orders_too() -> None:
    world = holding("3")
    sell: dict[str, Any] = {"side": Side.SELL, "price": 50_005}
    assert world.denial(qty="0.50001", **sell).code is DenialCode.QTY_ABOVE_MAX
    assert world.denial(valid_until_ns=world.now_ns, **sell).code is DenialCode.EXPIRED
    assert world.denial(revision=7, **sell).code is DenialCode.REVISION_MISMATCH
    assert world.denial(side=Side.SELL, price=50_300).code is DenialCode.OUTSIDE_COLLAR
    world.engine.kill("all", "drill", "operator", world.now_ns)
    assert world.denial(**sell).code is DenialCode.KILLED
