"""Order ids: desk, epoch and sequence in 63 bits."""

import pytest

from crossbook.order_ids import DESK_BITS, EPOCH_BITS, SEQUENCE_BITS, OrderIdParts, pack, unpack

TOP = (1 << DESK_BITS) - 1, (1 << EPOCH_BITS) - 1, (1 << SEQUENCE_BITS) - 1


@pytest.mark.parametrize("parts", [(0, 0, 0), (1, 1, 1), (5, 1_000, 123_456_789), TOP])
def test_the_parts_come_back(parts: tuple[int, int, int]) -> None:
    assert unpack(pack(*parts)) == OrderIdParts(*parts)


def test_the_largest_id_fits_a_signed_64_bit_integer() -> None:
    assert pack(*TOP) == (1 << 63) - 1


def test_ids_grow_with_epoch_then_sequence_so_that_a_later_life_never_repeats_one() -> None:
    assert pack(1, 1, TOP[2]) < pack(1, 2, 0) < pack(1, 2, 1) < pack(2, 0, 0)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ((TOP[0] + 1, 0, 0), "desk"),
        ((0, TOP[1] + 1, 0), "epoch"),
        ((0, 0, TOP[2] + 1), "sequence"),
        ((-1, 0, 0), "desk"),
    ],
)
def test_a_part_that_does_not_fit_is_named(parts: tuple[int, int, int], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        pack(*parts)


@pytest.mark.parametrize("number", [-1, 1 << 63])
def test_what_is_no_order_id_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not an order id"):
        unpack(number)
