"""What gateways say about orders: acks, rejects, reports, unknowns. Turns each into the lifecycle's event, no more.

Requests answered out of order, twice or not at all are the normal case here. A report says what an order *is*; it ends
a pending amend or cancel only where it shows that operation's effect, or where it answers our own question.
"""

from crossbook.errors import ErrorClass
from crossbook.messages.base import Operation, OrderState
from crossbook.messages.gateway import (
    OrderAbsent,
    OrderAcked,
    OrderNotSent,
    OrderRejected,
    OrderReport,
    OrderUnknown,
)
from crossbook.order_lifecycle import OrderEvent
from oms.cancels import Cancels
from oms.context import Context
from oms.gateways import Gateway
from oms.orders import Orders
from oms.queries import Queries
from oms.rows import Order

_ENDS = {
    OrderState.FILLED: OrderEvent.FILLED,
    OrderState.CANCELLED: OrderEvent.CANCELLED,
    OrderState.REJECTED: OrderEvent.REJECTED,
    OrderState.EXPIRED: OrderEvent.EXPIRED,
}
_ASK = frozenset({ErrorClass.NOT_FOUND, ErrorClass.DUPLICATE_ID, ErrorClass.UNKNOWN_OUTCOME, ErrorClass.BUG})
"""Refusals that prove nothing about the order: it may be filled, ended, or exist already. The venue is asked."""
_REFUSED = {
    Operation.PLACE: OrderEvent.REJECTED,
    Operation.AMEND: OrderEvent.AMEND_REFUSED,
    Operation.CANCEL: OrderEvent.CANCEL_REFUSED,
}


