"""Mark prices over time: told once a second, with funding paid when it is due."""

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.events import MarkChanged
from venue_sim.exchange.floor import Floor
from venue_sim.exchange.listing import FUNDING_INTERVAL_MS, Listing
from venue_sim.exchange.operator import VenueOperator

TOLD_EVERY_MS = 1_000


class Marks:
    """Keeps every perpetual's mark told and its funding paid."""

    def __init__(self, floor: Floor, operator: VenueOperator) -> None:
        self._floor = floor
        self._operator = operator

    def pin(self, listing: Listing, mark: Atoms, index: Atoms, funding_rate: Atoms) -> None:
        """Give a listing its mark from outside instead of its mid; 0 unpins."""
        listing.pinned_mark, listing.index, listing.funding_rate = mark, index, funding_rate

    def advance(self, now_ms: int) -> None:
        """Tell marks that are due and pay funding that is due."""
        for listing in self._floor.listings.values():
            if listing.is_perpetual:
                self._pay(listing, now_ms)
                self._tell(listing, now_ms)

    def _pay(self, listing: Listing, now_ms: int) -> None:
        if listing.next_funding_ms and now_ms >= listing.next_funding_ms:
            name, symbol = listing.market.name, listing.instrument.symbol
            self._operator.apply_funding(name, symbol, listing.funding_rate, now_ms)
        listing.next_funding_ms = now_ms - now_ms % FUNDING_INTERVAL_MS + FUNDING_INTERVAL_MS

    def _tell(self, listing: Listing, now_ms: int) -> None:
        if now_ms - listing.mark_told_ms < TOLD_EVERY_MS:
            return
        mark = listing.mark(now_ms)
        if mark.mark:
            listing.mark_told_ms = now_ms
            name, symbol = listing.market.name, listing.instrument.symbol
            self._floor.outbox.emit(
                MarkChanged(name, symbol, mark.mark, mark.index, mark.funding_rate, mark.next_funding_ms, now_ms)
            )
