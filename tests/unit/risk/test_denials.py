"""Every code that the gate denies with, each raised by a case of its own, and no code without one."""

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest

from crossbook.messages.base import OrderType, Purpose, Side, Tif, TradingStatus
from crossbook.messages.market import BookDepth, BookInvalid
from risk.checks import WITH_CODES
from risk.denials import Denial, DenialCode
from risk.denials import DenialCode as Code
from testkit.risk_world import OTHER, PERP, SPOT, RiskWorld, definition, limits_table

CASES: dict[str, tuple[DenialCode, Callable[[], Denial]]] = {}


def case(code: DenialCode) -> Callable[[Callable[[], Denial]], Callable[[], Denial]]:
    """A case that must end in that denial."""

    def keep(build: Callable[[], Denial]) -> Callable[[], Denial]:
        CASES[build.__name__] = (code, build)
        return build

    return keep


@case(Code.KILLED)
def kill_denies_even_what_reduces() -> Denial:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("0.5"))
    world.engine.kill("venue:alpha", "drill", "operator", world.now_ns)
    return world.denial(side=Side.SELL)


@case(Code.KILLED)
def kill_denies_repairs() -> Denial:
    world = RiskWorld()
    world.engine.kill("all", "drill", "operator", world.now_ns)
    return world.denial(purpose=Purpose.REPAIR)


@case(Code.HALTED)
def halt_of_the_asset_denies_what_adds() -> Denial:
    world = RiskWorld()
    world.engine.halt("asset:BTC", "news", "operator", world.now_ns)
    return world.denial()


@case(Code.REDUCE_ONLY)
def reduce_only_denies_what_adds() -> Denial:
    world = RiskWorld()
    world.engine.halt("all", "redis_lost", "oms", world.now_ns, latched=False, level="reduce_only")
    return world.denial()


@case(Code.EXPIRED)
def an_order_at_its_deadline_is_late() -> Denial:
    world = RiskWorld()
    return world.denial(valid_until_ns=world.now_ns)


@case(Code.UNKNOWN_INSTRUMENT)
def an_instrument_nobody_defined() -> Denial:
    world = RiskWorld()
    verdict = world.ask(msgspec.structs.replace(world.order(), instrument="XRP-USDT@alpha"))
    assert isinstance(verdict, Denial)
    return verdict


@case(Code.UNKNOWN_ORDER)
def an_amend_of_no_order() -> Denial:
    verdict = RiskWorld().amend(404, 49_994, "0.1")
    assert isinstance(verdict, Denial)
    return verdict


@case(Code.UNKNOWN_ORDER)
def an_amend_of_another_strategys_order() -> Denial:
    world = RiskWorld()
    verdict = world.amend(world.place(), 49_994, "0.1", strategy="arb")
    assert isinstance(verdict, Denial)
    return verdict


@case(Code.INSTRUMENT_NOT_LIVE)
def an_instrument_that_is_halted() -> Denial:
    world = RiskWorld()
    world.engine.define(definition(SPOT, status=TradingStatus.CANCEL_ONLY))
    return world.denial()


@case(Code.REVISION_MISMATCH)
def an_order_of_an_older_revision() -> Denial:
    world = RiskWorld()
    world.engine.define(definition(SPOT, revision=2))
    return world.denial(revision=1)


@case(Code.REVISION_MISMATCH)
def an_amend_of_an_order_of_an_older_revision() -> Denial:
    world = RiskWorld()
    order_id = world.place()
    world.engine.define(definition(SPOT, revision=2))
    verdict = world.amend(order_id, 49_994, "0.1")
    assert isinstance(verdict, Denial)
    return verdict


@case(Code.INVALID_ORDER)
def a_market_order_with_a_price() -> Denial:
    return RiskWorld().denial(order_type=OrderType.MARKET, post_only=False)


@case(Code.INVALID_ORDER)
def a_post_only_order_that_may_not_rest() -> Denial:
    return RiskWorld().denial(tif=Tif.IOC)


@case(Code.INVALID_ORDER)
def a_price_that_is_not_a_number() -> Denial:
    return RiskWorld().denial(price_ticks=float("nan"))


@case(Code.INVALID_ORDER)
def an_amend_below_what_is_filled() -> Denial:
    world = RiskWorld()
    order_id = world.place(qty="0.2")
    world.fill(order_id, "0.1")
    verdict = world.amend(order_id, 49_994, "0.1")
    assert isinstance(verdict, Denial)
    return verdict


@case(Code.OFF_GRID)
def a_price_with_too_many_figures() -> Denial:
    world = RiskWorld()
    world.engine.define(definition(SPOT, significant_figures=5))
    return world.denial(price="49995.1")


@case(Code.OFF_GRID)
def a_price_outside_the_venues_bounds() -> Denial:
    world = RiskWorld()
    world.engine.define(definition(SPOT, max_price=Decimal(49_000)))
    return world.denial()


@case(Code.QTY_BELOW_MIN)
def fewer_lots_than_the_venue_takes() -> Denial:
    world = RiskWorld()
    world.engine.define(definition(SPOT, min_qty_lots=100))
    return world.denial(qty_lots=99)


