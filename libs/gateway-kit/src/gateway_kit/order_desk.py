"""The order half of a gateway, as a pure object: commands of the OMS in, requests to the venue and messages out.

The way of an order through it is synchronous: last gate → rate limiter → dialect → `transmit`. The answer, or its
absence, comes back by key (`order_outcomes` says what it means). A place is sent once in its life. A cancel is wanted
even when it is late, so what could not be sent is tried again.
"""

from collections.abc import Callable, Iterable

from crossbook.messages.base import Operation, OrderState
from crossbook.messages.gateway import AmendOrder, CancelOrder, OrderUnknown, PlaceOrder, QueryOrder
from crossbook.messages.market import InstrumentDefinition
from gateway_kit.client_ids import render
from gateway_kit.in_flight import InFlight, Sent
from gateway_kit.last_gate import LastGate, Stop
from gateway_kit.order_dialect import OrderDialect
from gateway_kit.order_outcomes import OrderOutcomes
from gateway_kit.order_records import OrderBookOfOurs, OrderRecord
from gateway_kit.order_reports import Home, OrderReports, Tell
from gateway_kit.order_words import Answer
from gateway_kit.outcome_resolver import Question
from gateway_kit.put_off_cancels import PutOffCancels
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.requests import PRIORITY, Channel, Kind, Outgoing
from gateway_kit.sent_ids import SentIds
from gateway_kit.stream_canary import StreamCanary
from gateway_kit.tradables import Tradable

Transmit = Callable[[Outgoing], int]
"""Sends now and returns the monotonic stamp; 0 when certainly nothing left."""


