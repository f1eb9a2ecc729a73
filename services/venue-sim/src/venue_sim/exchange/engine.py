"""What the exchange asks of the thing behind a symbol, be it a matching book or a replayed market."""

from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.events import Event
from venue_sim.exchange.orders import Order
from venue_sim.exchange.snapshots import BookSnapshot
from venue_sim.exchange.terms import Side

Emit = Callable[[Event], None]
BestQuote = tuple[Atoms, Atoms, Atoms, Atoms]
"""(bid, bid quantity, ask, ask quantity), absent sides 0."""


class Match(Struct, frozen=True):
    """What a taker meets next. `maker` None: the recorded market of a replay."""

    maker: Order | None
    price: Atoms
    quantity: Atoms


class Engine(Protocol):
    """A symbol's market. It keeps what is displayed; orders, money and events of fills belong to the exchange."""

    prints: bool
    """Whether the exchange tells the public about trades here (a replay's tape is the capture)."""

    @property
    def tradable(self) -> bool:
        """Whether orders can be taken at all (a replayed book must be synced)."""

    def bind(self, emit: Emit) -> None:
        """Where public events go."""

    def best(self) -> BestQuote:
        """Best prices and sizes."""

    def against(self, side: Side, account: str = "") -> Iterator[tuple[Atoms, Atoms]]:
        """(price, quantity) that a taker of `side` would meet, best first, without orders of `account`."""

    def next_match(self, taker: Order) -> Match | None:
        """The best counterparty within the taker's price, or None."""

    def filled(self, match: Match, taker: Order, quantity: Atoms, now_ms: int) -> None:
        """`quantity` of the match was traded; the maker's own counts are already updated."""

    def rest(self, order: Order, now_ms: int) -> None:
        """Put an order's remaining quantity at the back of its price."""

    def remove(self, order: Order, now_ms: int) -> None:
        """Take an order that rests out of the book."""

    def reduced(self, order: Order, by: Atoms, now_ms: int) -> None:
        """A resting order became smaller in place (its own counts are already updated)."""

    def snapshot(self, limit: int) -> BookSnapshot:
        """The book down to `limit` levels a side."""

    def publish_best(self, now_ms: int) -> None:
        """Tell a change of the best quote, if there was one since the last time."""
