"""Where our resting orders stand in a recorded market: behind what was displayed when they came.

Nothing of ours is in the recording, so our place is reckoned. Pessimistic by default: only trades at the price shorten
the queue ahead; that others ahead may have cancelled counts only with `cancels_ahead`, pro rata (FAILURES J1).
"""

from collections.abc import Iterator

from msgspec import Struct

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.orders import Order
from venue_sim.exchange.terms import Side


class Place(Struct):
    """An order's place: the volume of others still ahead of it."""

    order: Order
    ahead: Atoms
    since_ms: int
    """When it queued."""


class QueueAhead:
    """The resting orders of everybody who trades in the replay, with their places."""

    def __init__(self, cancels_ahead: bool = False) -> None:
        self._cancels_ahead = cancels_ahead
        self._places: dict[Side, dict[Atoms, list[Place]]] = {side: {} for side in Side}

    def join(self, order: Order, displayed: Atoms, now_ms: int) -> None:
        """At the back: behind what is displayed, and never ahead of an earlier order of ours."""
        queue = self._places[order.side].setdefault(order.price, [])
        queue.append(Place(order, max(displayed, queue[-1].ahead if queue else 0), now_ms))

    def leave(self, order: Order) -> None:
        """Take an order out."""
        queue = self._places[order.side][order.price]
        queue[:] = [place for place in queue if place.order is not order]
        if not queue:
            del self._places[order.side][order.price]

    def prices(self) -> list[tuple[Side, Atoms]]:
        """Where orders rest."""
        return [(side, price) for side, queues in self._places.items() for price in queues]

    def orders(self) -> list[Order]:
        """All that rest, in no order."""
        return [place.order for side in self._places.values() for queue in side.values() for place in queue]

    def rejoin(self, orders: list[Order], book_shows: dict[int, Atoms], now_ms: int) -> None:
        """Queue anew after the market was rewound; `book_shows` is what is displayed, by order id."""
        self._places = {side: {} for side in Side}
        for order in orders:
            self.join(order, book_shows[order.order_id], now_ms)

    def trade(self, aggressor: Side, price: Atoms, quantity: Atoms, time_ms: int) -> list[tuple[Order, Atoms]]:
        """What a recorded trade fills: (order, quantity), best price first, oldest first.

        A trade through an order's price fills it as far as the trade goes, for it would have been met first; a trade
        at its price only with what is left after the queue ahead. The whole can never exceed the trade. Orders that
        queued no earlier than the trade's own time are left alone: its message may be late, and what they found
        displayed may already have been what it left.
        """
        fills: list[tuple[Order, Atoms]] = []
        side = aggressor.opposite
        for own_price in self._reached(side, price):
            queue = [place for place in self._places[side][own_price] if place.since_ms < time_ms]
            if own_price != price:
                for place in queue:
                    place.ahead = 0
            quantity = self._flow(queue, quantity, fills)
            if not quantity:
                break
        return fills

    def shrank(self, side: Side, price: Atoms, before: Atoms, after: Atoms) -> None:
        """The displayed size at a price fell: with `cancels_ahead` the queue ahead shrinks in proportion."""
        if self._cancels_ahead and after < before:
            for place in self._places[side].get(price, ()):
                place.ahead = place.ahead * after // before

    def _reached(self, side: Side, price: Atoms) -> Iterator[Atoms]:
        """Prices of our orders that a trade at `price` reaches, best first."""
        is_bid = side is Side.BUY
        prices = (own for own in self._places[side] if (own >= price if is_bid else own <= price))
        yield from sorted(prices, reverse=is_bid)

    @staticmethod
    def _flow(queue: list[Place], quantity: Atoms, fills: list[tuple[Order, Atoms]]) -> Atoms:
        """Let a trade flow down one price's queue; what is left of it."""
        for index, place in enumerate(queue):
            eaten = min(quantity, place.ahead)
            for later in queue[index:]:
                later.ahead -= eaten
            quantity -= eaten
            filled = min(quantity, place.order.remaining)
            if filled:
                fills.append((place.order, filled))
                quantity -= filled
        return quantity
