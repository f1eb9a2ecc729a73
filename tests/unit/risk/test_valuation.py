"""Rates into the reporting currency: dated, never equal by assumption, and worth nothing when old."""

from decimal import Decimal

import pytest

from crossbook.messages.market import BookTop
from risk.config import RiskConfig
from risk.denials import DenialCode
from risk.engine import RiskEngine
from testkit.risk_world import OTHER, SPOT, RiskWorld, definition, limits_table


def gross(world: RiskWorld) -> Decimal:
    return next(exposure.long for exposure in world.engine.exposures(world.now_ns) if exposure.scope == "all")


def test_the_reporting_currency_needs_no_rate_and_others_do() -> None:
    world = RiskWorld(valuation={})
    world.place()
    assert world.denial(OTHER).context == "currency=USDC into=USDT"


def test_usdc_is_not_usdt() -> None:
    world = RiskWorld(valuation={})
    world.engine.set_rate("USDC", Decimal("0.9"), world.now_ns)
    world.place(OTHER)
    assert gross(world) == Decimal("4500")


def test_a_new_rate_values_what_is_held_anew() -> None:
    world = RiskWorld(valuation={})
    world.engine.set_rate("USDC", Decimal("0.9"), world.now_ns)
    world.engine.set_position("main", OTHER, Decimal("0.2"))
    assert gross(world) == Decimal("9000")
    world.engine.set_rate("USDC", Decimal("0.8"), world.now_ns + 1)
    assert gross(world) == Decimal("8000")


def test_a_book_that_came_before_its_rules_prices_them() -> None:
    engine = RiskEngine(RiskConfig.model_validate(limits_table()))
    engine.on_top(BookTop(SPOT, 1, 49_999.5, 3.0, 50_000.5, 3.0, 0, 1, 1))
    engine.define(definition(SPOT))
    engine.set_position("main", SPOT, Decimal("0.2"))
    assert next(exposure.long for exposure in engine.exposures(2) if exposure.scope == "all") == Decimal("10000")


def test_an_older_rate_never_replaces_a_newer_one() -> None:
    world = RiskWorld(valuation={})
    world.engine.set_rate("USDC", Decimal("0.9"), world.now_ns)
    world.engine.set_rate("USDC", Decimal("0.5"), world.now_ns - 1)
    assert world.engine.context.valuation.rate("USDC") == 0.9


def test_with_an_old_rate_only_reducing_orders_pass() -> None:
    world = RiskWorld(valuation={"max_age_s": 30})
    world.engine.set_rate("USDC", Decimal(1), world.now_ns)
    world.engine.set_position("main", OTHER, Decimal("-0.3"))
    world.pass_ms(30_001)
    world.place(OTHER, qty="0.3")
    assert world.denial(OTHER, qty="0.1", price=49_994).code is DenialCode.VALUATION_STALE


def test_a_peg_never_ages() -> None:
    world = RiskWorld(valuation={"pegs": {"USDC": "0.99"}, "max_age_s": 1})
    world.pass_ms(60_000)
    world.place(OTHER)
    assert gross(world) == Decimal("4950")


def test_a_rate_may_come_from_an_instruments_mid() -> None:
    pair = "USDC-USDT@alpha"
    world = RiskWorld(valuation={"sources": {"USDC": pair}, "max_age_s": 30})
    world.engine.define(definition(pair))
    assert world.denial(OTHER).code is DenialCode.VALUATION_MISSING
    world.top(pair, 0.9979, 0.9981)
    world.place(OTHER)
    assert gross(world) == pytest.approx(Decimal("4990"))
    world.pass_ms(30_001)
    assert world.denial(OTHER, price=49_994).code is DenialCode.VALUATION_STALE


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_what_is_no_rate_is_refused(rate: str) -> None:
    world = RiskWorld()
    with pytest.raises(ValueError, match="not a finite number above zero"):
        world.engine.set_rate("EUR", Decimal(rate), world.now_ns)


def test_a_basis_point_of_the_mid_values_positions_anew_and_less_does_not() -> None:
    world = RiskWorld()
    world.engine.set_position("main", SPOT, Decimal(1))
    world.top(SPOT, 50_003.5, 50_004.5)
    assert gross(world) == Decimal("50000")
    world.top(SPOT, 50_005.5, 50_006.5)
    assert gross(world) == Decimal("50006")
