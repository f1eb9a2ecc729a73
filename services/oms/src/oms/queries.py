"""Questions to the venue: about one order until its outcome is proven, and about fills that are known to be missing."""

from crossbook.messages.base import Operation, OrderState
from crossbook.messages.gateway import QueryOrder
from crossbook.order_lifecycle import OrderEvent, pending_operation
from oms.context import Context
from oms.gateways import Gateway, Gateways
from oms.orders import Orders
from oms.rows import Order

MS = 1_000_000


class Queries:
    """Asks, and asks again."""

    def __init__(self, context: Context, orders: Orders, gateways: Gateways) -> None:
        self._context = context
        self._orders = orders
        self._gateways = gateways
        self._asked_ns: dict[int, int] = {}
        self.accounts_missing_fills: dict[tuple[str, str], None] = {}
        """(account, instrument) for which the venue counts more than it has told; reconciliation takes them up."""
        orders.on_done.append(self._done)

    def _done(self, order: Order) -> None:
        self._asked_ns.pop(order.order_id, None)

    def ask(self, order: Order, operation: Operation) -> None:
        """Ask the gateway what became of an order; without one, `again` does it later."""
        gateway = self._gateways.owner(order.account, order.instrument)
        if gateway is None or not gateway.up:
            return
        self.asked(order)
        self._gateways.send(
            gateway,
            QueryOrder(
                order.order_id,
                self._context.state.desk.epoch,
                order.instrument,
                order.venue_order_id,
                operation,
                order.created_time_ns,
            ),
        )

    def asked(self, order: Order) -> None:
        """Somebody is asking already."""
        self._asked_ns[order.order_id] = self._context.now_ns

    def fills_missing(self, order: Order) -> None:
        """The venue counts more as filled than it has told us trades of."""
        self.accounts_missing_fills[order.account, order.instrument] = None

    def link_lost(self, gateway: Gateway) -> int:
        """In-flight operations of a gateway that is gone are UNKNOWN; returns how many."""
        lost = 0
        for order in list(self._context.state.live.values()):
            operation = pending_operation(order.state)
            if operation and self._gateways.owner(order.account, order.instrument) is gateway:
                self._orders.apply(order, OrderEvent.OUTCOME_UNKNOWN, "gateway link lost", unknown=operation)
                lost += 1
        return lost

    def ask_all(self, gateway: Gateway) -> int:
        """A new link: ask about every order that has not ended; returns how many."""
        asked = 0
        for order in list(self._context.state.live.values()):
            if self._gateways.owner(order.account, order.instrument) is not gateway or order.state.is_terminal:
                continue
            operation = pending_operation(order.state) or order.unknown_operation or Operation.PLACE
            if order.state is not OrderState.UNKNOWN:
                self._orders.apply(order, OrderEvent.OUTCOME_UNKNOWN, "link was down", unknown=operation)
            self.ask(order, operation)
            asked += 1
        return asked

    def again(self) -> None:
        """Turn operations without an answer into UNKNOWN, and ask again about what is unknown."""
        settings, now_ns = self._context.settings, self._context.now_ns
        for order in list(self._context.state.live.values()):
            operation = pending_operation(order.state)
            if operation and now_ns - order.updated_ns > settings.answer_timeout_ms * MS:
                self._orders.apply(order, OrderEvent.OUTCOME_UNKNOWN, "no answer", unknown=operation)
            if order.state is OrderState.UNKNOWN:
                asked_ns = self._asked_ns.get(order.order_id)
                if asked_ns is None or now_ns - asked_ns > settings.query_again_ms * MS:
                    self.ask(order, order.unknown_operation or Operation.PLACE)
            if order.awaits_fills and order.state.is_terminal:
                self.fills_missing(order)
