"""The public record of trades of one symbol: ids, aggregates, and average prices for the percent-price rule."""

from collections import deque

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.engine import Emit
from venue_sim.exchange.events import AggregateTrade, TradePrinted
from venue_sim.exchange.snapshots import LastPrices
from venue_sim.exchange.terms import Side

AVERAGE_MS = 5 * 60_000
"""Binance's `avgPriceMins` of 5."""
_BUCKET_MS = 5_000


class Tape:
    """Numbers and tells trades. `flush` ends the taker order whose trades are being aggregated."""

    def __init__(self, market: str, symbol: str, emit: Emit, first_trade_id: int = 1) -> None:
        self._market = market
        self._symbol = symbol
        self._emit = emit
        self._next_trade_id = first_trade_id
        self._next_aggregate_id = first_trade_id
        self._pending: AggregateTrade | None = None
        self._buckets: deque[list[int]] = deque()
        self._last: Atoms = 0

    def take_trade_id(self) -> int:
        """The next trade id of the symbol."""
        self._next_trade_id += 1
        return self._next_trade_id - 1

    def print(
        self, trade_id: int, price: Atoms, quantity: Atoms, aggressor: Side, order_ids: tuple[int, int], now_ms: int
    ) -> None:
        """Tell a trade to the public; `order_ids` are (taker's, maker's)."""
        taker, maker = order_ids
        buyer, seller = (taker, maker) if aggressor is Side.BUY else (maker, taker)
        self._emit(
            TradePrinted(self._market, self._symbol, trade_id, price, quantity, aggressor, buyer, seller, now_ms)
        )
        self.observe(price, quantity, now_ms)
        self.aggregate(trade_id, price, quantity, aggressor, now_ms)

    def observe(self, price: Atoms, quantity: Atoms, now_ms: int) -> None:
        """Count a trade for the last and the average price."""
        self._last = price
        self._average_in(price, quantity, now_ms)

    def aggregate(self, trade_id: int, price: Atoms, quantity: Atoms, aggressor: Side, now_ms: int) -> None:
        """Add a trade to the aggregate of the taker order at work, told at the next price or by `flush`."""
        pending = self._pending
        if pending is not None and (pending.price, pending.aggressor) == (price, aggressor):
            first, quantity = pending.first_trade_id, quantity + pending.quantity
        else:
            self.flush()
            first = trade_id
        self._pending = AggregateTrade(
            self._market, self._symbol, self._next_aggregate_id, first, trade_id, price, quantity, aggressor, now_ms
        )

    def flush(self) -> None:
        """The taker is done: tell its last aggregate."""
        if self._pending is not None:
            self._emit(self._pending)
            self._next_aggregate_id += 1
            self._pending = None

    def prices(self, now_ms: int) -> LastPrices:
        """Last price and volume weighted average of the last five minutes (the last price where there was none)."""
        while self._buckets and self._buckets[0][0] <= now_ms - AVERAGE_MS:
            self._buckets.popleft()
        volume = sum(bucket[1] for bucket in self._buckets)
        notional = sum(bucket[2] for bucket in self._buckets)
        return LastPrices(self._last, notional // volume if volume else self._last)

    def _average_in(self, price: Atoms, quantity: Atoms, now_ms: int) -> None:
        start = now_ms - now_ms % _BUCKET_MS
        if not self._buckets or self._buckets[-1][0] != start:
            self._buckets.append([start, 0, 0])
            while self._buckets[0][0] <= now_ms - AVERAGE_MS:
                self._buckets.popleft()
        bucket = self._buckets[-1]
        bucket[1] += quantity
        bucket[2] += price * quantity
