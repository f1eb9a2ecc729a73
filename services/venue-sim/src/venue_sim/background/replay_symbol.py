"""One symbol of a replay: each recorded message goes to its market, to our resting orders and to the public."""

from typing import Any

from venue_sim.background.replay_engine import ReplayEngine
from venue_sim.exchange.amounts import atoms, trusted_atoms
from venue_sim.exchange.events import AggregateTrade, CapturedMessage
from venue_sim.exchange.exchange import Exchange
from venue_sim.exchange.terms import Side

_PUBLIC = ("depth", "bookTicker", "trade", "aggTrade")


class ReplaySymbol:
    """Applies messages in the order of the capture."""

    def __init__(self, exchange: Exchange, market: str, symbol: str, engine: ReplayEngine) -> None:
        self._exchange = exchange
        self._market = market
        self.name = symbol
        """The venue's symbol."""
        self.engine = engine
        self.last_id = 0
        """Update id of the last message; tells which symbol a snapshot belongs to."""
        self._trades_from = ""
        """The channel whose trades count: the first seen of "trade" and "aggTrade", for they tell the same trades."""

    def lead(self, channel: str, message: dict[str, Any]) -> None:
        """Bring the book up to a message that was before the beginning of play; nobody is told."""
        if channel == "snapshot":
            self.engine.on_snapshot(message)
        elif channel == "depth":
            self.engine.on_depth(message)
            self.last_id = int(message["u"])
        elif channel == "bookTicker":
            self.engine.on_touch(message)
            self.last_id = int(message["u"])

    def play(self, channel: str, message: dict[str, Any], now_ms: int) -> None:
        """Apply a message whose times are already moved, then tell it, then the fills it makes."""
        self.lead(channel, message)
        if channel == "markPrice":
            self._mark(message)
        if channel in _PUBLIC:
            self._exchange.emit(CapturedMessage(self._market, self.name, channel, message, now_ms))
        if channel in ("trade", "aggTrade"):
            self._trade(channel, message, now_ms)

    def _trade(self, channel: str, message: dict[str, Any], now_ms: int) -> None:
        self._trades_from = self._trades_from or channel
        if channel != self._trades_from or message.get("X", "MARKET") != "MARKET":
            return
        aggressor = Side.SELL if message["m"] else Side.BUY
        price, quantity = trusted_atoms(message["p"]), trusted_atoms(message["q"])
        time_ms = int(message["T"])
        for order, filled in self.engine.on_trade(aggressor, price, quantity, time_ms):
            self._exchange.fill_resting(order, order.price, filled, now_ms)
        trade_id = int(message["t" if channel == "trade" else "l"])
        trade = AggregateTrade(self._market, self.name, 0, trade_id, trade_id, price, quantity, aggressor, time_ms)
        self._exchange.observe_trade(trade, now_ms, tell_aggregate=channel == "trade")

    def _mark(self, message: dict[str, Any]) -> None:
        mark, index = atoms(message["p"]), atoms(message.get("i") or message["p"])
        self._exchange.set_mark(self._market, self.name, mark, index, atoms(message.get("r") or "0"))
