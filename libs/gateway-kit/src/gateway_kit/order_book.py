"""A book of absolute quantities per price: a dict of sizes and a sorted list of float keys on each side.

Measured choice (MEASURED: 2.2 µs for 3 changes, a SortedDict takes 5.1). The keys of asks are negated, so that on both
sides the best level is the last of the list, where most changes happen and an insertion moves little.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import chain

Level = tuple[float, float]
"""Price and size, both finite; a size of 0 deletes the level."""

NO_LEVEL: Level = (0.0, 0.0)
"""What stands for the best level of an empty side."""


class BookSide:
    """The levels of one side."""

    __slots__ = ("_keys", "_sign", "_sizes")

    def __init__(self, sign: float) -> None:
        """`sign` is 1 for bids, whose best price is the highest, and -1 for asks."""
        self._sign = sign
        self._keys: list[float] = []
        self._sizes: dict[float, float] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def apply(self, levels: Iterable[Level]) -> None:
        """Set each price's size; 0 deletes, and deleting a level that is not known is normal."""
        keys, sizes, sign = self._keys, self._sizes, self._sign
        for price, size in levels:
            key = price * sign
            if size:
                if key not in sizes:
                    insort(keys, key)
                sizes[key] = size
            elif key in sizes:
                del sizes[key]
                del keys[bisect_left(keys, key)]

    def replace(self, levels: Iterable[Level]) -> None:
        """Forget everything and take these levels, in any order; a price told twice has the last size."""
        told = {price * self._sign: size for price, size in levels}
        self._sizes = {key: size for key, size in told.items() if size}
        self._keys = sorted(self._sizes)

    def best(self) -> Level:
        """Best price and its size; (0, 0) when the side is empty."""
        if not self._keys:
            return NO_LEVEL
        key = self._keys[-1]
        return key * self._sign, self._sizes[key]

    def top(self, count: int) -> list[Level]:
        """The best `count` levels, best first."""
        sign, sizes = self._sign, self._sizes
        return [(key * sign, sizes[key]) for key in self._keys[: -count - 1 : -1]]

    def size_at(self, price: float) -> float:
        """The size at a price, 0 where there is none."""
        return self._sizes.get(price * self._sign, 0.0)

    def learn(self, other: "BookSide") -> int:
        """Take over levels that `other` knows and this side does not; how many there were."""
        unknown = other._sizes.keys() - self._sizes.keys()
        for key in unknown:
            self._sizes[key] = other._sizes[key]
        if unknown:
            self._keys = sorted(self._sizes)
        return len(unknown)


class OrderBook:
    """Both sides of one instrument's book."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        """Empty."""
        self.bids = BookSide(1.0)
        self.asks = BookSide(-1.0)

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Apply changes of both sides."""
        self.bids.apply(bids)
        self.asks.apply(asks)

    def replace(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Take a whole picture in place of what is known."""
        self.bids.replace(bids)
        self.asks.replace(asks)

    def is_crossed(self) -> bool:
        """Whether the best bid is at or above the best ask: no matching engine leaves a book so."""
        bid, ask = self.bids.best()[0], self.asks.best()[0]
        return bid >= ask > 0.0 and bid > 0.0

    def flat(self, count: int) -> tuple[list[float], list[float]]:
        """The best `count` levels of bids and asks, flat: price, size, price, size, …"""
        chained = chain.from_iterable
        return list(chained(self.bids.top(count))), list(chained(self.asks.top(count)))

    def differences(self, other: "OrderBook", count: int) -> list[str]:
        """Where the best `count` levels differ, in words for a log; empty when they are the same."""
        told = []
        for name, mine, theirs in (("bid", self.bids, other.bids), ("ask", self.asks, other.asks)):
            for ours, others in zip(_padded(mine, count), _padded(theirs, count), strict=True):
                if ours != others:
                    told.append(f"{name} {ours[0]:g} x {ours[1]:g} is {others[0]:g} x {others[1]:g} at the venue")
        return told


def _padded(side: BookSide, count: int) -> list[Level]:
    levels = side.top(count)
    return levels + [NO_LEVEL] * (count - len(levels))
