"""Public events of the exchange turned into the frames of market streams, each built once whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import msgspec

from venue_sim.binance.admission import Product
from venue_sim.binance.depth_window import DepthDiff, DepthWindow
from venue_sim.binance.desk import Desk
from venue_sim.binance.market_frames import MarketFrames
from venue_sim.exchange.api import (
    AggregateTrade,
    BestQuoteChanged,
    CapturedMessage,
    InstrumentChanged,
    LevelChanged,
    MarkChanged,
    PublicEvent,
    TradePrinted,
)

_DIFF_SUFFIXES = {
    "spot": {1000: ("@depth", "@depth@1000ms"), 100: ("@depth@100ms",)},
    "usdm": {250: ("@depth", "@depth@250ms"), 0: ("@depth@0ms",), 100: ("@depth@100ms",), 500: ("@depth@500ms",)},
}
_LEVELS = (5, 10, 20)
_SLOW_MARK_MS = 3_000


@dataclass(frozen=True, slots=True)
class Frame:
    """A payload and the stream it goes out on."""

    stream: str
    symbol: str
    channel: str
    payload: bytes


class _Symbol:
    """What the feed remembers of one symbol."""

    __slots__ = ("best_stream", "last_id", "mark_sent_ms", "partial_ids", "partial_pending", "prefix", "windows")

    def __init__(self, symbol: str, product: Product) -> None:
        self.prefix = symbol.lower()
        self.best_stream = f"{self.prefix}@bookTicker"
        self.last_id = 0
        self.mark_sent_ms = 0
        self.windows = {speed: DepthWindow(symbol, speed, 0) for speed in _DIFF_SUFFIXES[product]}
        self.partial_ids = dict.fromkeys(self.windows, 0)
        self.partial_pending = dict.fromkeys(self.windows, False)


class MarketFeed:
    """Renders one product's market. `wanted` holds the names of streams somebody listens to; others cost nothing."""

    def __init__(self, desk: Desk, frames: MarketFrames, wanted: Container[str]) -> None:
        self._desk = desk
        self._frames = frames
        self._wanted = wanted
        self._symbols: dict[str, _Symbol] = {}
        self._render: dict[type, Callable[[_Symbol, Any, int], list[Frame]]] = {
            LevelChanged: self._level,
            BestQuoteChanged: self._best,
            TradePrinted: self._trade,
            AggregateTrade: self._aggregate,
            MarkChanged: self._marks,
            InstrumentChanged: self._contract,
            CapturedMessage: self._captured,
        }

    def note(self, event: PublicEvent, now_ms: int) -> list[Frame]:
        """The frames an event causes at once; level changes gather in their windows."""
        return self._render[type(event)](self._symbol(event.symbol), event, now_ms)

    def due(self, now_ms: int, server_ms: int) -> list[Frame]:
        """Depth frames whose interval is over by `now_ms`; they are stamped with the time the venue tells."""
        out: list[Frame] = []
        for name, symbol in self._symbols.items():
            for speed, window in symbol.windows.items():
                if now_ms < window.due_ms:
                    continue
                diff = window.take(now_ms)
                if diff is not None:
                    out += self._diffs(symbol, diff, speed, server_ms)
                if diff is not None or symbol.partial_pending[speed]:
                    out += self._partials(name, symbol, speed, server_ms)
        return out

    def _level(self, symbol: _Symbol, event: LevelChanged, now_ms: int) -> list[Frame]:
        symbol.last_id = event.update_id
        for window in symbol.windows.values():
            window.add(event)
        return []

    def _best(self, symbol: _Symbol, event: BestQuoteChanged, now_ms: int) -> list[Frame]:
        stream = symbol.best_stream
        if stream not in self._wanted:
            return []
        payload = self._frames.best(event, self._desk.digits_of(event.symbol), now_ms)
        return [Frame(stream, event.symbol, "bookTicker", payload.encode())]

    def _trade(self, symbol: _Symbol, event: TradePrinted, now_ms: int) -> list[Frame]:
        stream = f"{symbol.prefix}@trade"
        if stream not in self._wanted:
            return []
        payload = self._frames.trade(event, self._desk.digits_of(event.symbol), now_ms)
        return [Frame(stream, event.symbol, "trade", payload.encode())]

    def _aggregate(self, symbol: _Symbol, event: AggregateTrade, now_ms: int) -> list[Frame]:
        stream = f"{symbol.prefix}@aggTrade"
        if stream not in self._wanted:
            return []
        payload = self._frames.aggregate(event, self._desk.digits_of(event.symbol), now_ms)
        return [Frame(stream, event.symbol, "aggTrade", payload.encode())]

    def _marks(self, symbol: _Symbol, event: MarkChanged, now_ms: int) -> list[Frame]:
        names = [f"{symbol.prefix}@markPrice@1s"]
        if event.time_ms - symbol.mark_sent_ms >= _SLOW_MARK_MS:
            symbol.mark_sent_ms = event.time_ms
            names.append(f"{symbol.prefix}@markPrice")
        if not any(name in self._wanted for name in names):
            return []
        payload = self._frames.mark(event, self._desk.digits_of(event.symbol), now_ms).encode()
        return [Frame(name, event.symbol, "markPrice", payload) for name in names if name in self._wanted]

    def _contract(self, symbol: _Symbol, event: InstrumentChanged, now_ms: int) -> list[Frame]:
        if "!contractInfo" not in self._wanted:
            return []
        payload = self._frames.contract(event, now_ms).encode()
        return [Frame("!contractInfo", event.symbol, "contractInfo", payload)]

    def _captured(self, symbol: _Symbol, event: CapturedMessage, now_ms: int) -> list[Frame]:
        if event.channel == "depth":
            symbol.partial_pending = dict.fromkeys(symbol.partial_pending, True)
            suffixes = [suffix for group in _DIFF_SUFFIXES[self._desk.product].values() for suffix in group]
        else:
            suffixes = [f"@{event.channel}"]
        names = [name for name in (symbol.prefix + suffix for suffix in suffixes) if name in self._wanted]
        if not names:
            return []
        payload = msgspec.json.encode(event.message)
        return [Frame(name, event.symbol, event.channel, payload) for name in names]

    def _diffs(self, symbol: _Symbol, diff: DepthDiff, speed: int, now_ms: int) -> list[Frame]:
        suffixes = _DIFF_SUFFIXES[self._desk.product][speed]
        names = [name for name in (symbol.prefix + suffix for suffix in suffixes) if name in self._wanted]
        if not names:
            return []
        payload = self._frames.depth(diff, self._desk.digits_of(diff.symbol), now_ms).encode()
        return [Frame(name, diff.symbol, "depth", payload) for name in names]

    def _partials(self, name: str, symbol: _Symbol, speed: int, now_ms: int) -> list[Frame]:
        symbol.partial_pending[speed] = False
        out: list[Frame] = []
        previous_id = symbol.partial_ids[speed] or symbol.last_id
        for levels in _LEVELS:
            streams = [
                f"{symbol.prefix}@depth{levels}{suffix.removeprefix('@depth')}"
                for suffix in _DIFF_SUFFIXES[self._desk.product][speed]
            ]
            streams = [stream for stream in streams if stream in self._wanted]
            if streams:
                book = self._desk.exchange.snapshot(self._desk.product, name, levels)
                symbol.partial_ids[speed] = book.update_id
                payload = self._frames.partial(book, previous_id, self._desk.digits_of(name), now_ms).encode()
                out += [Frame(stream, name, "partial", payload) for stream in streams]
        return out

    def _symbol(self, name: str) -> _Symbol:
        symbol = self._symbols.get(name)
        if symbol is None:
            symbol = self._symbols[name] = _Symbol(name, self._desk.product)
        return symbol
