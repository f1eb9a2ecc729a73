"""Our order id in the form of a venue's client order id, and back.

`xb` + 16 hexadecimal digits of the 63-bit id + `-` and a number for each replacement of the order at the venue (an
amend that the venue can only do as cancel-and-new gives one logical order several client ids). At most 23 characters
out of `[a-z0-9-]`. The prefix and the desk inside the number tell ours from a person's and from another desk's orders.
"""

import re
from typing import NamedTuple

from crossbook.order_ids import unpack

_OURS = re.compile(r"xb([0-9a-f]{16})(?:-([1-9][0-9]{0,3}))?")
MAX_REPLACEMENTS = 9_999


class ClientId(NamedTuple):
    """What a client order id of ours says."""

    order_id: int
    replacement: int
    """0 for the order as first placed, then the number of the replacement."""

    @property
    def desk(self) -> int:
        """The desk that owns the order."""
        return unpack(self.order_id).desk


def render(order_id: int, replacement: int = 0) -> str:
    """The client order id. Raises ValueError when a number does not fit."""
    if not 0 <= order_id < 1 << 63 or not 0 <= replacement <= MAX_REPLACEMENTS:
        raise ValueError(f"order id {order_id} or replacement {replacement} has no client order id")
    return f"xb{order_id:016x}-{replacement}" if replacement else f"xb{order_id:016x}"


def parse(client_order_id: str) -> ClientId | None:
    """The order a client order id names, or None when it is not of our making."""
    match = _OURS.fullmatch(client_order_id)
    if match is None or match[1] > "7fffffffffffffff":
        return None
    return ClientId(int(match[1], 16), int(match[2] or 0))


def parse_of_desk(client_order_id: str, desk: int) -> ClientId | None:
    """As `parse`, and None also for orders of another desk."""
    parsed = parse(client_order_id)
    return parsed if parsed is not None and parsed.desk == desk else None
