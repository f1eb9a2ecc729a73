"""One side of a book: levels sorted by price, best at hand."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Generic, TypeVar

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.terms import Side

Level = TypeVar("Level")


class Ladder(Generic[Level]):
    """Price -> level, iterated from the best price outwards.

    Prices are kept as sorted keys with the best at the end of the list (asks negated), where changes are cheapest.
    """

    __slots__ = ("_keys", "_levels", "_sign")

    def __init__(self, side: Side) -> None:
        self._sign = 1 if side is Side.BUY else -1
        self._keys: list[int] = []
        self._levels: dict[Atoms, Level] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[tuple[Atoms, Level]]:
        """(price, level), best first. The ladder must not change meanwhile."""
        sign, levels = self._sign, self._levels
        for key in reversed(self._keys):
            yield sign * key, levels[sign * key]

    def best(self) -> Atoms:
        """Best price, 0 when empty."""
        return self._sign * self._keys[-1] if self._keys else 0

    def get(self, price: Atoms) -> Level | None:
        """The level at a price."""
        return self._levels.get(price)

    def at(self, price: Atoms) -> Level:
        """The level at a price that is known to exist (KeyError otherwise)."""
        return self._levels[price]

    def put(self, price: Atoms, level: Level) -> None:
        """Add or replace a level."""
        if price not in self._levels:
            insort(self._keys, self._sign * price)
        self._levels[price] = level

    def drop(self, price: Atoms) -> None:
        """Remove a level if it exists."""
        if self._levels.pop(price, None) is not None:
            del self._keys[bisect_left(self._keys, self._sign * price)]

    def clear(self) -> None:
        """Remove every level."""
        self._keys.clear()
        self._levels.clear()

    def reaches(self, price: Atoms) -> bool:
        """Whether the best price here is at or beyond `price`, seen from the other side (a bid >= it, an ask <= it)."""
        return bool(self._keys) and self._keys[-1] >= self._sign * price
