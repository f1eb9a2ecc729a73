"""The book of a recorded symbol, rebuilt from a snapshot and diffs by the venue's rules."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from venue_sim.exchange.amounts import Atoms, trusted_atoms
from venue_sim.exchange.ladder import Ladder
from venue_sim.exchange.terms import Side

_BUFFERED = 5_000


class Touch(Struct, frozen=True):
    """A best quote, as the venue told it apart from the depth."""

    update_id: int
    bid: Atoms
    bid_quantity: Atoms
    ask: Atoms
    ask_quantity: Atoms


class RecordedBook:
    """Depth exactly as of the last diff, with the newer best quote laid over it when asked for what is on offer.

    Sync rules (Binance): a diff that ends before the book is old; spot diffs must begin at most one past the book;
    a USD-M diff's `pu` must be the book's id, except for the first after a snapshot, which must straddle it.
    """

    def __init__(self) -> None:
        self.update_id = 0
        self.changed_ms = 0
        self.synced = False
        self._fresh = False
        self._ladders: dict[Side, Ladder[Atoms]] = {side: Ladder(side) for side in Side}
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_BUFFERED)
        self._touch = Touch(0, 0, 0, 0, 0)

    def rebase(self, snapshot: dict[str, Any]) -> None:
        """Start anew from a REST snapshot, then apply what waited for it."""
        self.update_id = int(snapshot["lastUpdateId"])
        for side, key in ((Side.BUY, "bids"), (Side.SELL, "asks")):
            self._ladders[side].clear()
            for price, quantity in snapshot[key]:
                self._ladders[side].put(trusted_atoms(price), trusted_atoms(quantity))
        self.synced = self._fresh = True
        waiting, self._waiting = list(self._waiting), deque(maxlen=_BUFFERED)
        for diff in waiting:
            self.apply(diff)

    def apply(self, diff: dict[str, Any]) -> None:
        """Apply a diff, or hold it until there is a snapshot. A gap leaves the book unsynced."""
        if not self.synced:
            self._waiting.append(diff)
        elif diff["u"] < self.update_id or (diff["u"] == self.update_id and "pu" not in diff):
            return
        elif not self._follows(diff):
            self.synced = False
            self._waiting.clear()
        else:
            self.update_id, self.changed_ms, self._fresh = int(diff["u"]), int(diff["E"]), False
            self._change(diff)

    def touch(self, message: dict[str, Any]) -> None:
        """Take a best quote, unless it is older than the depth or the one before."""
        update_id = int(message["u"])
        if update_id > max(self.update_id, self._touch.update_id):
            self._touch = Touch(update_id, *(trusted_atoms(message[key]) for key in ("b", "B", "a", "A")))

    def levels(self, side: Side) -> Iterator[tuple[Atoms, Atoms]]:
        """(price, quantity) of the depth, best first."""
        return iter(self._ladders[side])

    def offered(self, side: Side) -> Iterator[tuple[Atoms, Atoms]]:
        """(price, quantity) best first, by the newest word: the best quote where it is newer than the depth."""
        if self._touch.update_id <= self.update_id:
            yield from self._ladders[side]
            return
        touch, is_bid = self._touch, side is Side.BUY
        best = touch.bid if is_bid else touch.ask
        yield best, touch.bid_quantity if is_bid else touch.ask_quantity
        for price, quantity in self._ladders[side]:
            if price < best if is_bid else price > best:
                yield price, quantity

    def displayed(self, side: Side, price: Atoms) -> Atoms:
        """Quantity shown at a price by the newest word, 0 where there is none."""
        touch, is_bid = self._touch, side is Side.BUY
        if touch.update_id > self.update_id:
            best = touch.bid if is_bid else touch.ask
            if price == best:
                return touch.bid_quantity if is_bid else touch.ask_quantity
            if price > best if is_bid else price < best:
                return 0
        return self._ladders[side].get(price) or 0

    def _follows(self, diff: dict[str, Any]) -> bool:
        if "pu" not in diff:
            return bool(diff["U"] <= self.update_id + 1)
        if self._fresh:
            return bool(diff["U"] <= self.update_id <= diff["u"] or diff["pu"] <= self.update_id < diff["U"])
        return bool(diff["pu"] == self.update_id)

    def _change(self, diff: dict[str, Any]) -> None:
        for side, key in ((Side.BUY, "b"), (Side.SELL, "a")):
            ladder = self._ladders[side]
            for price_text, quantity_text in diff[key]:
                price, quantity = trusted_atoms(price_text), trusted_atoms(quantity_text)
                if quantity:
                    ladder.put(price, quantity)
                else:
                    ladder.drop(price)
