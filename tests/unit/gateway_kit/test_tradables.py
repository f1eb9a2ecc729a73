"""Numbers as venues want them: plain decimal text, exactly the steps that were decided."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_kit.tradables import StepText, Tradable
from testkit.desk_rig import definition

STEPS = ["0.01", "0.00000001", "1", "5", "0.5", "0.00025", "10", "0.10", "1E-8", "1E+1"]


@given(st.sampled_from(STEPS), st.integers(0, 10**15))
def test_the_text_is_the_exact_product_without_an_exponent(step: str, steps: int) -> None:
    text = StepText(Decimal(step))(steps)
    assert set(text) <= set("0123456789.")
    assert Decimal(text) == Decimal(step) * steps


@pytest.mark.parametrize(
    ("step", "steps", "text"), [("0.00001000", 7, "0.00007"), ("0.10", 95000, "9500.0"), ("10", 3, "30")]
)
def test_trailing_zeros_of_the_step_are_not_repeated(step: str, steps: int, text: str) -> None:
    assert StepText(Decimal(step))(steps) == text


def test_what_is_open_is_never_counted_too_small() -> None:
    tradable = Tradable.of(definition())
    assert (tradable.lots_of("0.0011"), tradable.lots_of("0.001"), tradable.lots_of("")) == (2, 1, 0)
    assert (tradable.ticks_of("50000.00"), tradable.ticks_of("0.014")) == (5_000_000, 1)
