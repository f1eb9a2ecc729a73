"""The last trades of each symbol, for the REST queries `trades` and `aggTrades`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import ClassVar, TypeVar

from venue_sim.exchange.api import AggregateTrade, CapturedMessage, PublicEvent, Side, TradePrinted, atoms

_KEPT = 1_000
Print = TypeVar("Print", TradePrinted, AggregateTrade)


class Tape:
    """Rings of the last thousand trades and aggregate trades of every symbol of a market."""

    KINDS: ClassVar = frozenset({TradePrinted, AggregateTrade, CapturedMessage})
    """Events worth noting."""

    def __init__(self) -> None:
        self._trades: dict[str, deque[TradePrinted]] = {}
        self._aggregates: dict[str, deque[AggregateTrade]] = {}

    def note(self, event: PublicEvent) -> None:
        """Remember a trade; other events pass by."""
        if isinstance(event, CapturedMessage):
            self._note_captured(event)
        elif isinstance(event, TradePrinted):
            self._ring(self._trades, event.symbol).append(event)
        elif isinstance(event, AggregateTrade):
            self._ring(self._aggregates, event.symbol).append(event)

    def trades(self, symbol: str, limit: int) -> list[TradePrinted]:
        """The newest `limit` trades, oldest first."""
        return list(self._trades.get(symbol, ()))[-limit:]

    def aggregates(
        self, symbol: str, limit: int, from_id: int | None, start_ms: int | None, end_ms: int | None
    ) -> list[AggregateTrade]:
        """Aggregate trades: from an id or a start the oldest, otherwise the newest `limit`; oldest first."""
        chosen = list(self._within(symbol, from_id, start_ms, end_ms))
        return chosen[:limit] if from_id is not None or start_ms is not None else chosen[-limit:]

    def _within(
        self, symbol: str, from_id: int | None, start_ms: int | None, end_ms: int | None
    ) -> Iterator[AggregateTrade]:
        for trade in self._aggregates.get(symbol, ()):
            if from_id is not None and trade.aggregate_id < from_id:
                continue
            if start_ms is not None and trade.time_ms < start_ms:
                continue
            if end_ms is not None and trade.time_ms > end_ms:
                continue
            yield trade

    def _note_captured(self, event: CapturedMessage) -> None:
        message = event.message
        if event.channel not in ("trade", "aggTrade"):
            return
        aggressor = Side.SELL if message["m"] else Side.BUY
        price, quantity = atoms(message["p"]), atoms(message["q"])
        market, symbol = event.market, event.symbol
        if event.channel == "trade":
            trade = TradePrinted(market, symbol, message["t"], price, quantity, aggressor, 0, 0, event.time_ms)
            self._ring(self._trades, symbol).append(trade)
        else:
            first, last = message["f"], message["l"]
            aggregate = AggregateTrade(
                market, symbol, message["a"], first, last, price, quantity, aggressor, event.time_ms
            )
            self._ring(self._aggregates, symbol).append(aggregate)

    @staticmethod
    def _ring(rings: dict[str, deque[Print]], symbol: str) -> deque[Print]:
        ring = rings.get(symbol)
        if ring is None:
            ring = rings[symbol] = deque(maxlen=_KEPT)
        return ring
