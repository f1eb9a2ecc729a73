"""A recorded spot market of a few lines, written here, and fed message by message."""

import json
from typing import Any

from testkit.small_exchange import Trader
from venue_sim.background.replay_engine import ReplayEngine
from venue_sim.background.replay_symbol import ReplaySymbol
from venue_sim.exchange.api import Exchange, Order, OrderRef, Side, atoms
from venue_sim.exchange.presets import SPOT, USDM, spot_instrument

DEEP_BIDS = [("100.00", "10"), ("99.99", "20"), ("99.00", "30")]
DEEP_ASKS = [("100.01", "4"), ("100.02", "20"), ("101.00", "30")]
START_MS = 1_700_000_000_000


def trader(exchange: Exchange, account: str = "ann", market: str = "spot") -> Trader:
    """An account with means in both markets."""
    if account not in exchange.accounts():
        means = {"spot": {"BTC": atoms(1_000), "USDT": atoms(1_000_000)}, "usdm": {"USDT": atoms(1_000_000)}}
        exchange.add_account(account, means)
    return Trader(exchange, account, market)


def depth_diff(first_id: int, last_id: int, bids: Any = (), asks: Any = (), event_ms: int = START_MS) -> dict[str, Any]:
    """A spot depth diff."""
    ids = {"U": first_id, "u": last_id}
    return {"e": "depthUpdate", "E": event_ms, "s": "BTCUSDT", **ids, "b": list(bids), "a": list(asks)}


def trade_message(
    trade_id: int, aggressor: Side, price: str, quantity: str, event_ms: int = START_MS
) -> dict[str, Any]:
    """A spot trade."""
    trade = {"e": "trade", "E": event_ms, "s": "BTCUSDT", "t": trade_id, "p": price, "q": quantity, "T": event_ms}
    return {**trade, "m": aggressor is Side.SELL, "M": True}


def line(received_ms: int, frame: dict[str, Any], stream: str = "") -> str:
    """A line of a capture; `stream` wraps the frame as a combined stream does."""
    wrapped = {"stream": stream, "data": frame} if stream else frame
    return f"{received_ms * 1_000_000} {json.dumps(wrapped)}\n"


class Recording:
    """A replayed symbol to which recorded messages happen one by one."""

    def __init__(self, cancels_ahead: bool = False) -> None:
        self._update_id = 1_000
        self._trade_id = 1
        self._now_ms = START_MS
        self.exchange = Exchange()
        for market in (SPOT, USDM):
            self.exchange.add_market(market)
        engine = ReplayEngine("spot", "BTCUSDT", cancels_ahead)
        self.exchange.add_instrument(spot_instrument("BTC", "USDT", "0.001", "0.00001"), engine)
        self._symbol = ReplaySymbol(self.exchange, "spot", "BTCUSDT", engine)
        self.snapshot()

    def depth(self, bids: Any = (), asks: Any = (), gap: bool = False) -> None:
        """A diff; `gap` leaves out an update before it."""
        self._update_id += 6 if gap else 1
        self._play("depth", depth_diff(self._update_id, self._update_id, bids, asks))

    def touch(self, bid: str, bid_quantity: str, ask: str, ask_quantity: str) -> None:
        """A best quote newer than the depth."""
        quote = {"u": self._update_id + 1, "s": "BTCUSDT", "b": bid, "B": bid_quantity, "a": ask, "A": ask_quantity}
        self._play("bookTicker", quote)

    def trade(self, aggressor: Side, price: str, quantity: str, late_by_ms: int = 0) -> None:
        """A trade; `late_by_ms` its message is after its own time."""
        made_ms = self._now_ms - late_by_ms
        self._play("trade", trade_message(self._trade_id, aggressor, price, quantity, made_ms))
        self._trade_id += 1

    def snapshot(self) -> None:
        """A REST snapshot of the first book, at the present update id."""
        self._play("snapshot", {"lastUpdateId": self._update_id, "bids": DEEP_BIDS, "asks": DEEP_ASKS})

    def order(self, order: Order) -> Order:
        """The order as it is now."""
        return self.exchange.order(order.account, OrderRef(order.market, order.symbol, order.order_id))

    def _play(self, channel: str, message: dict[str, Any]) -> None:
        self._now_ms += 1
        self._symbol.play(channel, message, self._now_ms)
