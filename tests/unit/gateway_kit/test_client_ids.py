"""Client order ids: ours are recognised, fit the venue, and come back as what they were."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.order_ids import pack
from gateway_kit.client_ids import MAX_REPLACEMENTS, ClientId, parse, parse_of_desk, render

BINANCE = re.compile(r"[a-zA-Z0-9-_]{1,36}")


@given(st.integers(0, (1 << 63) - 1), st.integers(0, MAX_REPLACEMENTS))
def test_every_id_comes_back_and_fits_the_venue(order_id: int, replacement: int) -> None:
    text = render(order_id, replacement)
    assert parse(text) == ClientId(order_id, replacement)
    assert BINANCE.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "xb", "web_12345", "x-TKT5PX2F5329", "autoclose-123", "adl_autoclose", "xb00000000000000zz"),
        *("XB0100000000000001", "xb0100000000000001-", "xb0100000000000001-0", "xb0100000000000001-01"),
        *("xb01000000000000011", "xbffffffffffffffff"),
    ],
)
def test_other_ids_are_not_taken_for_ours(text: str) -> None:
    assert parse(text) is None


def test_orders_of_another_desk_are_left_alone() -> None:
    text = render(pack(2, 1, 1))
    assert parse_of_desk(text, 1) is None
    assert parse_of_desk(text, 2) == ClientId(pack(2, 1, 1), 0)


@pytest.mark.parametrize(("order_id", "replacement"), [(-1, 0), (1 << 63, 0), (1, MAX_REPLACEMENTS + 1), (1, -1)])
def test_numbers_that_do_not_fit_are_refused(order_id: int, replacement: int) -> None:
    with pytest.raises(ValueError, match="has no client order id"):
        render(order_id, replacement)
