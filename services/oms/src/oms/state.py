"""The tables of the OMS. Recovery fills them row by row; the parts of the core read and change them."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from crossbook.order_ids import unpack
from oms.rows import (
    AccountResult,
    Adjustment,
    AppliedFill,
    AssetHolding,
    Blocks,
    CommandCounter,
    Desk,
    FillKeys,
    GatewayEpoch,
    Holding,
    Movement,
    Opening,
    Order,
    OrderSequence,
    Removed,
    Row,
    Verdict,
)

Key = TypeVar("Key")

FillKey = tuple[str, str, str]
"""Venue, account, instrument."""


class State:
    """Every table. `live` holds the orders that are not done: those that can still change exposure."""

    def __init__(self) -> None:
        self.desk = Desk(0, 0)
        self.sequence = OrderSequence(0, 0)
        self.orders: dict[int, Order] = {}
        self.live: dict[int, Order] = {}
        self.ended: OrderedDict[int, None] = OrderedDict()
        self.verdicts: OrderedDict[tuple[str, int], Verdict] = OrderedDict()
        self.fills: dict[FillKey, dict[str, int]] = {}
        self.holdings: dict[tuple[str, str, str], Holding] = {}
        self.assets: dict[tuple[str, str, str, str], AssetHolding] = {}
        self.movements: dict[tuple[str, str, str, str], Movement] = {}
        self.results: dict[str, AccountResult] = {}
        self.blocks = Blocks(())
        self.counters: dict[str, CommandCounter] = {}
        self.epochs: dict[str, GatewayEpoch] = {}
        self.openings: dict[tuple[str, str, str], Opening] = {}

    def upsert(self, row: Row) -> None:
        """Take a row as the journal tells it."""
        match row:
            case Order():
                self.put_order(row)
                self._count(row.order_id)
            case Verdict():
                self.verdicts[row.strategy, row.intent_id] = row
            case AppliedFill(fill=fill):
                key = (fill.venue, fill.account, fill.instrument)
                self.fills.setdefault(key, {})[fill.venue_trade_id] = fill.venue_time_ns
            case FillKeys():
                key = (row.venue, row.account, row.instrument)
                self.fills.setdefault(key, {}).update(zip(row.ids, row.times, strict=True))
            case Holding():
                self.holdings[row.account, row.instrument, row.strategy] = row
            case AssetHolding(balance=b):
                self.assets[b.venue, b.account, b.market, b.asset] = row
            case Movement():
                self.movements[row.venue, row.account, row.market, row.venue_id] = row
            case _:
                self._upsert_single(row)

    def _upsert_single(self, row: Row) -> None:
        match row:
            case AccountResult():
                self.results[row.account] = row
            case Blocks():
                self.blocks = row
            case CommandCounter():
                self.counters[row.sender] = row
            case GatewayEpoch():
                self.epochs[row.gateway] = row
            case Opening():
                self.openings[row.venue, row.account, row.market] = row
            case Desk():
                self.desk = row
            case OrderSequence():
                if row.epoch >= self.sequence.epoch:
                    self.sequence = row
            case Removed():
                self._remove(row)
            case Adjustment():
                pass  # history: its effect stands in the holding it changed
            case _:
                raise TypeError(f"no table for {type(row).__name__}")

    def put_order(self, order: Order) -> None:
        """Put an order where its state says it belongs."""
        self.orders[order.order_id] = order
        if order.is_done:
            self.live.pop(order.order_id, None)
            self.ended[order.order_id] = None
        else:
            self.live[order.order_id] = order
            self.ended.pop(order.order_id, None)

    def surplus(self, orders_kept: int, verdicts_kept: int) -> Removed | None:
        """Forget what is beyond the numbers kept, the oldest first; None when nothing is."""
        orders = _oldest(self.ended, orders_kept)
        verdicts = _oldest(self.verdicts, verdicts_kept)
        if not orders and not verdicts:
            return None
        removed = Removed(tuple(orders), tuple(verdicts))
        self._remove(removed)
        return removed

    def forget_fills(self, before_time_ns: int) -> int:
        """Forget identities of fills older than that; returns how many. Snapshots carry what is left."""
        forgotten = 0
        for seen in self.fills.values():
            old = [trade for trade, time_ns in seen.items() if time_ns < before_time_ns]
            for trade in old:
                del seen[trade]
            forgotten += len(old)
        return forgotten

    def rows(self, part: int = 0, parts: int = 1) -> Iterator[Row]:
        """Every row, or one of `parts` shares of them that together are every row."""
        singles: list[Iterable[Row]] = [
            (self.desk, self.sequence, self.blocks),
            self.holdings.values(),
            self.assets.values(),
            self.results.values(),
            self.counters.values(),
            self.epochs.values(),
            self.openings.values(),
            self.movements.values(),
        ]
        if part == 0:
            for table in singles:
                yield from table
            yield from (FillKeys(*key, list(seen), list(seen.values())) for key, seen in self.fills.items())
        yield from (order for order in self.orders.values() if order.order_id % parts == part)
        yield from (verdict for verdict in self.verdicts.values() if verdict.intent_id % parts == part)

    def settle(self) -> None:
        """Bring every table into the order of its keys, so that equal contents behave equally from here on.

        What was read from a snapshot and what was read from the whole history then differ in nothing.
        """
        tables: tuple[dict[Any, Any], ...] = (
            *(self.orders, self.live, self.ended, self.verdicts, self.holdings, self.assets, self.movements),
            *(self.results, self.counters, self.epochs, self.openings, self.fills),
        )
        for table in tables:
            _sort(table)
        for seen in self.fills.values():
            _sort(seen)

    def copied_rows(self) -> Iterator[Row]:
        """Every row, as values of its own."""
        yield from (copy(row) for row in self.rows())

    def _remove(self, row: Removed) -> None:
        for order_id in row.orders:
            self.orders.pop(order_id, None)
            self.live.pop(order_id, None)
            self.ended.pop(order_id, None)
        for key in row.verdicts:
            self.verdicts.pop(key, None)

    def _count(self, order_id: int) -> None:
        parts = unpack(order_id)
        if parts.epoch > self.sequence.epoch:
            self.sequence = OrderSequence(parts.epoch, parts.sequence)
        elif parts.epoch == self.sequence.epoch:
            self.sequence.sequence = max(self.sequence.sequence, parts.sequence)


def _oldest(table: Mapping[Key, object], kept: int) -> list[Key]:
    return list(islice(table, max(0, len(table) - kept)))


def _sort(table: dict[Any, Any]) -> None:
    rows = sorted(table.items(), key=itemgetter(0))
    table.clear()
    table.update(rows)
