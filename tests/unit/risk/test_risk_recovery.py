"""What a restart counts again, what new rules of an instrument leave standing, and that history repeats itself."""

from decimal import Decimal

import pytest

from crossbook.messages.base import Operation, OrderState, OrderType, Purpose, Side, Tif
from crossbook.messages.orders import OrderUpdate
from risk.denials import DenialCode
from testkit.risk_world import PERP, SPOT, RiskWorld, definition


def remembered(**changes: object) -> OrderUpdate:
    """An unknown buy of 0.4 at 49,995, a quarter of it filled."""
    fields: dict[str, object] = {
        "order_id": 9_001,
        "intent_id": 1,
        "strategy": "mm",
        "account": "main",
        "instrument": SPOT,
        "revision": 1,
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "tif": Tif.GTC,
        "price_ticks": 4_999_500,
        "qty_lots": 40_000,
        "filled_lots": 10_000,
        "state": OrderState.UNKNOWN,
        "unknown_operation": Operation.PLACE,
        "venue_order_id": "",
        "reason": "",
        "updated_ns": 0,
        "purpose": Purpose.QUOTE,
    }
    return OrderUpdate(**(fields | changes))  # type: ignore[arg-type]


def sides(world: RiskWorld, scope: str = f"main.{SPOT}") -> tuple[Decimal, Decimal]:
    shown = next(exposure for exposure in world.engine.exposures(world.now_ns) if exposure.scope == scope)
    return shown.long, shown.short


def test_a_restored_order_counts_with_what_it_could_still_fill() -> None:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("0.1"))
    world.engine.restore(remembered())
    assert sides(world) == (Decimal("0.4"), Decimal("0.1"))
    assert world.denial(side=Side.SELL, price=49_995).code is DenialCode.SELF_TRADE
    world.fill(9_001, "0.3")
    assert sides(world) == (Decimal("0.4"), Decimal("0.4"))
    world.engine.order_ended(9_001, 40_000)
    assert sides(world) == (Decimal("0.4"), Decimal("0.4"))


def test_an_amend_that_was_under_way_counts_as_well() -> None:
    world = RiskWorld()
    world.engine.restore(remembered(pending_price_ticks=4_999_000, pending_qty_lots=60_000))
    assert sides(world)[0] == Decimal("0.5")
    replacing = RiskWorld(venues={"alpha": {"max_gross_notional": 150_000, "replacing_markets": ["spot"]}})
    replacing.engine.restore(remembered(pending_price_ticks=4_999_000, pending_qty_lots=60_000))
    assert sides(replacing)[0] == Decimal("0.3") + Decimal("0.5")


def test_an_ended_order_that_is_owed_fills_counts_until_they_come() -> None:
    world = RiskWorld()
    world.engine.restore(remembered(state=OrderState.CANCELLED))
    world.engine.order_ended(9_001, 15_000)
    assert sides(world)[0] == Decimal("0.05")
    world.fill(9_001, "0.05")
    assert sides(world) == (Decimal("0.05"), Decimal("0.05"))


def test_an_order_of_an_instrument_nobody_defined_is_an_error() -> None:
    with pytest.raises(KeyError):
        RiskWorld().engine.restore(remembered(instrument="XRP-USDT@alpha"))


def test_new_lots_and_ticks_leave_positions_and_orders_what_they_were() -> None:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("0.2"))
    order_id = world.place(qty="0.1", price=49_995)
    world.engine.define(definition(SPOT, revision=2, lot_size=Decimal("0.0001"), tick_size=Decimal("0.1")))
    assert sides(world) == (Decimal("0.3"), Decimal("0.2"))
    assert world.denial(side=Side.SELL, price=49_995).code is DenialCode.SELF_TRADE
    world.place(side=Side.SELL, price="49995.1")
    world.engine.order_ended(order_id, 4_000)
    assert sides(world)[0] == Decimal("0.24")


def test_the_same_calls_give_the_same_verdicts_actions_and_state() -> None:
    def life() -> list[object]:
        world = RiskWorld()
        seen: list[object] = []
        for step in range(200):
            world.pass_ms(37)
            side = Side.BUY if step % 3 else Side.SELL
            mid = 50_000 + (step * 7919) % 83 - 41
            seen.append(world.top(SPOT, mid - 0.5, mid + 0.5))
            verdict = world.ask(world.order(PERP if step % 5 else SPOT, side=side, qty="0.05", price=mid - 5 * side))
            seen.append(verdict)
            if step % 4 == 0:
                world.engine.order_ended(step + 1, 0)
            seen.append(world.engine.on_equity("all", Decimal(10_000 - (step * 31) % 700), world.now_ns))
            seen.append(world.engine.on_timer(world.now_ns))
            seen.append(world.engine.take_actions())
        return [*seen, world.engine.state(world.now_ns), world.engine.exposures(world.now_ns)]

    first = life()
    assert first == life()
    assert len({type(verdict).__name__ for verdict in first}) >= 4
