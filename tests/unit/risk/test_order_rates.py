"""Token buckets: caps per strategy, instrument and venue, a reserve, and cancels that always pass."""

from typing import Any

from crossbook.messages.base import Purpose, Side
from risk.denials import DenialCode
from testkit.risk_world import PERP, SPOT, RiskWorld

LOOSE = {"per_s": 100_000, "burst": 100_000}


def flood(world: RiskWorld, count: int, **changes: Any) -> list[DenialCode | None]:
    """So many small orders, each at another price."""
    return [world.code(world.order(qty="0.002", price=49_900 + step, **changes)) for step in range(count)]


def test_an_endless_loop_gets_the_burst_less_the_reserve_and_then_its_rate() -> None:
    world = RiskWorld(
        rates={"instrument": {"per_s": 10, "burst": 20}, "strategy": LOOSE, "venue": LOOSE, "reserve": 0.5}
    )
    first = flood(world, 15)
    assert first.count(None) == 10
    assert set(first[10:]) == {DenialCode.ORDER_RATE}
    sent = 0
    for step in range(200):
        world.pass_ms(10)
        sent += world.code(world.order(qty="0.002", price=49_800 + step)) is None
    assert sent == 20


def test_each_bucket_binds_by_itself() -> None:
    for bucket in ("strategy", "instrument", "venue"):
        rates = {"strategy": LOOSE, "instrument": LOOSE, "venue": LOOSE, "reserve": 0.0} | {
            bucket: {"per_s": 1, "burst": 3}
        }
        world = RiskWorld(rates=rates)
        assert flood(world, 5).count(None) == 3
        named = {"strategy": "strategy:mm", "instrument": f"main:{SPOT}", "venue": "venue:alpha"}[bucket]
        assert f"bucket={named} " in world.denial(qty="0.002", price=49_950).context
        other = world.code(world.order(PERP, qty="0.002", strategy="arb"))
        assert other is (DenialCode.ORDER_RATE if bucket == "venue" else None)


def test_reducing_orders_and_repairs_may_use_the_reserve_and_no_more() -> None:
    rates = {"venue": {"per_s": 1, "burst": 10}, "instrument": LOOSE, "strategy": LOOSE, "reserve": 0.4}
    world = RiskWorld(rates=rates)
    assert flood(world, 10).count(None) == 6
    assert world.code(world.order(qty="0.01", price=49_960, purpose=Purpose.REPAIR)) is None
    world.engine.set_position("main", PERP, world.engine.config.instruments[PERP].max_order_qty_base)
    for step in range(3):
        world.place(PERP, side=Side.SELL, qty="0.01", price=50_010 + step)
    assert world.denial(PERP, side=Side.SELL, qty="0.01", price=50_020).code is DenialCode.ORDER_RATE


def test_cancels_pass_with_empty_buckets_and_are_counted() -> None:
    rates = {"venue": {"per_s": 10, "burst": 5}, "instrument": LOOSE, "strategy": LOOSE, "reserve": 0.0}
    world = RiskWorld(rates=rates)
    order_id = world.place()
    for _ in range(50):
        world.engine.approve_cancel(world.cancel(order_id), order_id, world.now_ns)
    assert world.denial(price=49_990).code is DenialCode.ORDER_RATE
    world.pass_ms(100)
    world.place(price=49_990)


def test_a_denied_order_uses_up_nothing() -> None:
    rates = {"venue": {"per_s": 1, "burst": 2}, "instrument": LOOSE, "strategy": LOOSE, "reserve": 0.0}
    world = RiskWorld(rates=rates)
    for _ in range(20):
        world.denial(price=49_000)
    assert flood(world, 3).count(None) == 2