class OrderDesk:
    """Orders of one market. Time and the venue's clock come in with every call; outputs leave by the callbacks."""

    def __init__(
        self,
        home: Home,
        desk: int,
        dialect: OrderDialect,
        limiter: RateLimiter,
        *,
        transmit: Transmit,
        tell: Tell,
        resolve: Callable[[Question], None],
        request_timeout_ms: int = 3_000,
        canary_ms: int = 2_000,
    ) -> None:
        """`resolve` starts an outcome resolver, whose verdict comes back to `outcomes.verdict`."""
        self.dialect = dialect
        self.gate = LastGate(reduce_only_known=dialect.capabilities.reduce_only)
        self.book = OrderBookOfOurs()
        self.reports = OrderReports(home, desk, self.book, tell)
        self.canary = StreamCanary(canary_ms)
        self.cancels = PutOffCancels()
        self.outcomes = OrderOutcomes(self.book, self.reports, self.canary, self.cancels, tell, resolve)
        self.channel: Channel | None = None
        """The channel that is up now."""
        self.duplicates = 0
        """Places that came twice and were not sent again."""
        self.tradables: dict[str, Tradable] = {}
        self._limiter = limiter
        self._transmit = transmit
        self._tell = tell
        self._in_flight = InFlight(request_timeout_ms)
        self._sent_ids = SentIds()

    def set_instruments(self, definitions: Iterable[InstrumentDefinition]) -> None:
        """The allow-list with its present rules."""
        self.tradables = {definition.instrument: Tradable.of(definition) for definition in definitions}
        self.reports.set_tradables({tradable.symbol: tradable for tradable in self.tradables.values()})

    def place(self, order: PlaceOrder, now_ns: int, venue_ms: int) -> Sent | None:
        """Send a new order. The request if it left, else None and the OMS was told why."""
        if order.order_id in self._sent_ids:
            self._ask_again(order)
            return None
        tradable = self.tradables.get(order.instrument)
        stop = self.gate.check_place(order, tradable, now_ns)
        if stop is not None or tradable is None:
            self.outcomes.not_sent(order.order_id, Operation.PLACE, stop or _not_allowed(order.instrument))
            return None
        record = OrderRecord(order.order_id, tradable, render(order.order_id))
        record.price_ticks, record.qty_lots = order.price_ticks, order.qty_lots
        self._sent_ids.add(order.order_id)
        self.book.add(record)
        out = self._prepare(Kind.PLACE, record, now_ns, order.valid_until_ns)
        if isinstance(out, Outgoing):
            out.payload = self.dialect.place(out.channel, out.key, order, tradable, record.client_id, venue_ms)
        sent = self._send(out, record, Operation.PLACE, order)
        if isinstance(sent, Sent):
            return sent
        self.book.end(record, OrderState.DENIED)
        self.outcomes.not_sent(order.order_id, Operation.PLACE, sent)
        return None

    def amend(self, order: AmendOrder, now_ns: int, venue_ms: int) -> Sent | None:
        """Change an order. The request if it left, else None and the OMS was told why."""
        tradable = self.tradables.get(order.instrument)
        stop = self.gate.check_amend(order, tradable, now_ns)
        if stop is not None or tradable is None:
            self.outcomes.not_sent(order.order_id, Operation.AMEND, stop or _not_allowed(order.instrument))
            return None
        record = self._record(order.order_id, order.venue_order_id, tradable)
        out = self._cannot_amend(order, record) or self._prepare(Kind.AMEND, record, now_ns, order.valid_until_ns)
        if isinstance(out, Outgoing):
            record.replacement_id = replacement_id = self._replacement_id(order, record)
            out.payload = self.dialect.amend(
                out.channel, out.key, order, tradable, record.client_id, replacement_id, venue_ms
            )
        sent = self._send(out, record, Operation.AMEND, order)
        if isinstance(sent, Sent):
            return sent
        if isinstance(out, Outgoing):
            record.replacement_id = ""
        self.outcomes.not_sent(order.order_id, Operation.AMEND, sent)
        return None

    def cancel(self, order: CancelOrder, now_ns: int, venue_ms: int) -> Sent | None:
        """Cancel an order, by whatever identity is known of it. None when it could not leave: it is tried again."""
        tradable = self.tradables.get(order.instrument)
        if tradable is None:
            self.outcomes.not_sent(order.order_id, Operation.CANCEL, _not_allowed(order.instrument))
            return None
        record = self._record(order.order_id, order.venue_order_id, tradable)
        record.cancel_wanted = order
        out = self._prepare(Kind.CANCEL, record, now_ns, 0)
        if isinstance(out, Outgoing):
            out.payload = self.dialect.cancel(
                out.channel, out.key, tradable.symbol, record.client_id, record.venue_order_id, venue_ms
            )
        sent = self._send(out, record, Operation.CANCEL, order)
        if isinstance(sent, Sent):
            self.cancels.drop(order.order_id)
            return sent
        if not self.cancels.put_off(order, now_ns):
            self.outcomes.not_sent(order.order_id, Operation.CANCEL, sent)
        return None

    def query(self, order: QueryOrder) -> None:
        """Find out what became of an order (the OMS asks, after a restart or a doubt)."""
        tradable = self.tradables.get(order.instrument)
        if tradable is None:
            self._tell(OrderUnknown(order.order_id, order.operation, f"not_allowed {order.instrument}", 0))
            return
        record = self._record(order.order_id, order.venue_order_id, tradable)
        self.outcomes.ask(record, order.operation, order.created_time_ns // 1_000_000)

    def on_answer(self, key: int, answer: Answer, now_ns: int) -> None:
        """The answer to the request with this key, or the certainty that none will come."""
        sent = self._in_flight.take(key)
        if sent is None:
            return
        try:
            self.outcomes.answer(sent, answer, now_ns)
        except (ArithmeticError, ValueError) as error:  # a number that is none: the venue spoke, and said nothing
            self.outcomes.unknown(sent, f"unusable answer: {error!r}")

    def on_link_lost(self, channel: Channel, reason: str) -> None:
        """The connection that carried requests is gone: each one without an answer is unknown."""
        for sent in self._in_flight.take_all(channel):
            self.outcomes.unknown(sent, reason)

    def on_timer(self, now_ns: int, venue_ms: int) -> None:
        """Call it every few tens of milliseconds: late answers become unknown outcomes, put-off cancels are sent."""
        for sent in self._in_flight.overdue(now_ns):
            self.outcomes.unknown(sent, "no answer in time")
        if not len(self.cancels):
            return
        for order in self.cancels.due(now_ns):
            record = self.book.get(order.order_id)
            if record is not None and not record.is_live:
                self.cancels.drop(order.order_id)
            else:
                self.cancel(order, now_ns, venue_ms)

    @property
    def undecided(self) -> int:
        """Places and amends whose outcome is open: until there are none, "no order left" cannot be claimed."""
        return sum(1 for r in self.book.live() if r.question or r.replacement_id or r.state is OrderState.PENDING)

    def _prepare(self, kind: Kind, record: OrderRecord, now_ns: int, not_after_ns: int) -> Outgoing | Stop:
        channel = self.channel
        if channel is None:
            return Stop("not_connected", "no channel to the venue is up")
        symbol = record.tradable.symbol
        cost = self.dialect.cost(kind, channel, symbol)
        retry_ns = self._limiter.take(cost, PRIORITY[kind], channel, now_ns)
        if retry_ns:
            return Stop("rate_limited", f"retry_in_ms={(retry_ns - now_ns) // 1_000_000}")
        key = self._in_flight.next_key()
        return Outgoing(key, kind, channel, b"", cost, symbol, record.order_id, not_after_ns)

    def _send(
        self,
        out: Outgoing | Stop,
        record: OrderRecord,
        operation: Operation,
        command: PlaceOrder | AmendOrder | CancelOrder,
    ) -> Sent | Stop:
        if isinstance(out, Stop):
            return out
        sent = Sent(out, operation, record, command)
        self._in_flight.add(sent)  # before sending: an answer may come while the call has not yet returned
        out.sent_ns = self._transmit(out)
        if out.sent_ns:
            return sent
        self._in_flight.take(out.key)
        return Stop("not_connected", "nothing left: connection down, or the deadline passed")

    def _cannot_amend(self, order: AmendOrder, record: OrderRecord) -> Stop | None:
        can = self.dialect.capabilities
        if record.replacement_id:
            return Stop("amend_under_way", f"replacement={record.replacement_id}")
        if can.amend_in_place or self._is_size_down(order):
            return None
        if not can.amend_by_replacement:
            return Stop("amend_unsupported", "cancel and place instead")
        filled = max(record.cumulative_lots, record.filled_lots)
        if filled or record.adopted:
            # A fill between our decision and the cancel would make old and new together more than was wanted.
            return Stop("amend_partially_filled", f"filled_lots={filled}")
        return None

    def _is_size_down(self, order: AmendOrder) -> bool:
        same_price = order.price_ticks == order.old_price_ticks
        return self.dialect.capabilities.amend_size_down and same_price and order.qty_lots < order.old_qty_lots

    def _replacement_id(self, order: AmendOrder, record: OrderRecord) -> str:
        if self.dialect.capabilities.amend_in_place or self._is_size_down(order):
            return ""
        record.replacement += 1
        return render(order.order_id, record.replacement)

    def _record(self, order_id: int, venue_order_id: str, tradable: Tradable) -> OrderRecord:
        """The record of an order; a new one for what another life of this gateway sent."""
        record = self.book.get(order_id)
        if record is None:
            record = OrderRecord(order_id, tradable, render(order_id), venue_order_id, adopted=True)
            record.state = OrderState.OPEN
            self.book.add(record)
            self._sent_ids.add(order_id)
        return record

    def _ask_again(self, order: PlaceOrder) -> None:
        """A place that was already sent: never again, but the OMS seems not to know what became of it."""
        self.duplicates += 1
        tradable = self.tradables.get(order.instrument)
        if tradable is not None:
            self.outcomes.ask(self._record(order.order_id, "", tradable), Operation.PLACE)


def _not_allowed(instrument: str) -> Stop:
    return Stop("not_allowed", f"instrument={instrument}")
