"""The standing faults, and what they do to a request, a market frame or a private event. Seeded, so repeatable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from venue_sim.faults.dice import Dice
from venue_sim.faults.fault import MARKET_KINDS, PRIVATE_KINDS, REQUEST_KINDS, Fault, FaultKind


@dataclass(slots=True)
class Standing:
    """A fault in force: its number, until when, and how often it has befallen."""

    number: int
    fault: Fault
    until_ms: int
    befallen: int = 0

    def is_over(self, now_ms: int) -> bool:
        """Whether its time or its count is used up."""
        spent = self.fault.count and self.befallen >= self.fault.count
        return bool(spent or (self.until_ms and now_ms >= self.until_ms))

    def shown(self) -> dict[str, Any]:
        """As a plain object, for the admin port."""
        return {"id": self.number, "befallen": self.befallen, **self.fault.shown()}


@dataclass(frozen=True, slots=True)
class Where:
    """What a fault's filters are matched against."""

    market: str = ""
    account: str = ""
    symbol: str = ""
    endpoint: str = ""
    channel: str = ""


class FaultPlan:
    """All standing faults."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed)
        self._standing: list[Standing] = []
        self._number = 0
        self.touches_market = False
        """Whether any fault on market data is in force; the fast path asks nothing more."""
        self.touches_private = False

    def add(self, fault: Fault, now_ms: int) -> Standing:
        """Put a fault in force."""
        self._number += 1
        standing = Standing(self._number, fault, now_ms + fault.duration_ms if fault.duration_ms else 0)
        self._standing.append(standing)
        self._refresh()
        return standing

    def remove(self, number: int | None = None) -> int:
        """Lift one fault, or all; how many were lifted."""
        before = len(self._standing)
        self._standing = [each for each in self._standing if number is not None and each.number != number]
        self._refresh()
        return before - len(self._standing)

    def standing(self, now_ms: int) -> list[Standing]:
        """The faults in force."""
        self._expire(now_ms)
        return list(self._standing)

    def for_request(self, where: Where, now_ms: int) -> dict[FaultKind, Fault]:
        """Which request faults befall this request."""
        return self._befalling(REQUEST_KINDS, where, now_ms) if self._standing else {}

    def for_frame(self, where: Where, now_ms: int) -> dict[FaultKind, Fault]:
        """Which market-data faults befall this frame."""
        return self._befalling(MARKET_KINDS, where, now_ms) if self.touches_market else {}

    def for_private(self, where: Where, now_ms: int) -> dict[FaultKind, Fault]:
        """Which faults befall this private event."""
        return self._befalling(PRIVATE_KINDS, where, now_ms) if self.touches_private else {}

    def _befalling(self, kinds: Collection[FaultKind], where: Where, now_ms: int) -> dict[FaultKind, Fault]:
        self._expire(now_ms)
        found: dict[FaultKind, Fault] = {}
        for standing in self._standing:
            fault = standing.fault
            if fault.kind not in kinds or fault.kind in found or not _matches(fault, where):
                continue
            if fault.probability >= 1.0 or self._dice.roll() < fault.probability:
                standing.befallen += 1
                found[fault.kind] = fault
        return found

    def _expire(self, now_ms: int) -> None:
        if any(each.is_over(now_ms) for each in self._standing):
            self._standing = [each for each in self._standing if not each.is_over(now_ms)]
            self._refresh()

    def _refresh(self) -> None:
        kinds = {each.fault.kind for each in self._standing}
        self.touches_market = not kinds.isdisjoint(MARKET_KINDS)
        self.touches_private = not kinds.isdisjoint(PRIVATE_KINDS)


def _matches(fault: Fault, where: Where) -> bool:
    return (
        fault.market in ("", where.market)
        and fault.account in ("", where.account)
        and fault.symbol in ("", where.symbol)
        and fault.endpoint in ("", where.endpoint)
        and fault.channel in ("", where.channel)
    )