class VenueWords:
    """Applies gateways' answers to orders."""

    def __init__(self, context: Context, orders: Orders, cancels: Cancels, queries: Queries) -> None:
        self._context = context
        self._orders = orders
        self._cancels = cancels
        self._queries = queries

    def acked(self, order: Order, message: OrderAcked) -> None:
        """The venue took an operation."""
        self._name(order, message.venue_order_id)
        if message.operation is Operation.CANCEL:
            self._orders.touch(order)  # the order ends by its report
            return
        if message.operation is Operation.AMEND:
            self._amend_took(order, message.price_ticks, message.qty_lots)
        elif order.state not in (OrderState.PENDING, OrderState.UNKNOWN):
            self._orders.touch(order)  # a place is acked once; what is pending now is another operation
            return
        self._settle(order, message.operation, OrderEvent.ACKED)

    def rejected(self, order: Order, message: OrderRejected) -> None:
        """The venue refused an operation, or answered something that leaves open what became of the order."""
        reason = f"{message.code} {message.message}".strip()
        error = _error_class(message.error_class)
        self._context.risk_actions.extend(self._context.risk.on_reject(order.instrument, error, self._context.now_ns))
        if error in _ASK and order.state.is_terminal:
            return
        if error in _ASK:
            self._orders.apply(order, OrderEvent.OUTCOME_UNKNOWN, reason, unknown=message.operation)
            self._queries.ask(order, message.operation)
            return
        self._refused(order, message.operation, _REFUSED[message.operation], reason)

    def not_sent(self, order: Order, message: OrderNotSent) -> None:
        """A gateway refused a command that never left it."""
        self.never_left(order, message.operation, f"{message.code} {message.context}".strip())

    def never_left(self, order: Order, operation: Operation, reason: str) -> None:
        """A command is known not to have reached the venue. For a place that holds only if nothing says otherwise."""
        if operation is not Operation.PLACE:
            self._refused(order, operation, OrderEvent.NOT_SENT, reason)
        elif order.venue_order_ids or order.filled_qty:
            text = f"order {order.order_id} was never sent, says its gateway; the venue knows it"
            self._context.out.alert("page", "order_contradiction", order.instrument, text, reason)
        else:
            self._orders.apply(order, OrderEvent.PLACE_NOT_SENT, reason)

    def unknown(self, order: Order, message: OrderUnknown) -> None:
        """The bytes may have left: the gateway's resolver is asking already, and says so by its reports."""
        if order.state.is_terminal:
            return
        self._orders.apply(order, OrderEvent.OUTCOME_UNKNOWN, message.reason, unknown=message.operation)
        self._queries.asked(order)

    def report(self, gateway: Gateway, message: OrderReport) -> None:
        """The venue's picture of an order."""
        order = self._orders.get(message.order_id)
        if order is None:
            self._stray(gateway, message)
            return
        self._name(order, message.venue_order_id)
        order.reported_lots = max(order.reported_lots, message.cumulative_lots)
        end = _ENDS.get(message.state)
        if end is not None:
            self._end(order, end, message)
        elif order.state.is_terminal:
            self._lives_on(gateway, order, message)
        else:
            self._rests(order, message)

    def absent(self, order: Order, message: OrderAbsent) -> None:
        """The venue never had it. What contradicts that (a fill, an ack) is told to a human and the order kept."""
        if order.filled_lots or order.reported_lots:
            text = f"order {order.order_id} has fills, yet the venue says it never had it"
            self._context.out.alert("page", "order_contradiction", order.instrument, text, message.evidence)
            return
        self._orders.apply(order, OrderEvent.PROVEN_ABSENT, f"absent: {message.evidence}")

    def _refused(self, order: Order, operation: Operation, event: OrderEvent, reason: str) -> None:
        if operation is Operation.AMEND and order.pending_qty_lots:
            self._orders.amended(order, 0, 0)
        self._settle(order, operation, event, reason)

    def _settle(self, order: Order, operation: Operation, event: OrderEvent, reason: str = "") -> None:
        """Apply the answer to an operation; while another operation is pending, only to what is known meanwhile."""
        other = {Operation.AMEND: OrderState.PENDING_CANCEL, Operation.CANCEL: OrderState.PENDING_AMEND}
        if order.state is other.get(operation):
            order.reason = reason or order.reason
            self._orders.touch(order)
            return
        unknown = order.unknown_operation
        if order.state is OrderState.UNKNOWN and event is OrderEvent.ACKED and unknown is not operation:
            self._orders.touch(order)
            return
        self._orders.apply(order, event, reason)
        if order.state is OrderState.UNKNOWN and unknown is operation:
            self._resolve(order, reason)

    def _resolve(self, order: Order, reason: str) -> None:
        """The very operation that was unknown is now known not to have happened: the order rests as it was."""
        self._orders.apply(order, OrderEvent.ACKED, reason)

    def _rests(self, order: Order, message: OrderReport) -> None:
        """OPEN or PARTIALLY_FILLED: ends what is pending only where it answers it."""
        answered = message.source in ("query", "reconcile")
        shows_amend = bool(order.pending_qty_lots) and (
            (message.price_ticks, message.qty_lots) == (order.pending_price_ticks, order.pending_qty_lots)
        )
        operation = order.unknown_operation
        if order.state is OrderState.UNKNOWN:
            if not (answered or operation is Operation.PLACE or (operation is Operation.AMEND and shows_amend)):
                self._orders.touch(order)
                return
            if order.pending_qty_lots or (answered and message.qty_lots):
                self._orders.amended(order, message.price_ticks, message.qty_lots)
            self._orders.apply(order, OrderEvent.ACKED)
            if order.cancel_wanted:
                self._cancels.cancel(order)
        elif order.state is OrderState.PENDING_AMEND and not shows_amend:
            self._orders.touch(order)
        else:
            if shows_amend:
                self._orders.amended(order, message.price_ticks, message.qty_lots)
            self._orders.apply(order, OrderEvent.ACKED)

    def _end(self, order: Order, event: OrderEvent, message: OrderReport) -> None:
        if order.pending_qty_lots and event is OrderEvent.CANCELLED and message.source == "stream":
            # An amend that replaces ends the old venue order under the same id; only the venue knows which this is.
            self._orders.apply(order, OrderEvent.OUTCOME_UNKNOWN, "ended during an amend", unknown=Operation.AMEND)
            self._queries.ask(order, Operation.AMEND)
            return
        self._orders.apply(order, event, message.reason)
        if order.awaits_fills:
            self._queries.fills_missing(order)

    def _lives_on(self, gateway: Gateway, order: Order, message: OrderReport) -> None:
        """We hold it for ended, the venue says it rests: an old message, or a conclusion of ours was wrong."""
        old = message.source == "stream" or message.received_ns <= order.ended_ns
        if old or order.state is OrderState.FILLED:
            return
        text = f"order {order.order_id} is {order.state} here and rests at the venue: cancelling it"
        self._context.out.alert("page", "order_lives", order.instrument, text)
        self._cancels.stray(gateway, order.order_id, order.instrument, message.venue_order_id)

    def _stray(self, gateway: Gateway, message: OrderReport) -> None:
        if message.state.is_terminal or not message.instrument:
            return
        text = f"order {message.order_id} of this desk rests at the venue and is not known here: cancelling it"
        self._context.out.alert("page", "order_unknown_here", message.instrument, text)
        self._cancels.stray(gateway, message.order_id, message.instrument, message.venue_order_id)

    def _amend_took(self, order: Order, price_ticks: int, qty_lots: int) -> None:
        """What stands after an amend; also one we had given up for refused, if the venue names what it made of it."""
        if order.pending_qty_lots or (price_ticks and qty_lots):
            self._orders.amended(order, price_ticks or order.pending_price_ticks, qty_lots or order.pending_qty_lots)

    @staticmethod
    def _name(order: Order, venue_order_id: str) -> None:
        if venue_order_id and venue_order_id not in order.venue_order_ids:
            order.venue_order_ids = (*order.venue_order_ids, venue_order_id)


def _error_class(name: str) -> ErrorClass:
    """A class of a newer gateway than this OMS says nothing we could act on: its outcome is unknown."""
    try:
        return ErrorClass(name)
    except ValueError:
        return ErrorClass.UNKNOWN_OUTCOME
