"""What the admin port does by hand: orders behind an account's back, trades, rewinding a replay, a look around."""

from __future__ import annotations

from typing import Any

import msgspec

from venue_sim.background.replay import Replay
from venue_sim.exchange.api import (
    Order,
    OrderRef,
    OrderType,
    PlaceOrder,
    SelfTradePrevention,
    Side,
    TimeInForce,
    atoms,
    plain,
)
from venue_sim.shell.venue import Venue


class OrderByHand(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /_sim/order: `action` place, cancel, cancel_all or fill."""

    account: str
    market: str
    symbol: str
    action: str = "place"
    side: Side = Side.BUY
    type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.GTC
    quantity: str = "0"
    price: str = "0"
    client_order_id: str = ""
    order_id: int | None = None
    reduce_only: bool = False


class TradeByHand(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /_sim/trade: somebody takes `quantity` from the book, down to `price` where given."""

    market: str
    symbol: str
    side: Side
    quantity: str
    price: str = "0"


class OperatorHand:
    """Acts on a venue for the admin port."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._made = 0

    def order(self, body: Any) -> dict[str, Any]:
        """Place, cancel or fill an order of any account."""
        wanted = msgspec.convert(body, OrderByHand)
        actions = {"place": self._place, "cancel": self._cancel, "cancel_all": self._cancel_all, "fill": self._fill}
        action = actions.get(wanted.action)
        if action is None:
            raise ValueError(f"action must be one of {', '.join(actions)}")
        shown = action(wanted)
        self._venue.deliver()
        return shown

    def trade(self, body: Any) -> dict[str, Any]:
        """Let the house take from the book."""
        wanted = msgspec.convert(body, TradeByHand)
        order = self._venue.exchange.print_trade(
            wanted.market, wanted.symbol, wanted.side, atoms(wanted.quantity), self._now_ms, atoms(wanted.price)
        )
        self._venue.deliver()
        return {"filled": plain(order.filled)}

    def rewind(self) -> dict[str, Any]:
        """Start the replay over."""
        background = self._venue.background
        if not isinstance(background, Replay):
            raise LookupError("venue-sim is not replaying a capture")
        background.rewind(self._venue.clock.trading_ns())
        self._venue.deliver()
        for ports in self._venue.ports.values():
            ports.stream_listener.cut()  # update ids go back: whoever follows the streams must begin anew
        return {"rewound": True}

    def state(self) -> dict[str, Any]:
        """Connections, symbols with their best prices, limits, faults in force."""
        venue = self._venue
        return {
            "time_ms": venue.clock.trading_ms(),
            "skew_ms": venue.clock.skew_ms,
            "steps": venue.steps,
            "background": type(venue.background).__name__,
            "faults": [each.shown() for each in venue.plan.standing(venue.clock.trading_ms())],
            "markets": {name: self._market_state(name) for name in venue.ports},
        }

    def _market_state(self, name: str) -> dict[str, Any]:
        ports = self._venue.ports[name]
        symbols: dict[str, Any] = {}
        for each in self._venue.exchange.instruments(name):
            book = self._venue.exchange.snapshot(name, each.symbol, 1)
            symbols[each.symbol] = {
                "status": str(each.status),
                "tick": plain(each.tick),
                "lot": plain(each.lot),
                "bid": plain(book.bids[0][0]) if book.bids else None,
                "ask": plain(book.asks[0][0]) if book.asks else None,
                "update_id": book.update_id,
            }
        return {
            "stream_connections": len(ports.stream_listener.connections),
            "private_streams": ports.streams.private_streams,
            "ws_api_connections": len(ports.ws_api_listener.connections),
            "streams": {stream: sum(map(len, who)) for stream, who in ports.product.audience.listeners.items()},
            "symbols": symbols,
        }

    def _place(self, wanted: OrderByHand) -> dict[str, Any]:
        self._made += 1
        request = PlaceOrder(
            market=wanted.market,
            symbol=wanted.symbol,
            client_order_id=wanted.client_order_id or f"web_{self._now_ms}_{self._made}",
            side=wanted.side,
            order_type=wanted.type,
            quantity=atoms(wanted.quantity),
            price=atoms(wanted.price),
            time_in_force=wanted.time_in_force,
            reduce_only=wanted.reduce_only,
            self_trade=SelfTradePrevention.NONE,
        )
        return _shown(self._venue.exchange.place(wanted.account, request, self._now_ms))

    def _cancel(self, wanted: OrderByHand) -> dict[str, Any]:
        return _shown(self._venue.exchange.cancel(wanted.account, _ref(wanted), self._now_ms))

    def _cancel_all(self, wanted: OrderByHand) -> dict[str, Any]:
        done = self._venue.exchange.cancel_all(wanted.account, wanted.market, wanted.symbol, self._now_ms)
        return {"cancelled": [order.client_order_id for order in done]}

    def _fill(self, wanted: OrderByHand) -> dict[str, Any]:
        ref = _ref(wanted)
        self._venue.exchange.force_fill(wanted.account, ref, atoms(wanted.quantity), self._now_ms)
        return _shown(self._venue.exchange.order(wanted.account, ref))

    @property
    def _now_ms(self) -> int:
        return self._venue.clock.trading_ms()


def _ref(wanted: OrderByHand) -> OrderRef:
    return OrderRef(wanted.market, wanted.symbol, wanted.order_id, wanted.client_order_id or None)


def _shown(order: Order) -> dict[str, Any]:
    return {
        "client_order_id": order.client_order_id,
        "venue_order_id": str(order.order_id),
        "status": str(order.status),
        "filled": plain(order.filled),
    }
