"""Funds: what is held less what live orders reserve, with fees, so that no money is spent twice."""

from decimal import Decimal

from crossbook.messages.base import Side
from risk.denials import DenialCode
from risk.gate import ApprovedAmend
from risk.units import qty_decimal
from testkit.risk_world import PERP, SPOT, RiskWorld, definition

USDT, BTC = "main.alpha.spot.USDT", "main.alpha.spot.BTC"


def reserved(world: RiskWorld, wallet: str) -> Decimal:
    return qty_decimal(world.engine.context.wallets.wallet(wallet).reserved)


def held(world: RiskWorld, asset: str, amount: str) -> None:
    world.engine.set_balance("main", "alpha", "spot", asset, Decimal(amount))


def test_a_buy_reserves_price_times_quantity_and_the_fee() -> None:
    world = RiskWorld()
    world.place(qty="0.1", price=49_995)
    assert reserved(world, USDT) == Decimal("4999.5") * Decimal("1.001")


def test_a_fee_nobody_told_is_assumed() -> None:
    world = RiskWorld(assumed_fee_bps=20)
    world.engine.define(definition(SPOT, fees_known=False, taker_fee_bps=0.0, maker_fee_bps=0.0))
    world.place(qty="0.1", price=49_995)
    assert reserved(world, USDT) == Decimal("4999.5") * Decimal("1.002")


def test_a_sell_reserves_what_it_sells() -> None:
    world = RiskWorld()
    world.place(qty="0.1", side=Side.SELL)
    assert reserved(world, BTC) == Decimal("0.1")
    assert reserved(world, USDT) == 0


def test_the_last_cent_may_be_spent_and_not_one_more() -> None:
    world = RiskWorld()
    held(world, "USDT", "5004.4995")
    assert world.denial(qty="0.1", price="49995.01").code is DenialCode.INSUFFICIENT_BALANCE
    world.place(qty="0.1", price=49_995)


def test_nobody_sells_what_is_not_there_not_even_to_reduce() -> None:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal("0.2"))
    held(world, "BTC", "0.15")
    world.place(qty="0.1", side=Side.SELL)
    denial = world.denial(qty="0.1", side=Side.SELL, price=50_006)
    assert denial.code is DenialCode.INSUFFICIENT_BALANCE
    assert denial.context == f"wallet={BTC} needed=0.1 free=0.05 reserved=0.1"


def test_a_fill_spends_its_part_and_the_end_releases_the_rest() -> None:
    world = RiskWorld()
    order_id = world.place(qty="0.1", price=49_995)
    whole = reserved(world, USDT)
    world.fill(order_id, "0.025")
    assert reserved(world, USDT) == whole * 3 / 4
    world.engine.order_ended(order_id, 2_500)
    assert reserved(world, USDT) == 0


def test_what_the_venue_filled_stays_reserved_until_the_fill_is_applied() -> None:
    world = RiskWorld()
    order_id = world.place(qty="0.1", price=49_995)
    whole = reserved(world, USDT)
    world.engine.order_ended(order_id, 10_000)
    assert reserved(world, USDT) == whole
    world.fill(order_id, "0.1")
    assert reserved(world, USDT) == 0


def test_an_amend_reserves_the_dearer_and_larger_of_old_and_new_until_it_is_answered() -> None:
    world = RiskWorld()
    order_id = world.place(qty="0.1", price=49_995)
    assert isinstance(world.amend(order_id, 49_990, "0.2"), ApprovedAmend)
    assert reserved(world, USDT) == Decimal("9999.0") * Decimal("1.001")
    world.engine.amend_resolved(order_id, 4_999_000, 20_000)
    assert reserved(world, USDT) == Decimal("9998.0") * Decimal("1.001")


def test_where_an_amend_replaces_the_order_its_money_is_needed_once() -> None:
    venues = {"alpha": {"max_gross_notional": 150_000, "replacing_markets": ["spot"]}}
    world = RiskWorld(venues=venues)
    held(world, "USDT", "6000")
    order_id = world.place(qty="0.1", price=49_995)
    assert isinstance(world.amend(order_id, 49_990, "0.1"), ApprovedAmend)


def test_a_market_buy_reserves_up_to_its_collar() -> None:
    world = RiskWorld()
    assert world.code(world.market_order()) is None
    assert reserved(world, USDT) == Decimal("5010.0") * Decimal("1.001")


def test_a_perpetual_needs_margin_for_the_worse_side_only_and_none_to_reduce() -> None:
    world = RiskWorld()
    world.engine.set_balance("main", "alpha", "perps", "USDT", Decimal(2_002))
    world.place(PERP, qty="0.2")
    world.place(PERP, qty="0.2", side=Side.SELL)
    assert world.denial(PERP, qty="0.001", price=49_994).code is DenialCode.INSUFFICIENT_MARGIN
    world.engine.set_position("main", PERP, Decimal(-1))
    world.engine.set_balance("main", "alpha", "perps", "USDT", Decimal(1))
    world.place(PERP, qty="0.3", price=49_993)


def test_leverage_is_one_unless_somebody_says_otherwise() -> None:
    world = RiskWorld(venues={"alpha": {"max_gross_notional": 150_000}})
    world.engine.set_balance("main", "alpha", "perps", "USDT", Decimal(5_000))
    assert world.denial(PERP, qty="0.1").code is DenialCode.INSUFFICIENT_MARGIN
    world.engine.set_balance("main", "alpha", "perps", "USDT", Decimal(5_005))
    world.place(PERP, qty="0.1")


def test_a_withdrawn_baseline_is_no_concern_of_the_wallet() -> None:
    world = RiskWorld(baselines={"main.alpha.spot.BTC": "1.5"})
    assert world.engine.baseline("main", "alpha", "spot", "BTC") == Decimal("1.5")
    assert world.engine.baseline("main", "alpha", "spot", "ETH") == 0
