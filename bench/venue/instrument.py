"""One instrument of the bench venue: a price that walks to and fro, and the frames that tell of it. Pure.

Prices are integer ticks of 0.1. The best bid is `BASE_TICKS + level`, the best ask one tick above; a move changes the
level by one, up to `LEVELS - 1` and back down. Frames have the documented shapes of USD-M's combined streams: a best
quote of about 200 bytes, a depth message of about 2 kB.
"""

from collections.abc import Callable

BASE_TICKS = 10_000
"""1000.0: a tick is one basis point, so a quote some bps away stands a fixed number of ticks off at every level."""

LEVELS = 200
DEPTH = 20
"""Levels a side in snapshots and around the walk in depth messages."""


def price_text(ticks: int) -> str:
    """Ticks of 0.1 as the venue writes them."""
    return f"{ticks // 10}.{ticks % 10}0"


def ticks_of(text: str) -> int:
    """The price in an order as ticks. Raises ValueError for anything that is not a price on the grid."""
    whole, _, fraction = text.partition(".")
    if fraction[1:].strip("0"):
        raise ValueError(f"{text} is off the grid of 0.1")
    return int(whole) * 10 + int(fraction[:1] or "0")


class BenchInstrument:
    """State of one symbol's book."""

    def __init__(self, symbol: str, number: int) -> None:
        """At the bottom of its walk; its ids, as long as the venue's, begin at a place of their own."""
        self.symbol = symbol
        self.level = 0
        self.update_id = 1_000_000_000_000 + number * 1_000_000_000
        self._up = True
        self._depth_id = self.update_id
        self._depth_level = 0
        self._ticks = 0
        stream = symbol.lower()
        self._quote_head = f'{{"stream":"{stream}@bookTicker","data":{{"e":"bookTicker","s":"{symbol}","ps":"{symbol}"'
        self._depth_head = f'{{"stream":"{stream}@depth@100ms","data":{{"e":"depthUpdate","s":"{symbol}"'

    def move(self) -> None:
        """The price goes one tick on its walk."""
        if self.level == LEVELS - 1:
            self._up = False
        elif self.level == 0:
            self._up = True
        self.level += 1 if self._up else -1

    def quote(self, time_ms: int) -> bytes:
        """The next best-quote frame; its size differs from the one before, so that it is always news."""
        self.update_id += 1
        self._ticks += 1
        bid = BASE_TICKS + self.level
        return (
            f'{self._quote_head},"u":{self.update_id},"b":"{price_text(bid)}","B":"{5 + self._ticks % 7}.250",'
            f'"a":"{price_text(bid + 1)}","A":"{5 + self._ticks % 5}.750","T":{time_ms},"E":{time_ms},"st":1}}}}'
        ).encode()

    def depth(self, time_ms: int) -> bytes:
        """The next depth frame: every level that the walk has touched since the last one, and those around it."""
        self.update_id += 1
        first, previous, self._depth_id = self._depth_id + 1, self._depth_id, self.update_id
        low, high = sorted((self.level, self._depth_level))
        self._depth_level = self.level
        bids = _levels(range(high, low - DEPTH, -1), lambda level: level <= self.level)
        asks = _levels(range(low + 1, high + 1 + DEPTH), lambda level: level > self.level)
        return (
            f'{self._depth_head},"E":{time_ms},"T":{time_ms},"U":{first},"u":{self.update_id},"pu":{previous},'
            f'"b":[{bids}],"a":[{asks}]}}}}'
        ).encode()

    def snapshot(self, time_ms: int) -> bytes:
        """The answer of `depth`."""
        bids = _levels(range(self.level, self.level - DEPTH, -1), lambda level: True)
        asks = _levels(range(self.level + 1, self.level + 1 + DEPTH), lambda level: True)
        return (
            f'{{"lastUpdateId":{self.update_id},"E":{time_ms},"T":{time_ms},"bids":[{bids}],"asks":[{asks}]}}'
        ).encode()

    def ticker(self, time_ms: int) -> str:
        """An entry of the answer of `ticker/bookTicker`."""
        bid = BASE_TICKS + self.level
        return (
            f'{{"symbol":"{self.symbol}","bidPrice":"{price_text(bid)}","bidQty":"5.250",'
            f'"askPrice":"{price_text(bid + 1)}","askQty":"5.750","time":{time_ms},"lastUpdateId":{self.update_id}}}'
        )

    def mark(self, time_ms: int) -> bytes:
        """A mark-price frame."""
        price = price_text(BASE_TICKS + self.level)
        return (
            f'{{"stream":"{self.symbol.lower()}@markPrice@1s","data":{{"e":"markPriceUpdate","E":{time_ms},'
            f'"s":"{self.symbol}","p":"{price}","i":"{price}","P":"{price}","r":"0.0001","T":{time_ms + 3_600_000}}}}}'
        ).encode()


def _levels(levels: range, stands: Callable[[int], bool]) -> str:
    return ",".join(
        f'["{price_text(BASE_TICKS + level)}","{"12.500" if stands(level) else "0.000"}"]' for level in levels
    )
