"""A listed symbol: its market, its present rules, what trades behind it, its tape and its mark."""

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.engine import Emit, Engine
from venue_sim.exchange.instruments import Instrument, Market, MarketKind
from venue_sim.exchange.snapshots import Mark
from venue_sim.exchange.tape import Tape

FUNDING_INTERVAL_MS = 8 * 3600 * 1000
DEFAULT_FUNDING_RATE: Atoms = 10_000
"""0.01 % per interval, Binance's interest component."""


class Listing:
    """Everything of one symbol. `instrument` is replaced whole when rules or status change."""

    def __init__(self, instrument: Instrument, market: Market, engine: Engine, emit: Emit, first_trade_id: int) -> None:
        self.instrument = instrument
        self.market = market
        self.engine = engine
        self.tape = Tape(instrument.market, instrument.symbol, emit, first_trade_id)
        self.pinned_mark: Atoms = 0
        """Mark given from outside; 0 lets it follow the mid."""
        self.index: Atoms = 0
        self.funding_rate = DEFAULT_FUNDING_RATE
        self.next_funding_ms = 0
        self.mark_told_ms = 0
        engine.bind(emit)

    @property
    def is_perpetual(self) -> bool:
        """Whether positions, not balances, are traded."""
        return self.market.kind is MarketKind.LINEAR_PERPETUAL

    def mid(self) -> Atoms:
        """Middle of the best quote; the one side there is; the last trade; else 0."""
        bid, _, ask, _ = self.engine.best()
        if bid and ask:
            return (bid + ask) // 2
        return bid or ask or self.tape.prices(0).last

    def mark_price(self) -> Atoms:
        """What positions are valued at."""
        return self.pinned_mark or self.mid()

    def mark(self, now_ms: int) -> Mark:
        """Present mark, index and funding."""
        mark = self.mark_price()
        return Mark(mark, self.index or mark, self.funding_rate, self.next_funding_ms, now_ms)

    def reference_price(self, now_ms: int) -> Atoms:
        """What percent-price compares with: the mark of a perpetual, the average price on spot; 0: none yet."""
        return self.mark_price() if self.is_perpetual else self.tape.prices(now_ms).average
