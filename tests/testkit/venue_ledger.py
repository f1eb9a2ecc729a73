"""What a venue's own ledger says about our orders: the judge of promises. It asks nothing of ours."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

OPEN = ("NEW", "PARTIALLY_FILLED")
OURS = re.compile(r"xb([0-9a-f]{16})(?:-\d+)?")
SPOT_BASELINE = Decimal(10)
"""BTC that the paper account begins with, which are no position."""


class Shape(NamedTuple):
    """What tells an intent's order at the venue, where every intent of a test asks for another price or quantity."""

    market: str
    side: str
    price: Decimal
    quantity: Decimal


class Ledger:
    """Orders, fills and positions of one account as the venue has them, and its timeline."""

    def __init__(self, truth: dict[str, Any], timeline: list[dict[str, Any]]) -> None:
        self.orders: list[dict[str, Any]] = truth["orders"]
        self.fills: list[dict[str, Any]] = truth["fills"]
        self.requests: dict[str, int] = truth["requests"]
        self.timeline = timeline
        self._truth = truth

    def open(self) -> list[dict[str, Any]]:
        """Orders that can trade."""
        return [order for order in self.orders if order["status"] in OPEN]

    def open_ids(self) -> set[int]:
        """Our ids of them."""
        return {order_id(order) for order in self.open()}

    def of(self, wanted: int) -> list[dict[str, Any]]:
        """Every leg of an order of ours."""
        return [order for order in self.orders if order_id(order) == wanted]

    def shapes(self) -> Counter[Shape]:
        """How many orders of each shape the venue ever had."""
        return Counter(Shape(o["market"], o["side"], Decimal(o["price"]), Decimal(o["quantity"])) for o in self.orders)

    def filled(self, wanted: int) -> Decimal:
        """Base units that an order of ours has traded, over all its legs."""
        return sum((Decimal(order["filled"]) for order in self.of(wanted)), Decimal(0))

    def position(self, market: str) -> Decimal:
        """Position in BTC as the OMS counts it: on spot the balance less what the account began with."""
        if market == "usdm":
            return Decimal(self._truth["positions"].get("BTCUSDT", "0"))
        held = self._truth["balances"]["spot"]["BTC"]
        return Decimal(held["free"]) + Decimal(held["locked"]) - SPOT_BASELINE

    def born(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(our id, venue time in ms, event) of each order's appearance at the venue."""
        for event in self.timeline:
            if event["execution"] == "NEW" and OURS.fullmatch(event["client_order_id"]):
                yield order_id(event), event["time_ms"], event

    def legs_alive_together(self) -> list[str]:
        """Orders of ours of which two legs were live at the venue at once."""
        alive: dict[int, set[str]] = {}
        doubled = []
        for event in self.timeline:
            wanted = order_id(event)
            if not wanted:
                continue
            legs = alive.setdefault(wanted, set())
            (legs.add if event["status"] in OPEN else legs.discard)(event["client_order_id"])
            if len(legs) > 1:
                doubled.append(event["client_order_id"])
        return doubled


def order_id(record: dict[str, Any]) -> int:
    """Our id in a record of the venue, 0 where the order is not ours."""
    match = OURS.fullmatch(record["client_order_id"])
    return int(match[1], 16) if match else 0
