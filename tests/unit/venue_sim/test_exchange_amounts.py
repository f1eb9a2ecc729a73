"""Atoms: exact in, exact out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venue_sim.exchange.amounts import (
    atoms,
    decimal,
    decimals_of,
    divide,
    plain,
    round_down,
    text,
    times,
    times_up,
    trusted_atoms,
)

whole = st.integers(min_value=-(10**20), max_value=10**20)


@given(whole)
def test_text_and_back_is_the_same_number(value: int) -> None:
    assert atoms(text(value)) == atoms(plain(value)) == atoms(decimal(value)) == value


@given(st.integers(min_value=0, max_value=10**20))
def test_the_fast_reader_agrees(value: int) -> None:
    assert trusted_atoms(text(value)) == trusted_atoms(plain(value)) == value


@pytest.mark.parametrize("bad", ["", "x", "NaN", "Infinity", "1.123456789", "1,5"])
def test_what_is_no_exact_number_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"number|decimals"):
        atoms(bad)


def test_scientific_text_is_read_like_any_other() -> None:
    assert atoms("1e-8") == 1
    assert atoms("1E2") == atoms(100)


def test_fixed_text() -> None:
    assert text(atoms("63921.7"), 2) == "63921.70"
    assert text(atoms("-0.005"), 3) == "-0.005"
    assert text(atoms("12.9"), 0) == "12"
    assert plain(0) == "0"
    assert [decimals_of(atoms(step)) for step in ("0.01", "0.00001", "5", "1")] == [2, 5, 0, 0]


def test_products_are_cut_or_raised_to_whole_atoms() -> None:
    assert times(atoms("0.00000003"), atoms("0.5")) == 1
    assert times_up(atoms("0.00000003"), atoms("0.5")) == 2
    assert divide(atoms(1), atoms(3)) == 33_333_333
    assert round_down(atoms("1.239"), atoms("0.01")) == atoms("1.23")
