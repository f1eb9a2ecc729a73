"""The market behind a replayed symbol: takers meet the recorded book, resting orders wait for recorded trades."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from venue_sim.background.queue_ahead import QueueAhead
from venue_sim.background.recorded_book import RecordedBook
from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.engine import BestQuote, Emit, Match
from venue_sim.exchange.orders import Order
from venue_sim.exchange.snapshots import BookSnapshot
from venue_sim.exchange.terms import OrderType, Side


class ReplayEngine:
    """An `Engine` over a recorded market, which our orders do not change.

    What a taker of ours takes from a displayed level is gone for us until the recording shows that level anew. Orders
    of ours do not meet each other: each one meets only what was recorded.
    """

    prints = False

    def __init__(self, market: str, symbol: str, cancels_ahead: bool = False) -> None:
        self._market = market
        self._symbol = symbol
        self._cancels_ahead = cancels_ahead
        self._listed = False
        self._book = RecordedBook()
        self._queue = QueueAhead(cancels_ahead)
        self._taken: dict[tuple[Side, Atoms], tuple[Atoms, Atoms]] = {}
        """(side, price) -> what we took, and what was displayed there then; void once that has changed."""

    @property
    def listed(self) -> bool:
        """Whether an exchange has taken it on."""
        return self._listed

    @property
    def tradable(self) -> bool:
        """Only with a synced book."""
        return self._book.synced

    def bind(self, emit: Emit) -> None:
        """Listed now. There is nothing to tell: the public stream is the capture itself."""
        self._listed = True

    # -- the recording goes on -----------------------------------------------------------------------------------
    def on_snapshot(self, message: dict[str, Any]) -> None:
        """A REST snapshot of the capture."""
        self._book.rebase(message)
        self._taken.clear()

    def on_depth(self, message: dict[str, Any]) -> None:
        """A depth diff of the capture."""
        watched = self._queue.prices() if self._cancels_ahead else ()
        shown = {place: self._book.displayed(*place) for place in watched}
        self._book.apply(message)
        for place, before in shown.items():
            self._queue.shrank(*place, before, self._book.displayed(*place))

    def on_touch(self, message: dict[str, Any]) -> None:
        """A best quote of the capture."""
        self._book.touch(message)

    def on_trade(self, aggressor: Side, price: Atoms, quantity: Atoms, time_ms: int) -> list[tuple[Order, Atoms]]:
        """A trade of the capture, made at `time_ms`: which of the resting orders it fills, and by how much."""
        return self._queue.trade(aggressor, price, quantity, time_ms)

    def rewound(self) -> None:
        """The recording starts again: forget its book; resting orders queue anew when it is back."""
        self._book = RecordedBook()
        self._taken.clear()

    def requeue(self, now_ms: int) -> None:
        """Put every resting order behind what is displayed now."""
        orders = sorted(self._queue.orders(), key=lambda order: order.order_id)
        shown = {order.order_id: self._book.displayed(order.side, order.price) for order in orders}
        self._queue.rejoin(orders, shown, now_ms)

    # -- Engine ----------------------------------------------------------------------------------------------------
    def best(self) -> BestQuote:
        """Best prices and sizes still there for us."""
        bid = next(self._left(Side.BUY), (0, 0))
        ask = next(self._left(Side.SELL), (0, 0))
        return *bid, *ask

    def against(self, side: Side, account: str = "") -> Iterator[tuple[Atoms, Atoms]]:
        """(price, quantity) that a taker of `side` would meet, best first."""
        return self._left(side.opposite)

    def next_match(self, taker: Order) -> Match | None:
        """The best recorded level within the taker's price."""
        price, quantity = next(self._left(taker.side.opposite), (0, 0))
        if not quantity:
            return None
        if taker.order_type is OrderType.LIMIT:
            beyond = price > taker.price if taker.side is Side.BUY else price < taker.price
            if beyond:
                return None
        return Match(None, price, quantity)

    def filled(self, match: Match, taker: Order, quantity: Atoms, now_ms: int) -> None:
        """Remember what we took of the level, and what it showed then."""
        key = taker.side.opposite, match.price
        shown = self._book.displayed(*key)
        taken, shown_then = self._taken.get(key, (0, 0))
        self._taken[key] = (taken if shown == shown_then else 0) + quantity, shown

    def rest(self, order: Order, now_ms: int) -> None:
        """Queue behind what is displayed at the price now."""
        order.on_book_since_ms = order.on_book_since_ms or now_ms
        self._queue.join(order, self._book.displayed(order.side, order.price), now_ms)

    def remove(self, order: Order, now_ms: int) -> None:
        """Leave the queue."""
        self._queue.leave(order)

    def reduced(self, order: Order, by: Atoms, now_ms: int) -> None:
        """Keep the place; leave when nothing remains."""
        if not order.remaining:
            self._queue.leave(order)

    def snapshot(self, limit: int) -> BookSnapshot:
        """The depth exactly as of the last depth message (a newer best quote is not in it)."""
        bids, asks = (list(islice(self._book.levels(side), limit)) for side in (Side.BUY, Side.SELL))
        return BookSnapshot(self._market, self._symbol, self._book.update_id, bids, asks, self._book.changed_ms)

    def publish_best(self, now_ms: int) -> None:
        """Nothing to tell: best quotes are the capture's."""

    def _left(self, side: Side) -> Iterator[tuple[Atoms, Atoms]]:
        for price, quantity in self._book.offered(side):
            taken, shown_then = self._taken.get((side, price), (0, 0))
            left = quantity - taken if quantity == shown_then else quantity
            if left > 0:
                yield price, left
