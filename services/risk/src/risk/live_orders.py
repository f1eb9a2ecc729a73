"""Our own orders that are open, in flight or unknown: what a new order could cross, repeat or outnumber."""

from collections.abc import Iterator
from dataclasses import dataclass

from crossbook.messages.base import OrderType, Purpose, Side

UNBOUNDED = 1 << 200
"""Price that stands for a market buy: it crosses everything."""


@dataclass(slots=True)
class LiveOrder:
    """An order as risk needs it. A pending amend stands beside the present price until it is answered."""

    order_id: int
    strategy: str
    account: str
    instrument: str
    revision: int
    side: Side
    order_type: OrderType
    price_ticks: int
    qty_lots: int
    purpose: Purpose
    post_only: bool
    reduce_only: bool
    lot_units: int
    """Quantity units of a lot at the order's revision: its meaning even after the venue changed its lots."""
    tick_units: int
    """Quote units of a tick at the order's revision, likewise."""
    pending_price_ticks: int = 0

    @property
    def worst_price(self) -> int:
        """The price most likely to be crossed, in quote units: the higher one of a buy, the lower one of a sell."""
        if self.order_type is OrderType.MARKET:
            return UNBOUNDED if self.side is Side.BUY else 0
        if not self.pending_price_ticks:
            return self.price_ticks * self.tick_units
        pick = max if self.side is Side.BUY else min
        return pick(self.price_ticks, self.pending_price_ticks) * self.tick_units


class LiveOrders:
    """The live orders by id, by account, instrument and side, and counted by strategy."""

    def __init__(self) -> None:
        """None at first."""
        self._orders: dict[int, LiveOrder] = {}
        self._prices: dict[tuple[str, str, Side], dict[int, int]] = {}
        self._per_strategy: dict[str, int] = {}

    def __iter__(self) -> Iterator[LiveOrder]:
        """Every live order, oldest first."""
        return iter(self._orders.values())

    def get(self, order_id: int) -> LiveOrder | None:
        """The order of that id, if it is live."""
        return self._orders.get(order_id)

    def add(self, order: LiveOrder) -> None:
        """Count a new order. Raises ValueError when its id is in use."""
        if order.order_id in self._orders:
            raise ValueError(f"order {order.order_id} is live already")
        self._orders[order.order_id] = order
        self._per_strategy[order.strategy] = self._per_strategy.get(order.strategy, 0) + 1
        self.price_changed(order)

    def remove(self, order_id: int) -> LiveOrder | None:
        """Forget an order; None when it was not live."""
        order = self._orders.pop(order_id, None)
        if order is not None:
            del self._prices[order.account, order.instrument, order.side][order_id]
            self._per_strategy[order.strategy] -= 1
        return order

    def price_changed(self, order: LiveOrder) -> None:
        """Take note of the order's present `worst_price`."""
        self._prices.setdefault((order.account, order.instrument, order.side), {})[order.order_id] = order.worst_price

    def count(self, account: str, instrument: str) -> int:
        """How many of ours are live in an instrument."""
        return len(self._prices.get((account, instrument, Side.BUY), ())) + len(
            self._prices.get((account, instrument, Side.SELL), ())
        )

    def count_of_strategy(self, strategy: str) -> int:
        """How many orders of a strategy are live."""
        return self._per_strategy.get(strategy, 0)

    def best_against(self, account: str, instrument: str, side: Side) -> int | None:
        """The price (quote units) of ours that an order on `side` would meet first; None when nothing stands there."""
        against = self._prices.get((account, instrument, side.opposite))
        if not against:
            return None
        return min(against.values()) if side is Side.BUY else max(against.values())