@case(Code.QTY_ABOVE_MAX)
def more_than_our_largest_order() -> Denial:
    return RiskWorld().denial(qty="0.50001")


@case(Code.QTY_ABOVE_MAX)
def more_than_the_venues_largest_market_order() -> Denial:
    world = RiskWorld()
    world.engine.define(definition(SPOT, max_market_qty_lots=9_999))
    verdict = world.ask(world.market_order())
    assert isinstance(verdict, Denial)
    return verdict


@case(Code.NOTIONAL_BELOW_MIN)
def less_value_than_the_venue_takes() -> Denial:
    return RiskWorld().denial(qty="0.0001", price="49994.99")


@case(Code.NOTIONAL_ABOVE_MAX)
def more_value_than_our_largest_order() -> Denial:
    instruments = limits_table()["instruments"]
    instruments[SPOT] = instruments[SPOT] | {"max_order_notional": 4_999}
    return RiskWorld(instruments=instruments).denial()


@case(Code.REDUCE_ONLY_WRONG_SIDE)
def a_reduce_only_order_without_a_position() -> Denial:
    return RiskWorld().denial(PERP, reduce_only=True)


@case(Code.LIMIT_MISSING)
def an_instrument_without_limits() -> Denial:
    instruments = limits_table()["instruments"]
    del instruments[SPOT]
    return RiskWorld(instruments=instruments).denial()


@case(Code.LIMIT_MISSING)
def a_strategy_without_limits() -> Denial:
    return RiskWorld().denial(strategy="newcomer")


@case(Code.VALUATION_MISSING)
def a_currency_without_a_rate() -> Denial:
    return RiskWorld(valuation={}).denial(OTHER)


@case(Code.VALUATION_STALE)
def a_currency_whose_rate_is_old() -> Denial:
    world = RiskWorld(valuation={"max_age_s": 30})
    world.engine.set_rate("USDC", Decimal("0.999"), world.now_ns)
    world.pass_ms(30_001)
    return world.denial(OTHER)


@case(Code.BOOK_INVALID)
def a_book_with_a_gap() -> Denial:
    world = RiskWorld()
    world.engine.context.view(SPOT).on_invalid(BookInvalid(SPOT, "gap", world.now_ns, world.now_ns))
    return world.denial()


@case(Code.STALE_MARKET_DATA)
def an_order_decided_on_an_old_book() -> Denial:
    world = RiskWorld()
    return world.denial(market_received_ns=world.now_ns - 1_000_000_001)


@case(Code.STALE_MARKET_DATA)
def an_order_whose_stamp_lies_in_the_future() -> Denial:
    world = RiskWorld()
    return world.denial(market_received_ns=world.now_ns + 1)


@case(Code.STALE_MARKET_DATA)
def our_own_view_is_older_than_arbitrage_allows() -> Denial:
    world = RiskWorld()
    world.pass_ms(251, books=False)
    return world.denial(purpose=Purpose.TAKE)


@case(Code.NO_REFERENCE)
def a_market_order_into_an_empty_side() -> Denial:
    world = RiskWorld()
    view = world.engine.context.view(SPOT)
    view.ask = 0.0
    verdict = world.ask(world.market_order())
    assert isinstance(verdict, Denial)
    return verdict


@case(Code.OUTSIDE_COLLAR)
def a_resting_price_far_from_the_mid() -> Denial:
    return RiskWorld().denial(price=49_749)


@case(Code.OUTSIDE_COLLAR)
def a_taking_price_further_through_the_mid_than_takers_may_go() -> Denial:
    return RiskWorld().denial(price=50_101, post_only=False, tif=Tif.IOC, purpose=Purpose.TAKE)


@case(Code.INSUFFICIENT_DEPTH)
def a_market_order_larger_than_the_book_within_the_collar() -> Denial:
    world = RiskWorld()
    world.top(SPOT, size=0.05)
    far = [50_000.5, 0.05, 50_200.0, 100.0]
    world.engine.on_depth(BookDepth(SPOT, 1, [], far, 0, world.now_ns, world.now_ns))
    verdict = world.ask(world.market_order())
    assert isinstance(verdict, Denial)
    return verdict


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


@pytest.mark.parametrize("name", CASES)
def test_the_case_ends_in_its_denial(name: str) -> None:
    code, build = CASES[name]
    denial = build()
    assert denial.code is code, denial
    assert all("=" in part or "'" in part for part in denial.context.split(" ")), denial.context


def test_every_code_is_raised_by_a_case() -> None:
    assert set(DenialCode) - {code for code, _ in CASES.values()} == set()


def test_every_code_belongs_to_exactly_one_check() -> None:
    claimed = [code for module in WITH_CODES for code in module.CODES]
    assert sorted(claimed) == sorted(DenialCode)


def test_a_denial_says_the_numbers_that_were_compared() -> None:
    denial = RiskWorld().denial(price=49_749)
    assert denial.context == "price=49749 mid=50000 through_bps=-50.20 max_through_bps=50 max_away_bps=50"
