"""What left the venue and what came back: ticks and orders, matched afterwards into latencies. Pure.

A strategy of the bench quotes one side at a fixed distance, so the price of an order names the level of the tick that
caused it. Orders of an instrument come in the order of their ticks, so each belongs to the first tick of its level
after the tick of the order before it: where a tick was passed over, that errs towards the longer latency.
"""

from collections import defaultdict
from typing import NamedTuple

from bench.venue.instrument import BASE_TICKS


class Outcome(NamedTuple):
    """What came of the ticks of one measured time."""

    moves: int
    """Ticks that moved the price, each of which should bring one order."""
    latencies_ns: list[int]
    """Of those answered: from the call that sent the tick to the call that brought its order."""
    orders: int
    """Orders received, matched or not."""


class Stamps:
    """Records of one run."""

    def __init__(self) -> None:
        """Empty."""
        self._moves: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._orders: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def moved(self, symbol: str, level: int, sent_ns: int) -> None:
        """A tick that moved the price is about to be sent."""
        self._moves[symbol].append((sent_ns, level))

    def ordered(self, symbol: str, price_ticks: int, received_ns: int) -> None:
        """An order or an amend has come."""
        self._orders[symbol].append((received_ns, price_ticks))

    def outcome(self, from_ns: int, offset_ticks: int) -> Outcome:
        """Match the ticks sent since `from_ns`. `offset_ticks`: how far the quote stands from the best bid."""
        latencies: list[int] = []
        moves = orders = 0
        for symbol, ticks in self._moves.items():
            taken = self._orders[symbol]
            moves += sum(sent_ns >= from_ns for sent_ns, _ in ticks)
            orders += sum(received_ns >= from_ns for received_ns, _ in taken)
            latencies += _matched(ticks, taken, from_ns, offset_ticks)
        return Outcome(moves, latencies, orders)


def _matched(ticks: list[tuple[int, int]], orders: list[tuple[int, int]], from_ns: int, offset_ticks: int) -> list[int]:
    latencies: list[int] = []
    position = 0
    for received_ns, price_ticks in orders:
        level = price_ticks - BASE_TICKS - offset_ticks
        found = _find(ticks, position, level, received_ns)
        if found is None:
            continue
        position = found + 1
        if ticks[found][0] >= from_ns:
            latencies.append(received_ns - ticks[found][0])
    return latencies


def _find(ticks: list[tuple[int, int]], position: int, level: int, before_ns: int) -> int | None:
    for index in range(position, len(ticks)):
        sent_ns, at = ticks[index]
        if sent_ns > before_ns:
            return None
        if at == level:
            return index
    return None
