"""Price-time priority: a book of orders, best price first, oldest first at a price."""

from collections.abc import Iterator

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.engine import BestQuote, Emit, Match
from venue_sim.exchange.events import BestQuoteChanged, LevelChanged
from venue_sim.exchange.ladder import Ladder
from venue_sim.exchange.orders import Order
from venue_sim.exchange.snapshots import BookSnapshot
from venue_sim.exchange.terms import OrderType, Side


class Queue:
    """The orders at one price in the order they came, and their total."""

    __slots__ = ("orders", "total")

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.total: Atoms = 0


class MatchingEngine:
    """A symbol's book. Each change of a level takes the next update id; ids grow by `id_stride` (USD-M has holes)."""

    prints = True

    def __init__(self, market: str, symbol: str, first_update_id: int = 1, id_stride: int = 1) -> None:
        self._market = market
        self._symbol = symbol
        self._update_id = first_update_id
        self._id_stride = id_stride
        self._sides: dict[Side, Ladder[Queue]] = {side: Ladder(side) for side in Side}
        self._told: BestQuote = (0, 0, 0, 0)
        self._changed_ms = 0
        self._emit: Emit = lambda event: None

    @property
    def tradable(self) -> bool:
        """Always: the book is made here."""
        return True

    def bind(self, emit: Emit) -> None:
        """Where public events go."""
        self._emit = emit

    def best(self) -> BestQuote:
        """Best prices and sizes."""
        bids, asks = self._sides[Side.BUY], self._sides[Side.SELL]
        bid, ask = bids.best(), asks.best()
        return bid, bids.at(bid).total if bid else 0, ask, asks.at(ask).total if ask else 0

    def against(self, side: Side, account: str = "") -> Iterator[tuple[Atoms, Atoms]]:
        """(price, quantity) that a taker of `side` would meet, best first, without orders of `account`."""
        for price, queue in self._sides[side.opposite]:
            own = sum(order.remaining for order in queue.orders.values() if order.account == account) if account else 0
            yield price, queue.total - own

    def next_match(self, taker: Order) -> Match | None:
        """The oldest order at the best price, if the taker's price reaches it."""
        ladder = self._sides[taker.side.opposite]
        if taker.order_type is OrderType.LIMIT and not ladder.reaches(taker.price):
            return None
        price = ladder.best()
        if not price:
            return None
        maker = next(iter(ladder.at(price).orders.values()))
        return Match(maker, price, maker.remaining)

    def filled(self, match: Match, taker: Order, quantity: Atoms, now_ms: int) -> None:
        """Take `quantity` off the maker's level; the maker leaves when nothing of it remains."""
        if match.maker is not None:
            self.reduced(match.maker, quantity, now_ms)

    def rest(self, order: Order, now_ms: int) -> None:
        """Put an order's remaining quantity at the back of its price."""
        ladder = self._sides[order.side]
        queue = ladder.get(order.price)
        if queue is None:
            queue = Queue()
            ladder.put(order.price, queue)
        queue.orders[order.order_id] = order
        queue.total += order.remaining
        order.on_book_since_ms = order.on_book_since_ms or now_ms
        self._tell_level(order.side, order.price, queue.total, now_ms)

    def remove(self, order: Order, now_ms: int) -> None:
        """Take an order that rests out of the book."""
        queue = self._sides[order.side].at(order.price)
        del queue.orders[order.order_id]
        queue.total -= order.remaining
        self._settle_level(order.side, order.price, queue, now_ms)

    def reduced(self, order: Order, by: Atoms, now_ms: int) -> None:
        """A resting order became smaller in place, perhaps to nothing."""
        queue = self._sides[order.side].at(order.price)
        queue.total -= by
        if order.remaining == 0:
            del queue.orders[order.order_id]
        self._settle_level(order.side, order.price, queue, now_ms)

    def snapshot(self, limit: int) -> BookSnapshot:
        """The book down to `limit` levels a side."""
        bids, asks = (self._top(side, limit) for side in (Side.BUY, Side.SELL))
        return BookSnapshot(self._market, self._symbol, self._update_id, bids, asks, self._changed_ms)

    def publish_best(self, now_ms: int) -> None:
        """Tell a change of the best quote, if there was one since the last time."""
        best = self.best()
        if best != self._told:
            self._told = best
            self._emit(BestQuoteChanged(self._market, self._symbol, self._update_id, *best, now_ms))

    def _top(self, side: Side, limit: int) -> list[tuple[Atoms, Atoms]]:
        return [(price, queue.total) for (price, queue), _ in zip(self._sides[side], range(limit), strict=False)]

    def _settle_level(self, side: Side, price: Atoms, queue: Queue, now_ms: int) -> None:
        if not queue.orders:
            self._sides[side].drop(price)
        self._tell_level(side, price, queue.total, now_ms)

    def _tell_level(self, side: Side, price: Atoms, total: Atoms, now_ms: int) -> None:
        self._update_id += self._id_stride
        self._changed_ms = now_ms
        self._emit(LevelChanged(self._market, self._symbol, side, price, total, self._update_id, now_ms))
