"""Cases that end in a denial because of limits, money, repetition or rate."""

from decimal import Decimal

from crossbook.messages.base import Side
from risk.denials import Denial
from risk.denials import DenialCode as Code
from testkit.denial_cases import CASES, case
from testkit.risk_world import OTHER, PERP, SPOT, RiskWorld, definition

__all__ = ["CASES"]


@case(Code.SELF_TRADE)
def a_price_that_reaches_another_strategys_order() -> Denial:
    world = RiskWorld()
    world.place(side=Side.SELL, price=50_005)
    return world.denial(price=50_005, strategy="arb")


@case(Code.SELF_TRADE)
def a_price_that_reaches_an_amend_under_way() -> Denial:
    world = RiskWorld()
    order_id = world.place(side=Side.SELL, price=50_010)
    world.amend(order_id, 50_002, "0.1")
    return world.denial(price=50_002)


@case(Code.SIZE_SCALED)
def a_whole_size_while_sizes_are_scaled() -> Denial:
    world = RiskWorld()
    world.engine.on_equity("all", Decimal(10_000), world.now_ns)
    world.pass_ms(61_000)
    world.engine.context.scales.set_scale("all", 0.5)
    return world.denial(qty="0.25001")


@case(Code.POSITION_LIMIT)
def a_position_past_its_limit() -> Denial:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("0.95"))
    return world.denial(qty="0.05001")


@case(Code.STRATEGY_LIMIT)
def a_strategy_past_its_limit() -> Denial:
    return RiskWorld(strategies={"mm": {"max_gross_notional": 4_999}}).denial()


@case(Code.VENUE_LIMIT)
def a_venue_past_its_limit() -> Denial:
    world = RiskWorld(venues={"alpha": {"max_gross_notional": 9_999}})
    world.place()
    return world.denial(PERP, side=Side.SELL)


@case(Code.ASSET_LIMIT)
def an_asset_past_its_limit_over_all_venues() -> Denial:
    world = RiskWorld(assets={"BTC": {"max_net_base": "0.15"}})
    world.place()
    return world.denial(OTHER)


@case(Code.ASSET_LIMIT)
def an_asset_past_its_limit_on_one_venue() -> Denial:
    venues = {"alpha": {"max_gross_notional": 150_000, "max_net_base": {"BTC": "0.09"}}}
    return RiskWorld(venues=venues).denial()


@case(Code.TOTAL_LIMIT)
def everything_past_its_limit() -> Denial:
    world = RiskWorld(total={"max_gross_notional": 9_999})
    world.place()
    return world.denial(OTHER, side=Side.SELL)


@case(Code.BALANCE_UNKNOWN)
def a_balance_nobody_told() -> Denial:
    world = RiskWorld()
    return world.denial(account="other")


@case(Code.INSUFFICIENT_BALANCE)
def more_than_is_held_less_what_is_reserved() -> Denial:
    world = RiskWorld()
    world.engine.set_balance("main", "alpha", "spot", "USDT", Decimal(10_000))
    world.place()
    return world.denial(price=49_994)


@case(Code.INSUFFICIENT_MARGIN)
def more_notional_than_the_margin_carries() -> Denial:
    world = RiskWorld()
    world.engine.set_balance("main", "alpha", "perps", "USDT", Decimal(1_000))
    return world.denial(PERP)


@case(Code.OPEN_ORDERS)
def one_order_more_than_the_instrument_may_have() -> Denial:
    world = RiskWorld()
    world.engine.define(definition(SPOT, max_open_orders=2))
    world.place(price=49_990, qty="0.01")
    world.place(price=49_991, qty="0.01")
    return world.denial(price=49_992, qty="0.01")


@case(Code.OPEN_ORDERS)
def one_order_more_than_the_strategy_may_have() -> Denial:
    world = RiskWorld(strategies={"mm": {"max_gross_notional": 100_000, "max_open_orders": 1}})
    world.place(qty="0.01")
    return world.denial(PERP, qty="0.01")


@case(Code.DUPLICATE)
def the_same_order_once_too_often() -> Denial:
    world = RiskWorld()
    for _ in range(3):
        world.place(qty="0.01")
    return world.denial(qty="0.01")


@case(Code.RUNAWAY)
def the_same_order_without_end() -> Denial:
    world = RiskWorld()
    codes = [world.code(world.order(qty="0.01")) for _ in range(9)]
    assert codes == [None] * 3 + [Code.DUPLICATE] * 6
    return world.denial(qty="0.01")


@case(Code.ORDER_RATE)
def more_orders_than_the_instruments_rate() -> Denial:
    world = RiskWorld(rates={"instrument": {"per_s": 5, "burst": 5}, "reserve": 0.2})
    for step in range(4):
        world.place(qty="0.01", price=49_990 + step)
    return world.denial(qty="0.01", price=49_998)
