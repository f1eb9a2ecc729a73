"""Keeps us under the venue's limits, with a reserve so that cancels always get through.

Each limit is a sliding window, which is stricter than the venue's own fixed windows and needs no agreement about where
they begin. What the venue says it has counted wins when it is more: other processes may share the address or account.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gateway_kit.requests import Channel, Cost, Priority

_SLOTS = 20


class Resource(StrEnum):
    """What a limit counts."""

    WEIGHT = "weight"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Limit:
    """So much of a resource per interval."""

    resource: Resource
    interval_ms: int
    amount: int


SHARES: Mapping[Priority, float] = MappingProxyType(
    {Priority.BACKGROUND: 0.5, Priority.ADD: 0.7, Priority.ASK: 0.85, Priority.CANCEL: 1.0}
)
"""Part of every limit that requests of a priority may use up: 30 % is kept from whatever adds orders."""


class Window:
    """Use of one limit over the last interval, in slots."""

    def __init__(self, limit: Limit) -> None:
        """Nothing used yet."""
        self.limit = limit
        self.counts = 0 if limit.resource is Resource.WEIGHT else 1
        """Which part of a `Cost` it counts."""
        self._slot_ns = max(1, limit.interval_ms * 1_000_000 // _SLOTS)
        self._slots = [0] * (_SLOTS + 1)
        self._newest = 0
        self.used = 0

    def advance(self, now_ns: int) -> None:
        """Forget what is older than the interval."""
        slot = now_ns // self._slot_ns
        if slot == self._newest:
            return
        for number in range(max(self._newest + 1, slot - _SLOTS), slot + 1):
            index = number % len(self._slots)
            self.used -= self._slots[index]
            self._slots[index] = 0
        self._newest = max(self._newest, slot)

    def add(self, amount: int) -> None:
        """Count a use (below zero: one given back) now; `advance` was called."""
        self._slots[self._newest % len(self._slots)] += amount
        self.used += amount

    def free_at_ns(self, need: int, ceiling: float) -> int:
        """When `need` more fits under `ceiling`; the end of the interval if it never does."""
        excess = self.used + need - ceiling
        for number in range(self._newest - _SLOTS, self._newest + 1):
            excess -= self._slots[number % len(self._slots)]
            if excess <= 0:
                return (number + _SLOTS + 1) * self._slot_ns
        return (self._newest + _SLOTS + 1) * self._slot_ns


class RateLimiter:
    """All limits of one market, and the venue's own orders to be silent."""

    def __init__(self, limits: Iterable[Limit], shares: Mapping[Priority, float] = SHARES) -> None:
        """`limits` as the venue publishes them; they can be set anew when it changes them."""
        self._shares = shares
        self._windows: list[Window] = []
        self._blocked_ns: dict[Channel, int] = {}
        self.refused = 0
        self.set_limits(limits)

    def set_limits(self, limits: Iterable[Limit]) -> None:
        """Take over new limits, keeping what was used of those that stay."""
        known = {window.limit: window for window in self._windows}
        self._windows = [known.get(limit) or Window(limit) for limit in limits]

    def take(self, cost: Cost, priority: Priority, channel: Channel, now_ns: int) -> int:
        """Count a request and return 0, or leave it uncounted and return when to try again (monotonic ns)."""
        blocked = self._blocked_ns.get(channel, 0)
        if now_ns < blocked:
            self.refused += 1
            return blocked
        share, retry_ns = self._shares[priority], 0
        for window in self._windows:
            need = cost[window.counts]
            if not need:
                continue
            window.advance(now_ns)
            ceiling = window.limit.amount * share
            if window.used + need > ceiling:
                retry_ns = max(retry_ns, window.free_at_ns(need, ceiling))
        if retry_ns:
            self.refused += 1
            return max(retry_ns, now_ns + 1)
        for window in self._windows:
            if cost[window.counts]:
                window.add(cost[window.counts])
        return 0

    def observe(self, resource: Resource, interval_ms: int, used: int, now_ns: int) -> None:
        """The venue says how much it has counted in an interval."""
        for window in self._windows:
            if window.limit.resource is resource and window.limit.interval_ms == interval_ms:
                window.advance(now_ns)
                if used > window.used:
                    window.add(used - window.used)

    def block(self, until_ns: int, channels: Iterable[Channel] = tuple(Channel)) -> None:
        """The venue wants silence until then (429 and 418 with Retry-After). A longer one stays."""
        for channel in channels:
            self._blocked_ns[channel] = max(until_ns, self._blocked_ns.get(channel, 0))

    def blocked_until_ns(self, channel: Channel) -> int:
        """End of the silence on a channel; in the past, or 0, when there is none."""
        return self._blocked_ns.get(channel, 0)

    def used_fraction(self, now_ns: int) -> float:
        """Use of the limit that is nearest to its end."""
        for window in self._windows:
            window.advance(now_ns)
        return max((window.used / window.limit.amount for window in self._windows), default=0.0)
