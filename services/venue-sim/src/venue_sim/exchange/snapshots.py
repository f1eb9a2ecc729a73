"""Answers to queries that are no order: the book, an account's margin, fee rates, marks."""

from msgspec import Struct

from venue_sim.exchange.amounts import Atoms


class BookSnapshot(Struct, frozen=True):
    """The book down to some depth, best first, consistent with the stream up to `update_id`."""

    market: str
    symbol: str
    update_id: int
    bids: list[tuple[Atoms, Atoms]]
    """(price, quantity)."""
    asks: list[tuple[Atoms, Atoms]]
    time_ms: int
    """When the last change happened."""


class Margin(Struct, frozen=True):
    """State of a perpetual account's wallet (cross margin, one asset)."""

    asset: str
    wallet: Atoms
    unrealised_pnl: Atoms
    position_margin: Atoms
    """Initial margin of positions, at the mark."""
    order_margin: Atoms
    """Initial margin of open orders."""
    maintenance_margin: Atoms
    available: Atoms
    """wallet + unrealised - position margin - order margin, not under 0."""


class FeeRates(Struct, frozen=True):
    """Fractions of notional in atoms (0.02 % = 20_000)."""

    maker: Atoms
    taker: Atoms


class Mark(Struct, frozen=True):
    """Present mark of a perpetual."""

    mark: Atoms
    index: Atoms
    funding_rate: Atoms
    next_funding_ms: int
    time_ms: int


class LastPrices(Struct, frozen=True):
    """Of an instrument: last trade, volume weighted average of the last minutes; 0 when there was no trade."""

    last: Atoms
    average: Atoms
