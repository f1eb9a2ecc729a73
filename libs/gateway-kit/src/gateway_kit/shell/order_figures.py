"""Figures of a market's orders, in the names that the console, the bench and the run's report read."""

from collections.abc import Callable, Mapping

from crossbook.messages.base import Message
from crossbook.messages.gateway import OrderAcked, OrderRejected
from crossbook.telemetry import Metrics
from gateway_kit.in_flight import Sent


class OrderFigures:
    """Both markets of a gateway count into the same counters and histograms."""

    def __init__(self, metrics: Metrics, market: str, counts: Callable[[], Mapping[str, int]]) -> None:
        """`counts`: what the market's desk counts by itself."""
        self._sent, self._acked = metrics.counter("orders_sent"), metrics.counter("orders_acked")
        self._rejects = metrics.counter("rejects")
        self._decision = metrics.histogram("decision_to_submission_ns")
        self._tick = metrics.histogram("tick_to_order_ns")
        self._oms_to_sent = metrics.histogram("oms_to_sent_ns")
        self._ack = metrics.histogram("venue_ack_ns")
        metrics.observe(f"orders.{market}", counts)

    def sent(self, sent: Sent | None) -> None:
        """A place, amend or cancel left (None: it did not)."""
        if sent is None:
            return
        self._sent.add()
        sent_ns, command = sent.outgoing.sent_ns, sent.command
        self._oms_to_sent.record(max(0, sent_ns - command.oms_sent_ns))
        if command.decided_ns:
            self._decision.record(max(0, sent_ns - command.decided_ns))
        if command.tick_received_ns:
            self._tick.record(max(0, sent_ns - command.tick_received_ns))

    def told(self, message: Message) -> None:
        """A message to the OMS."""
        if isinstance(message, OrderAcked):
            self._acked.add()
            self._ack.record(max(0, message.acked_ns - message.sent_ns))
        elif isinstance(message, OrderRejected):
            self._rejects.add()
