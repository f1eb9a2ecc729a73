"""Cases that end in a denial: of the order itself, its instrument, its market. More in `denial_cases_of_limits`."""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from crossbook.messages.base import OrderType, Purpose, Side, Tif, TradingStatus
from crossbook.messages.market import BookDepth, BookInvalid
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


@case(Code.NOTIONAL_BELOW_MIN)
def less_value_than_the_venue_takes_on_spot_even_to_reduce() -> Denial:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("-0.5"))
    return world.denial(qty="0.00005", reduce_only=True)


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
def an_asset_without_limits() -> Denial:
    return RiskWorld(assets={"ETH": {"max_net_base": 2}}).denial()


@case(Code.LIMIT_MISSING)
def a_venue_without_limits() -> Denial:
    return RiskWorld(venues={"alpha": {"max_gross_notional": 150_000}}).denial(OTHER)


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
