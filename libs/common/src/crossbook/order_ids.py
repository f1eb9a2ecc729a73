"""The identity of an order: a 63-bit number made of desk, epoch and sequence.

Every venue's client order id is this number in a form that venue allows. It is derived from the journal (the epoch
counts starts of the OMS, the sequence counts orders of that epoch), never from a clock, so that a restart can ask any
venue about any order and never uses a number twice.
"""

from typing import NamedTuple

DESK_BITS = 7
EPOCH_BITS = 20
SEQUENCE_BITS = 36


class OrderIdParts(NamedTuple):
    """What an order id says about its origin."""

    desk: int
    epoch: int
    sequence: int


def pack(desk: int, epoch: int, sequence: int) -> int:
    """The order id of these parts. Raises ValueError when one of them does not fit its bits."""
    for name, value, bits in (
        ("desk", desk, DESK_BITS),
        ("epoch", epoch, EPOCH_BITS),
        ("sequence", sequence, SEQUENCE_BITS),
    ):
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{name}={value} does not fit {bits} bits")
    return (desk << (EPOCH_BITS + SEQUENCE_BITS)) | (epoch << SEQUENCE_BITS) | sequence


def unpack(order_id: int) -> OrderIdParts:
    """The parts of an order id. Raises ValueError when it is not one."""
    if not 0 <= order_id < 1 << (DESK_BITS + EPOCH_BITS + SEQUENCE_BITS):
        raise ValueError(f"{order_id} is not an order id")
    return OrderIdParts(
        order_id >> (EPOCH_BITS + SEQUENCE_BITS),
        (order_id >> SEQUENCE_BITS) & ((1 << EPOCH_BITS) - 1),
        order_id & ((1 << SEQUENCE_BITS) - 1),
    )
