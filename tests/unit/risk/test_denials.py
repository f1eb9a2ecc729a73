"""Every code that the gate denies with, each raised by a case of its own, and no code without one."""

import pytest

from risk.checks import WITH_CODES
from risk.denials import DenialCode
from testkit.denial_cases_of_limits import CASES
from testkit.risk_world import RiskWorld


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
