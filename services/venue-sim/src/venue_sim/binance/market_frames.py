"""What a product must know to put market events into its own words; the frames are JSON text without blanks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from venue_sim.binance.depth_window import DepthDiff
from venue_sim.binance.desk import Digits
from venue_sim.exchange.api import (
    AggregateTrade,
    Atoms,
    BestQuoteChanged,
    BookSnapshot,
    InstrumentChanged,
    MarkChanged,
    TradePrinted,
)


class MarketFrames(Protocol):
    """Writer of one product's market payloads."""

    def best(self, event: BestQuoteChanged, digits: Digits, now_ms: int) -> str:
        """`bookTicker`."""

    def trade(self, event: TradePrinted, digits: Digits, now_ms: int) -> str:
        """`trade`."""

    def aggregate(self, event: AggregateTrade, digits: Digits, now_ms: int) -> str:
        """`aggTrade`."""

    def depth(self, diff: DepthDiff, digits: Digits, now_ms: int) -> str:
        """A diff of the book."""

    def partial(self, book: BookSnapshot, previous_id: int, digits: Digits, now_ms: int) -> str:
        """The best levels of the book; `previous_id` is the update id of the one before."""

    def mark(self, event: MarkChanged, digits: Digits, now_ms: int) -> str:
        """`markPriceUpdate`."""

    def contract(self, event: InstrumentChanged, now_ms: int) -> str:
        """`contractInfo`."""


def levels(side: Iterable[tuple[Atoms, Atoms]], digits: Digits) -> str:
    """Price levels as JSON pairs, without the outer brackets."""
    price_text, quantity_text = digits.price_text, digits.quantity_text
    return ",".join(f'["{price_text(price)}","{quantity_text(quantity)}"]' for price, quantity in side)


def boolean(value: bool) -> str:
    """`true` or `false`."""
    return "true" if value else "false"
