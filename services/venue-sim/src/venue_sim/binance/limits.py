"""Request weight per address and orders per account, counted in the venue's clock-aligned intervals.

Source: Binance "Rate limits": a `1 MINUTE` interval starts with each minute, `10 SECOND` at :00, :10 and so on.
Above the limit 429 with `Retry-After`; who goes on is banned (418), two minutes at first, longer each time. Spot counts
*unfilled* orders: an order's first fill gives credit back, more to a maker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from venue_sim.binance import errors

_UNIT_MS = {"SECOND": 1_000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000}


@dataclass(frozen=True, slots=True)
class Interval:
    """A limit over `number` `unit`s, such as 10 SECOND."""

    unit: str
    number: int
    limit: int

    @property
    def length_ms(self) -> int:
        """How long it lasts."""
        return _UNIT_MS[self.unit] * self.number

    @property
    def header_suffix(self) -> str:
        """How response headers name it: `10S`, `1M`, `1D`."""
        return f"{self.number}{self.unit[0]}"

    def described(self, kind: str) -> dict[str, Any]:
        """Its entry in `exchangeInfo.rateLimits`."""
        return {"rateLimitType": kind, "interval": self.unit, "intervalNum": self.number, "limit": self.limit}


@dataclass(slots=True)
class Window:
    """The count within the interval that is running."""

    interval: Interval
    _start_ms: int = 0
    _count: int = 0

    def count(self, now_ms: int) -> int:
        """What is used of the running interval; a new interval starts at zero."""
        start_ms = now_ms - now_ms % self.interval.length_ms
        if start_ms != self._start_ms:
            self._start_ms, self._count = start_ms, 0
        return self._count

    def add(self, amount: int, now_ms: int) -> None:
        """Use `amount` more; negative gives back, never below zero."""
        self._count = max(0, self.count(now_ms) + amount)

    def left_ms(self, now_ms: int) -> int:
        """How long the running interval still lasts."""
        return self.interval.length_ms - now_ms % self.interval.length_ms


@dataclass(slots=True)
class _Address:
    window: Window
    refused: int = 0
    bans: int = 0
    banned_until_ms: int = 0


@dataclass(slots=True)
class WeightLimiter:
    """Request weight of each client address."""

    interval: Interval
    refusals_before_ban: int
    first_ban_ms: int
    longest_ban_ms: int = 3 * 86_400_000
    _addresses: dict[str, _Address] = field(default_factory=dict)

    def admit(self, address: str, weight: int, now_ms: int) -> None:
        """Charge a request, or raise 429, or 418 for an address that goes on regardless."""
        state = self._state(address)
        if now_ms < state.banned_until_ms:
            raise errors.banned(state.banned_until_ms, now_ms)
        if state.window.count(now_ms) + weight > self.interval.limit:
            raise self._refused(state, now_ms)
        state.refused = 0
        state.window.add(weight, now_ms)

    def refund(self, address: str, weight: int, now_ms: int) -> None:
        """Give weight back: successful order requests cost none on spot."""
        self._state(address).window.add(-weight, now_ms)

    def used(self, address: str, now_ms: int) -> int:
        """Weight used in the running interval."""
        return self._state(address).window.count(now_ms)

    def _refused(self, state: _Address, now_ms: int) -> errors.VenueError:
        state.refused += 1
        if state.refused <= self.refusals_before_ban:
            return errors.too_much_weight(self.interval.limit, state.window.left_ms(now_ms))
        state.refused = 0
        duration_ms = min(self.first_ban_ms << min(state.bans, 16), self.longest_ban_ms)
        state.bans += 1
        state.banned_until_ms = now_ms + duration_ms
        return errors.banned(state.banned_until_ms, now_ms)

    def _state(self, address: str) -> _Address:
        state = self._addresses.get(address)
        if state is None:
            state = self._addresses[address] = _Address(Window(self.interval))
        return state


@dataclass(slots=True)
class OrderCounter:
    """Orders of each account within every interval; a first fill gives `maker_credit` or `taker_credit` back."""

    intervals: tuple[Interval, ...]
    maker_credit: int = 0
    taker_credit: int = 0
    _accounts: dict[str, tuple[Window, ...]] = field(default_factory=dict)

    def admit(self, account: str, orders: int, now_ms: int) -> None:
        """Count new orders, or raise -1015 with the time to wait."""
        windows = self._windows(account)
        for window in windows:
            if window.count(now_ms) + orders > window.interval.limit:
                interval = window.interval
                raise errors.too_many_orders(interval.limit, interval.number, interval.unit, window.left_ms(now_ms))
        for window in windows:
            window.add(orders, now_ms)

    def give_back(self, account: str, orders: int, now_ms: int) -> None:
        """Orders that were refused after all do not count."""
        for window in self._windows(account):
            window.add(-orders, now_ms)

    def first_fill(self, account: str, maker: bool, now_ms: int) -> None:
        """An order of the account traded for the first time."""
        credit = self.maker_credit if maker else self.taker_credit
        for window in self._windows(account):
            window.add(-credit, now_ms)

    def counts(self, account: str, now_ms: int) -> list[tuple[Interval, int]]:
        """What is used, interval by interval."""
        return [(window.interval, window.count(now_ms)) for window in self._windows(account)]

    def _windows(self, account: str) -> tuple[Window, ...]:
        windows = self._accounts.get(account)
        if windows is None:
            windows = self._accounts[account] = tuple(Window(interval) for interval in self.intervals)
        return windows
