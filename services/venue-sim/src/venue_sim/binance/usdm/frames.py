"""USD-M market payloads: bookTicker, trade, aggTrade, depth, markPrice, contractInfo.

Source: Binance USD-M "WebSocket market streams", with the fields `ps`, `st` of 2026-06-30 and `nq` of aggregate trades.
"""

from __future__ import annotations

from venue_sim.binance.depth_window import DepthDiff
from venue_sim.binance.desk import Digits
from venue_sim.binance.market_frames import boolean, levels
from venue_sim.binance.usdm.market import ONBOARD_MS, PERPETUAL_DELIVERY_MS, STATUS_WORDS
from venue_sim.exchange.api import (
    AggregateTrade,
    BestQuoteChanged,
    BookSnapshot,
    InstrumentChanged,
    MarkChanged,
    Side,
    TradePrinted,
    text,
)

_BRACKET = '{"bs":1,"bnf":0,"bnc":300000,"mmr":0.004,"cf":0,"mi":126,"ma":150}'


class UsdmFrames:
    """Writer of USD-M market payloads."""

    def best(self, event: BestQuoteChanged, digits: Digits, now_ms: int) -> str:
        """`bookTicker`."""
        symbol = event.symbol
        return (
            f'{{"e":"bookTicker","u":{event.update_id},"s":"{symbol}","ps":"{symbol}",'
            f'"b":"{digits.price_text(event.bid)}","B":"{digits.quantity_text(event.bid_quantity)}",'
            f'"a":"{digits.price_text(event.ask)}","A":"{digits.quantity_text(event.ask_quantity)}",'
            f'"T":{event.time_ms},"E":{now_ms},"st":1}}'
        )

    def trade(self, event: TradePrinted, digits: Digits, now_ms: int) -> str:
        """`trade`."""
        return (
            f'{{"e":"trade","E":{now_ms},"T":{event.time_ms},"s":"{event.symbol}","t":{event.trade_id},'
            f'"p":"{digits.price_text(event.price)}","q":"{digits.quantity_text(event.quantity)}",'
            f'"X":"MARKET","m":{boolean(event.aggressor is Side.SELL)},"st":1}}'
        )

    def aggregate(self, event: AggregateTrade, digits: Digits, now_ms: int) -> str:
        """`aggTrade`."""
        quantity = digits.quantity_text(event.quantity)
        return (
            f'{{"e":"aggTrade","E":{now_ms},"a":{event.aggregate_id},"s":"{event.symbol}",'
            f'"p":"{digits.price_text(event.price)}","q":"{quantity}","nq":"{quantity}",'
            f'"f":{event.first_trade_id},"l":{event.last_trade_id},"T":{event.time_ms},'
            f'"m":{boolean(event.aggressor is Side.SELL)},"st":1}}'
        )

    def depth(self, diff: DepthDiff, digits: Digits, now_ms: int) -> str:
        """`depthUpdate`."""
        span = (diff.first_id, diff.last_id, diff.previous_last_id)
        bids, asks = levels(diff.bids.items(), digits), levels(diff.asks.items(), digits)
        return _depth_update(diff.symbol, now_ms, diff.changed_ms, span, bids, asks)

    def partial(self, book: BookSnapshot, previous_id: int, digits: Digits, now_ms: int) -> str:
        """The best levels, in the shape of a diff."""
        span = (previous_id + 1, book.update_id, previous_id)
        bids, asks = levels(book.bids, digits), levels(book.asks, digits)
        return _depth_update(book.symbol, now_ms, book.time_ms, span, bids, asks)

    def mark(self, event: MarkChanged, digits: Digits, now_ms: int) -> str:
        """`markPriceUpdate`."""
        return (
            f'{{"e":"markPriceUpdate","E":{now_ms},"s":"{event.symbol}","p":"{text(event.mark)}",'
            f'"ap":"{text(event.mark)}","i":"{text(event.index)}","P":"{text(event.index)}",'
            f'"r":"{text(event.funding_rate)}","T":{event.next_funding_ms},"st":1}}'
        )

    def contract(self, event: InstrumentChanged, now_ms: int) -> str:
        """`contractInfo`."""
        symbol = event.symbol
        return (
            f'{{"e":"contractInfo","E":{now_ms},"s":"{symbol}","ps":"{symbol}","ct":"PERPETUAL",'
            f'"dt":{PERPETUAL_DELIVERY_MS},"ot":{ONBOARD_MS},"cs":"{STATUS_WORDS[event.status]}",'
            f'"bks":[{_BRACKET}],"st":1}}'
        )


def _depth_update(symbol: str, now_ms: int, changed_ms: int, span: tuple[int, int, int], bids: str, asks: str) -> str:
    first_id, last_id, previous_last_id = span
    return (
        f'{{"e":"depthUpdate","E":{now_ms},"T":{changed_ms},"s":"{symbol}","ps":"{symbol}",'
        f'"U":{first_id},"u":{last_id},"pu":{previous_last_id},"b":[{bids}],"a":[{asks}],"st":1}}'
    )
