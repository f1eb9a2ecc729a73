"""What became of a request: every way it can end has one meaning (DESIGN §6.5).

Taken, refused, certainly not done, or unknown. An unknown outcome is handed to a resolver and stays unknown until the
venue speaks; that a cancel found no order is a question too, and not an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from crossbook.errors import ErrorClass
from crossbook.messages.base import Operation, OrderState
from crossbook.messages.gateway import (
    AmendOrder,
    CancelOrder,
    OrderAbsent,
    OrderAcked,
    OrderNotSent,
    OrderRejected,
    OrderUnknown,
)
from gateway_kit.error_table import PASSING
from gateway_kit.in_flight import Sent
from gateway_kit.last_gate import Stop
from gateway_kit.order_records import OrderBookOfOurs, OrderRecord
from gateway_kit.order_reports import OrderReports, Tell
from gateway_kit.order_words import Accepted, Answer, FillWord, NoAnswer, OrderWord, Refusal
from gateway_kit.outcome_resolver import Absent, Found, Question, Verdict
from gateway_kit.put_off_cancels import PutOffCancels
from gateway_kit.stream_canary import StreamCanary


@dataclass(slots=True)
class OutcomeCounts:
    """How requests ended, for metrics."""

    acked: int = 0
    rejected: int = 0
    not_sent: int = 0
    unknown: int = 0
    errors: dict[ErrorClass, int] = field(default_factory=dict)


class OrderOutcomes:
    """Turns answers, their absence, and the verdicts of resolvers into messages and records."""

    def __init__(
        self,
        book: OrderBookOfOurs,
        reports: OrderReports,
        canary: StreamCanary,
        cancels: PutOffCancels,
        tell: Tell,
        resolve: Callable[[Question], None],
    ) -> None:
        """`resolve` starts an outcome resolver, whose verdict comes back to `verdict`."""
        self.counts = OutcomeCounts()
        self._book = book
        self._reports = reports
        self._canary = canary
        self._cancels = cancels
        self._tell = tell
        self._resolve = resolve

    def answer(self, sent: Sent, answer: Answer, now_ns: int) -> None:
        """The answer to a request, or the certainty that none will come."""
        if isinstance(answer, Accepted):
            self._accepted(sent, answer, now_ns)
        elif isinstance(answer, Refusal):
            self._refused(sent, answer, now_ns)
        elif isinstance(answer, NoAnswer) and not answer.sent:
            self._not_done(sent, answer.reason, now_ns)
        else:
            text = answer.reason if isinstance(answer, NoAnswer) else f"answer is {type(answer).__name__}"
            self.unknown(sent, text)

    def unknown(self, sent: Sent, reason: str) -> None:
        """No answer, or one that does not say. What the stream has shown meanwhile is not unknown."""
        record = sent.record
        if not record.is_live or (sent.operation is Operation.PLACE and record.on_stream):
            return
        self.counts.unknown += 1
        self._tell(OrderUnknown(record.order_id, sent.operation, reason, sent.outgoing.sent_ns))
        self.ask(record, sent.operation)

    def not_sent(self, order_id: int, operation: Operation, stop: Stop) -> None:
        """Ours: it never left, or certainly did nothing."""
        self.counts.not_sent += 1
        self._tell(OrderNotSent(order_id, operation, stop.code, stop.context))

    def ask(self, record: OrderRecord, operation: Operation, created_ms: int = 0) -> None:
        """Have a resolver find out what became of an order, unless one is at work on it already."""
        if record.question is not None:
            return
        newest = (record.replacement_id,) if record.replacement_id else ()
        record.question = Question(
            order_id=record.order_id,
            operation=operation,
            symbol=record.tradable.symbol,
            client_ids=(*newest, record.client_id),
            venue_order_id=record.venue_order_id,
            created_ms=created_ms,
            adopted=record.adopted,
        )
        self._resolve(record.question)

    def is_settled(self, question: Question) -> bool:
        """Whether the venue's word has come by another way."""
        record = self._book.get(question.order_id)
        return record is None or record.question is not question

    def verdict(self, question: Question, verdict: Verdict, now_ns: int) -> None:
        """A resolver is done. An order that lives although its cancel was asked for is cancelled again."""
        record = self._book.get(question.order_id)
        if record is None or record.question is not question:
            return
        record.question = None
        if isinstance(verdict, Found):
            for fill in verdict.trades.words:
                self.fill(fill, "query", now_ns)
            self.order(verdict.word, "query", now_ns)
        elif isinstance(verdict, Absent):
            self._absent(record, question, verdict, now_ns)
        if record.replacement_id == question.client_ids[0]:
            self._reports.release_end(record, now_ns)
        if record.is_live and record.cancel_wanted is not None:
            self._cancels.put_off(record.cancel_wanted, now_ns, at_once=True)

    def order(self, word: OrderWord, source: str, now_ns: int) -> None:
        """The venue's word about an order."""
        record = self._reports.order(word, source, now_ns)
        if record is None:
            return
        if source == "stream":
            self._canary.on_stream(record.order_id)
        if not record.is_live:
            self._cancels.drop(record.order_id)

    def fill(self, word: FillWord, source: str, now_ns: int) -> None:
        """The venue's word about a trade."""
        record = self._reports.fill(word, source, now_ns)
        if record is not None and source == "stream":
            self._canary.on_stream(record.order_id)

    def _accepted(self, sent: Sent, answer: Accepted, now_ns: int) -> None:
        record, operation = sent.record, sent.operation
        self.counts.acked += 1
        price_ticks = qty_lots = 0
        if operation is Operation.AMEND:
            price_ticks, qty_lots = self._amended(sent, answer, now_ns)
        elif not record.venue_order_id:
            self._book.set_venue_id(record, answer.venue_order_id)
        if record.question is not None and record.question.operation is operation:
            record.question = None
        if record.state is OrderState.PENDING:
            record.state = OrderState.OPEN
        heard = record.end_on_stream if operation is Operation.CANCEL else record.on_stream
        if operation is not Operation.AMEND and not heard:
            self._canary.on_acked(record.order_id, now_ns)
        self._tell(
            OrderAcked(
                record.order_id,
                operation,
                answer.venue_order_id,
                answer.venue_time_ns,
                sent.outgoing.sent_ns,
                now_ns,
                price_ticks,
                qty_lots,
            )
        )
        for fill in answer.fills:
            self.fill(fill, "answer", now_ns)
        if answer.word is not None and answer.word.state.is_terminal:
            self.order(answer.word, "answer", now_ns)

    def _amended(self, sent: Sent, answer: Accepted, now_ns: int) -> tuple[int, int]:
        record, command = sent.record, sent.command
        if record.replacement_id and answer.client_order_id == record.replacement_id:
            self._reports.adopt_leg(record, answer.client_order_id, answer.venue_order_id)
            if record.cancel_wanted is not None:
                self._cancels.put_off(record.cancel_wanted, now_ns, at_once=True)
        record.replacement_id = ""
        if isinstance(command, AmendOrder):
            record.price_ticks, record.qty_lots = command.price_ticks, command.qty_lots
        if answer.word is not None and answer.word.price:
            record.price_ticks = record.tradable.ticks_of(answer.word.price)
            record.qty_lots = record.tradable.lots_of(answer.word.qty)
        return record.price_ticks, record.qty_lots

    def _refused(self, sent: Sent, refusal: Refusal, now_ns: int) -> None:
        error_class, record = refusal.error_class, sent.record
        self.counts.errors[error_class] = self.counts.errors.get(error_class, 0) + 1
        reason = f"{refusal.code} {refusal.message}"
        if error_class in PASSING:
            self._not_done(sent, reason, now_ns)
        elif error_class in (ErrorClass.UNKNOWN_OUTCOME, ErrorClass.DUPLICATE_ID):
            self.unknown(sent, reason)
        elif error_class is ErrorClass.NOT_FOUND and sent.operation is Operation.CANCEL:
            if not record.replacement_id:  # else the amend's outcome will tell
                self.ask(record, Operation.CANCEL)
        elif error_class is ErrorClass.CLOCK and isinstance(sent.command, CancelOrder):
            self._not_done(sent, reason, now_ns)
        else:
            self._rejected(sent, refusal, now_ns)

    def _rejected(self, sent: Sent, refusal: Refusal, now_ns: int) -> None:
        record, operation = sent.record, sent.operation
        self.counts.rejected += 1
        if operation is Operation.PLACE:
            self._book.end(record, OrderState.REJECTED)
        elif operation is Operation.CANCEL:
            record.cancel_wanted = None
        self._tell(
            OrderRejected(
                record.order_id,
                operation,
                refusal.code,
                refusal.message,
                refusal.error_class.value,
                sent.outgoing.sent_ns,
                now_ns,
            )
        )
        if operation is Operation.AMEND:
            self._amend_refused(record, refusal, now_ns)

    def _amend_refused(self, record: OrderRecord, refusal: Refusal, now_ns: int) -> None:
        if refusal.cancelled is not None:
            record.replacement_id, record.held_end = "", None
            self.order(refusal.cancelled, "answer", now_ns)
            return
        self._reports.release_end(record, now_ns)
        if refusal.error_class is ErrorClass.NOT_FOUND and record.is_live:
            self.ask(record, Operation.AMEND)

    def _not_done(self, sent: Sent, reason: str, now_ns: int) -> None:
        record, operation, stop = sent.record, sent.operation, Stop("not_done", reason)
        if isinstance(sent.command, CancelOrder):
            if self._cancels.put_off(sent.command, now_ns):
                return
        elif operation is Operation.PLACE:
            self._book.end(record, OrderState.DENIED)
        else:
            self._reports.release_end(record, now_ns)
        self.not_sent(record.order_id, operation, stop)

    def _absent(self, record: OrderRecord, question: Question, verdict: Absent, now_ns: int) -> None:
        if verdict.older is not None:
            record.replacement_id, record.held_end = "", None
            self.order(verdict.older, "query", now_ns)
        elif record.is_live:
            self._book.end(record, OrderState.REJECTED)
            self._tell(OrderAbsent(record.order_id, verdict.evidence))
