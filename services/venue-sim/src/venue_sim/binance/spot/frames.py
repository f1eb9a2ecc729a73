"""Spot market payloads: bookTicker, trade, aggTrade, depth.

Source: Binance spot "WebSocket Streams"; bookTicker carries no event type and no time, a partial book no symbol.
"""

from __future__ import annotations

from venue_sim.binance.depth_window import DepthDiff
from venue_sim.binance.desk import Digits
from venue_sim.binance.market_frames import boolean, levels
from venue_sim.exchange.api import (
    AggregateTrade,
    BestQuoteChanged,
    BookSnapshot,
    InstrumentChanged,
    MarkChanged,
    Side,
    TradePrinted,
)


class SpotFrames:
    """Writer of spot market payloads."""

    def best(self, event: BestQuoteChanged, digits: Digits, now_ms: int) -> str:
        """`bookTicker`."""
        return (
            f'{{"u":{event.update_id},"s":"{event.symbol}",'
            f'"b":"{digits.price_text(event.bid)}","B":"{digits.quantity_text(event.bid_quantity)}",'
            f'"a":"{digits.price_text(event.ask)}","A":"{digits.quantity_text(event.ask_quantity)}"}}'
        )

    def trade(self, event: TradePrinted, digits: Digits, now_ms: int) -> str:
        """`trade`."""
        return (
            f'{{"e":"trade","E":{now_ms},"s":"{event.symbol}","t":{event.trade_id},'
            f'"p":"{digits.price_text(event.price)}","q":"{digits.quantity_text(event.quantity)}",'
            f'"T":{event.time_ms},"m":{boolean(event.aggressor is Side.SELL)},"M":true}}'
        )

    def aggregate(self, event: AggregateTrade, digits: Digits, now_ms: int) -> str:
        """`aggTrade`."""
        return (
            f'{{"e":"aggTrade","E":{now_ms},"s":"{event.symbol}","a":{event.aggregate_id},'
            f'"p":"{digits.price_text(event.price)}","q":"{digits.quantity_text(event.quantity)}",'
            f'"f":{event.first_trade_id},"l":{event.last_trade_id},"T":{event.time_ms},'
            f'"m":{boolean(event.aggressor is Side.SELL)},"M":true}}'
        )

    def depth(self, diff: DepthDiff, digits: Digits, now_ms: int) -> str:
        """`depthUpdate`."""
        return (
            f'{{"e":"depthUpdate","E":{now_ms},"s":"{diff.symbol}","U":{diff.first_id},"u":{diff.last_id},'
            f'"b":[{levels(diff.bids.items(), digits)}],"a":[{levels(diff.asks.items(), digits)}]}}'
        )

    def partial(self, book: BookSnapshot, previous_id: int, digits: Digits, now_ms: int) -> str:
        """The best levels, in the shape of a REST snapshot."""
        bids, asks = levels(book.bids, digits), levels(book.asks, digits)
        return f'{{"lastUpdateId":{book.update_id},"bids":[{bids}],"asks":[{asks}]}}'

    def mark(self, event: MarkChanged, digits: Digits, now_ms: int) -> str:
        """Spot has no mark price."""
        raise LookupError("spot symbols have no mark price")

    def contract(self, event: InstrumentChanged, now_ms: int) -> str:
        """Spot does not announce changes of rules on a stream."""
        raise LookupError("spot has no contract stream")
