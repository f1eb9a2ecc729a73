"""From the venue's words about orders and fills to messages for the OMS.

Words come from four sources (answers, the private stream, queries, reconciliation), late, doubled and in any order. An
order word carries state only, a fill word quantity only; fills are told each time they are heard, keyed by the venue's
trade id, and the OMS counts each once. The end of a leg that is being replaced is not the end of the order: it is held
until the venue has said whether the new leg took its place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from crossbook.messages.base import Message, Operation, OrderState
from crossbook.messages.gateway import ForeignOrder, OrderReport, VenueFill
from gateway_kit.client_ids import parse_of_desk
from gateway_kit.order_records import OrderBookOfOurs, OrderRecord
from gateway_kit.order_words import FillWord, OrderWord
from gateway_kit.tradables import Tradable

Tell = Callable[[Message], None]

_CONCLUDED = (OrderState.REJECTED, OrderState.DENIED)
"""Ends that we concluded from a refusal or an absence; the venue may still know better."""


@dataclass(frozen=True, slots=True)
class Home:
    """Whose account this is."""

    venue: str
    account: str
    market: str


@dataclass(slots=True)
class ReportCounts:
    """What was odd."""

    foreign: int = 0
    unknown_symbol: int = 0
    late_leg: int = 0
    revived: int = 0


class OrderReports:
    """Applies words to records and tells the OMS."""

    def __init__(self, home: Home, desk: int, book: OrderBookOfOurs, tell: Tell) -> None:
        """`desk`: whose orders are ours."""
        self._home = home
        self.desk = desk
        self._book = book
        self._tell = tell
        self.by_symbol: dict[str, Tradable] = {}
        self._foreign: set[tuple[str, str]] = set()
        self.counts = ReportCounts()

    def set_tradables(self, tradables: dict[str, Tradable]) -> None:
        """Instruments by the venue's symbol; words about others are counted and left alone."""
        self.by_symbol = tradables

    def order(self, word: OrderWord, source: str, now_ns: int) -> OrderRecord | None:
        """Apply an order word; the record it belongs to, or None when it is not ours."""
        record = self._record_of(word)
        if record is None:
            return None
        if source == "stream":
            record.on_stream = True
            record.end_on_stream |= word.state.is_terminal
        if word.venue_order_id in record.old_venue_ids:
            self.counts.late_leg += 1
            return record
        if record.venue_order_id and word.venue_order_id != record.venue_order_id:
            if not self._is_newer_leg(record, word):
                self.counts.late_leg += 1
                return record
            self.adopt_leg(record, word.client_order_id, word.venue_order_id)
        elif not record.venue_order_id or self._is_newer_leg(record, word):
            self.adopt_leg(record, word.client_order_id, word.venue_order_id)
        if self._is_held(record, word):
            record.held_end = word
            return record
        self._apply(record, word, source, now_ns)
        return record

    def release_end(self, record: OrderRecord, now_ns: int) -> None:
        """The replacement did not happen: if the old leg ended meanwhile, that was the end of the order."""
        record.replacement_id = ""
        held, record.held_end = record.held_end, None
        if held is not None:
            self._apply(record, held, "stream", now_ns)

    def adopt_leg(self, record: OrderRecord, client_id: str, venue_order_id: str) -> None:
        """The venue confirmed a replacement: from here on it is the order."""
        self._book.set_venue_id(record, venue_order_id)
        if record.client_id != client_id:
            record.client_id, record.held_end = client_id, None
        if record.replacement_id == client_id:
            record.replacement_id = ""

    def fill(self, word: FillWord, source: str, now_ns: int) -> OrderRecord | None:
        """Tell a fill; the record it belongs to, or None when the order is not (known to be) ours."""
        tradable = self.by_symbol.get(word.symbol)
        if tradable is None:
            self.counts.unknown_symbol += 1
            return None
        record = self._book.by_venue_id(word.symbol, word.venue_order_id)
        mine = parse_of_desk(word.client_order_id, self.desk) if word.client_order_id else None
        if record is None and mine is not None:
            record = self._book.get(mine.order_id)
        order_id = record.order_id if record else (mine.order_id if mine else 0)
        if record is not None:
            record.trades[word.trade_id] = tradable.lots_of(word.qty)
        self._tell(self._fill_message(word, tradable, order_id, source, now_ns))
        return record

    def _fill_message(self, word: FillWord, tradable: Tradable, order_id: int, source: str, now_ns: int) -> VenueFill:
        return VenueFill(
            order_id=order_id,
            venue=self._home.venue,
            account=self._home.account,
            instrument=tradable.instrument,
            venue_trade_id=word.trade_id,
            venue_order_id=word.venue_order_id,
            side=word.side,
            price=Decimal(word.price),
            qty=Decimal(word.qty) * tradable.definition.contract_size,
            fee=Decimal(word.fee or "0"),
            fee_asset=word.fee_asset,
            maker=word.maker,
            venue_time_ns=word.venue_time_ns,
            received_ns=now_ns,
            source=source,
        )

    def _record_of(self, word: OrderWord) -> OrderRecord | None:
        tradable = self.by_symbol.get(word.symbol)
        if tradable is None:
            self.counts.unknown_symbol += 1
            return None
        record = self._book.by_venue_id(word.symbol, word.venue_order_id)
        if record is not None:
            return record
        mine = parse_of_desk(word.client_order_id, self.desk)
        if mine is None:
            self._report_foreign(word, tradable)
            return None
        record = self._book.get(mine.order_id)
        if record is None:
            record = OrderRecord(mine.order_id, tradable, word.client_order_id, word.venue_order_id, adopted=True)
            self._book.add(record)
        return record

    def _is_newer_leg(self, record: OrderRecord, word: OrderWord) -> bool:
        said = parse_of_desk(word.client_order_id, self.desk)
        known = parse_of_desk(record.client_id, self.desk)
        return said is not None and known is not None and said.replacement > known.replacement

    @staticmethod
    def _is_held(record: OrderRecord, word: OrderWord) -> bool:
        return bool(record.replacement_id) and word.state is OrderState.CANCELLED

    def _apply(self, record: OrderRecord, word: OrderWord, source: str, now_ns: int) -> None:
        tradable = record.tradable
        lots = tradable.lots_of(word.cumulative)
        if word.state.is_terminal:
            self._book.end(record, word.state)
        elif not record.is_live:
            if record.state not in _CONCLUDED:
                return  # an older word overtaken by the venue's own end
            self.counts.revived += 1
            self._book.revive(record, word.state)
        else:
            record.state = word.state
            self._learn_leg(record, word)
        record.cumulative_lots = max(record.cumulative_lots, lots)
        record.price_ticks, record.qty_lots = tradable.ticks_of(word.price), tradable.lots_of(word.qty)
        self._settle(record, word)
        self._tell(
            OrderReport(
                order_id=record.order_id,
                venue_order_id=word.venue_order_id,
                state=word.state,
                price_ticks=record.price_ticks,
                qty_lots=record.qty_lots,
                cumulative_lots=lots,
                reason=word.reason,
                venue_time_ns=word.venue_time_ns,
                received_ns=now_ns,
                source=source,
                instrument=tradable.instrument,
            )
        )

    def _learn_leg(self, record: OrderRecord, word: OrderWord) -> None:
        """Only the newest leg of an order lives: seen alive, its number is the last one used."""
        named = parse_of_desk(word.client_order_id, self.desk)
        if named is not None:
            record.replacement = max(record.replacement, named.replacement)
            record.adopted = False

    @staticmethod
    def _settle(record: OrderRecord, word: OrderWord) -> None:
        """An end settles every question, life that of a place; what became of an amend or cancel a query must say."""
        asked = record.question.operation if record.question else None
        if word.state.is_terminal or asked is Operation.PLACE:
            record.question = None

    def _report_foreign(self, word: OrderWord, tradable: Tradable) -> None:
        key = (word.symbol, word.venue_order_id)
        if word.state.is_terminal:
            self._foreign.discard(key)
            return
        if key in self._foreign:
            return
        self._foreign.add(key)
        self.counts.foreign += 1
        self._tell(
            ForeignOrder(
                tradable.instrument,
                word.client_order_id,
                word.venue_order_id,
                word.side,
                Decimal(word.price or "0"),
                Decimal(word.qty or "0") * tradable.definition.contract_size,
                word.venue_time_ns,
            )
        )
