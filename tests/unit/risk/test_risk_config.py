"""The [risk] table: money limits must be set, nothing unknown or not finite is taken, everything is documented."""

import tomllib
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from risk import config, limits
from risk.config import RiskConfig
from testkit.risk_world import limits_table

TABLES = [
    model
    for module in (config, limits)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
]


@pytest.mark.parametrize(
    "key", ["reporting_currency", "total", "venues", "assets", "instruments", "strategies", "drawdown", "velocity"]
)
def test_what_limits_money_has_no_default(key: str) -> None:
    table = limits_table()
    del table[key]
    with pytest.raises(ValidationError, match=key):
        RiskConfig.model_validate(table)


@pytest.mark.parametrize("value", [0, -1, "NaN", "Infinity", float("nan"), float("inf"), None])
@pytest.mark.parametrize(
    ("table", "key"), [("total", "max_gross_notional"), ("drawdown", "hard"), ("velocity", "max_loss_10s")]
)
def test_no_limit_is_zero_negative_or_no_number(table: str, key: str, value: Any) -> None:
    whole = limits_table()
    whole[table] = whole[table] | {key: value}
    with pytest.raises(ValidationError, match=key):
        RiskConfig.model_validate(whole)


def test_an_unknown_key_is_refused_at_every_depth() -> None:
    with pytest.raises(ValidationError, match="max_gross"):
        RiskConfig.model_validate(limits_table(total={"max_gross_notional": 1, "max_gross": 1}))
    with pytest.raises(ValidationError, match="colour"):
        RiskConfig.model_validate(limits_table(colour="red"))


def test_soft_must_be_below_hard_and_duplicates_below_runaway() -> None:
    with pytest.raises(ValidationError, match="must be below hard"):
        RiskConfig.model_validate(limits_table(drawdown={"soft": 1_000, "hard": 1_000}))
    with pytest.raises(ValidationError, match="must be above duplicates"):
        RiskConfig.model_validate(limits_table(conduct={"duplicates": 10, "runaway_orders": 10}))


def test_numbers_from_toml_are_exact() -> None:
    table = limits_table(total=tomllib.loads("max_gross_notional = 123456.789"))
    assert RiskConfig.model_validate(table).total.max_gross_notional == Decimal("123456.789")


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_every_table_says_what_it_is(model: type[BaseModel]) -> None:
    assert model.__doc__
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen") is True
