"""Worst-case exposure: filled, open, in flight, unknown and pending amends together, always the worse side.

A *cell* is one position with the orders that could move it: of an account in an instrument, and of a strategy in it.
`long` is the position if everything on the buy side filled and nothing on the sell side, `short` the other way round.
Cells add up into *totals*: gross value (venue, strategy, everything) and net quantity (asset, asset on a venue). Every
change touches one order, its two cells and their totals, so that it costs the same whatever the size of the business.

Orders are reserved before they are sent and leave only by the venue's word. An order's *ceiling* is the most it could
ever fill, in units of `risk.units`, the already filled part included; what is reserved is the ceiling less the filled.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crossbook.messages.base import Side


@dataclass(slots=True)
class Gross:
    """Sum of the valued worst cases of its cells, in value units."""

    name: str
    value: int = 0


@dataclass(slots=True)
class Net:
    """Sums of the long and of the short worst case of its cells, in quantity units; short is below zero when short."""

    name: str
    long: int = 0
    short: int = 0


class Cell:
    """One position and the orders that could move it. Changed only through `move` and `revalue`."""

    __slots__ = ("account", "gross", "instrument", "net", "open_buy", "open_sell", "position", "price", "value")

    def __init__(self, account: str, instrument: str, gross: Iterable[Gross], net: Iterable[Net]) -> None:
        """A flat cell that adds up into those totals."""
        self.account, self.instrument = account, instrument
        self.gross, self.net = tuple(gross), tuple(net)
        self.position = self.open_buy = self.open_sell = 0
        self.price = 0
        """Price units per base unit, in the reporting currency; 0 while nothing is known."""
        self.value = 0
        """The valued worst case, as it stands in the gross totals."""

    @property
    def long(self) -> int:
        """The position if every buy filled and no sell."""
        return self.position + self.open_buy

    @property
    def short(self) -> int:
        """The position if every sell filled and no buy; below zero when that is short."""
        return self.position - self.open_sell

    def worst_after(self, side: Side, extra: int) -> int:
        """The larger of the two sides, as a size, once `extra` more could fill on `side`."""
        long, short = self.position + self.open_buy, self.position - self.open_sell
        if side is Side.BUY:
            long += extra
        else:
            short -= extra
        return max(abs(long), abs(short))

    def increase(self, side: Side, extra: int) -> int:
        """By how much the valued worst case would grow with `extra` more on `side`; never below zero."""
        return max(self.worst_after(side, extra) * self.price - self.value, 0)

    def move(self, position: int, open_buy: int, open_sell: int) -> None:
        """Add to the position and to what is open on each side."""
        self.position += position
        self.open_buy += open_buy
        self.open_sell += open_sell
        for net in self.net:
            net.long += position + open_buy
            net.short += position - open_sell
        self._count()

    def revalue(self, price: int) -> None:
        """Value the cell at another price."""
        self.price = price
        self._count()

    def _count(self) -> None:
        value = max(abs(self.position + self.open_buy), abs(self.position - self.open_sell)) * self.price
        change = value - self.value
        if change:
            self.value = value
            for gross in self.gross:
                gross.value += change


@dataclass(slots=True)
class OrderExposure:
    """What one order could still do. It outlives the order's end while the venue owes us fills of it.

    `lot_units` is what a lot was when it was placed: the venue counts its fills in those.
    """

    side: Side
    cells: tuple[Cell, ...]
    ceiling: int
    lot_units: int
    filled: int = 0
    ended: bool = False

    @property
    def reserved(self) -> int:
        """What could still fill."""
        return max(self.ceiling - self.filled, 0)


class ExposureBook:
    """All cells, their totals, and what every order has reserved in them."""

    def __init__(self) -> None:
        """An empty book."""
        self._cells: dict[tuple[str, str, str], Cell] = {}
        self._of_instrument: dict[str, list[Cell]] = {}
        self._prices: dict[str, int] = {}
        self._gross: dict[str, Gross] = {}
        self._net: dict[str, Net] = {}
        self._orders: dict[int, OrderExposure] = {}

    def gross(self, name: str) -> Gross:
        """The gross total of that name (`all`, `venue:<v>`, `strategy:<s>`, …); made when first asked for."""
        return self._gross.setdefault(name, Gross(name))

    def net(self, name: str) -> Net:
        """The net total of that name (`asset:<a>`, `asset:<a>@<venue>`); made when first asked for."""
        return self._net.setdefault(name, Net(name))

    def cell(self, strategy: str, account: str, instrument: str) -> Cell | None:
        """The cell of a strategy (empty: of the whole account) in an instrument, if there is one."""
        return self._cells.get((strategy, account, instrument))

    def open_cell(
        self, strategy: str, account: str, instrument: str, gross: tuple[str, ...], net: tuple[str, ...]
    ) -> Cell:
        """That cell, made with those totals when there is none."""
        cell = self._cells.get((strategy, account, instrument))
        if cell is None:
            cell = Cell(account, instrument, map(self.gross, gross), map(self.net, net))
            cell.revalue(self._prices.get(instrument, 0))
            self._cells[strategy, account, instrument] = cell
            self._of_instrument.setdefault(instrument, []).append(cell)
        return cell

    def account_cells(self) -> Iterator[Cell]:
        """The cells of whole accounts, in the order they were made."""
        return (cell for (strategy, _, _), cell in self._cells.items() if not strategy)

    def strategy_cells(self, strategy: str) -> Iterator[Cell]:
        """The cells of one strategy."""
        return (cell for (owner, _, _), cell in self._cells.items() if owner == strategy)

    def mark(self, instrument: str, price: int) -> None:
        """Value the instrument's cells at `price` (price units)."""
        self._prices[instrument] = price
        for cell in self._of_instrument.get(instrument, ()):
            cell.revalue(price)

    def order(self, order_id: int) -> OrderExposure | None:
        """What that order has reserved, if it is known."""
        return self._orders.get(order_id)

    def reserve(
        self, order_id: int, side: Side, cells: tuple[Cell, ...], ceiling: int, lot_units: int = 1, filled: int = 0
    ) -> None:
        """Count a new order before it is sent.

        Raises ValueError when the id is in use or nothing could fill: an order the book cannot count must not be sent.
        """
        if order_id in self._orders or ceiling <= 0:
            raise ValueError(f"order {order_id} cannot reserve {ceiling}: known={order_id in self._orders}")
        order = self._orders[order_id] = OrderExposure(side, cells, ceiling, lot_units, filled)
        self._open(order, order.reserved)

    def set_ceiling(self, order_id: int, ceiling: int) -> None:
        """Count another ceiling for the order: an amend was asked for, or was answered. An unknown order is ignored."""
        order = self._orders.get(order_id)
        if order is None or order.ended:
            return
        before = order.reserved
        order.ceiling = ceiling
        self._open(order, order.reserved - before)

    def withdraw(self, order_id: int) -> None:
        """Forget an order that was never sent."""
        order = self._orders.pop(order_id)
        self._open(order, -order.reserved)

    def fill(self, order_id: int, side: Side, cells: tuple[Cell, ...], qty: int) -> None:
        """Move a trade from open to position.

        `cells` are the trade's own; what exceeds the order's ceiling, or belongs to no order of ours, moves the
        position alone.
        """
        order = self._orders.get(order_id)
        if order is None:
            for cell in cells:
                cell.move(side * qty, 0, 0)
            return
        before = order.reserved
        order.filled += qty
        released = before - order.reserved
        for cell in order.cells:
            cell.move(side * qty, *_on_side(order.side, -released))
        self._forget_if_settled(order_id, order)

    def end(self, order_id: int, filled_at_venue: int | None) -> None:
        """Release what can no longer fill.

        What the venue says was filled stays reserved until those fills are applied; None releases everything.
        """
        order = self._orders.get(order_id)
        if order is None:
            return
        before = order.reserved
        order.ended = True
        order.ceiling = order.filled if filled_at_venue is None else filled_at_venue
        self._open(order, order.reserved - before)
        self._forget_if_settled(order_id, order)

    def _forget_if_settled(self, order_id: int, order: OrderExposure) -> None:
        if order.ended and not order.reserved:
            del self._orders[order_id]

    @staticmethod
    def _open(order: OrderExposure, change: int) -> None:
        for cell in order.cells:
            cell.move(0, *_on_side(order.side, change))


def _on_side(side: Side, qty: int) -> tuple[int, int]:
    return (qty, 0) if side is Side.BUY else (0, qty)
