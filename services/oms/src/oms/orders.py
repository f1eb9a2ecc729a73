"""Orders of ours: every change of one goes through here, by the lifecycle table, and is told to risk and the world."""

from collections.abc import Callable, Collection

import msgspec

from crossbook.messages.base import Operation, OrderState
from crossbook.messages.orders import OrderUpdate
from crossbook.order_ids import unpack
from crossbook.order_lifecycle import IllegalTransition, OrderEvent, after_fill, next_state, resting_state
from oms.context import Context
from oms.rows import Order

_SETTLED = (OrderEvent.ACKED, OrderEvent.AMEND_REFUSED, OrderEvent.CANCEL_REFUSED, OrderEvent.NOT_SENT)
"""Events after which a live order rests at the venue."""


class Orders:
    """Applies events to orders. `on_change` hears of each change after it was made."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.on_done: list[Callable[[Order], None]] = []
        self.contradictions = 0
        self._reserved: set[int] = set()
        self._told: dict[int, tuple[object, ...]] = {}

    def get(self, order_id: int) -> Order | None:
        """The order of that id, live or ended; None when it is not (or no longer) known."""
        return self._context.state.orders.get(order_id)

    def add(self, order: Order) -> None:
        """A new order, approved and reserved."""
        self._context.state.put_order(order)
        self._changed(order)

    def apply(self, order: Order, event: OrderEvent, reason: str = "", *, unknown: Operation | None = None) -> bool:
        """Move an order by the table. False, with an alert, when the event contradicts what is known of it."""
        before = order.state
        try:
            state = next_state(before, event)
        except IllegalTransition as contradiction:
            self._contradicted(order, contradiction, reason)
            return False
        if event in _SETTLED and state is OrderState.OPEN:
            state = self._settled(order, event)
        if event is OrderEvent.ACKED and state is before and self._says_nothing_new(order, reason):
            self._context.out.changed(order)
            return True
        if state is OrderState.UNKNOWN:
            order.unknown_operation = unknown or order.unknown_operation or Operation.PLACE
        else:
            order.unknown_operation = None
        self._enter(order, state, reason)
        return True

    def amended(self, order: Order, price_ticks: int, qty_lots: int) -> None:
        """The venue's word on what stands now: after an amend it took, refused, or never got."""
        order.price_ticks, order.qty_lots = price_ticks or order.price_ticks, qty_lots or order.qty_lots
        order.pending_price_ticks = order.pending_qty_lots = 0
        if not order.state.is_terminal:
            self._context.risk.amend_resolved(order.order_id, order.price_ticks, order.qty_lots)

    def filled(self, order: Order) -> None:
        """Fills were added to the order: see what they mean for its state."""
        state = after_fill(order.state, order.filled_lots, order.worst_lots)
        self._enter(order, state, order.reason)

    def restore_risk(self, instruments: Collection[str]) -> None:
        """Reserve again, once, what orders of an earlier life on these instruments could still do."""
        for order in self._context.state.live.values():
            if order.instrument not in instruments or order.order_id in self._reserved:
                continue
            self._reserved.add(order.order_id)
            if unpack(order.order_id).epoch != self._context.state.desk.epoch:
                update = msgspec.structs.replace(self.update_of(order), state=OrderState.UNKNOWN)
                self._context.risk.restore(update)
                if order.state.is_terminal:
                    self._context.risk.order_ended(order.order_id, order.reported_lots)

    def touch(self, order: Order) -> None:
        """Something other than the state changed."""
        self._changed(order)

    def update_of(self, order: Order) -> OrderUpdate:
        """The order as others see it."""
        return OrderUpdate(
            order.order_id,
            order.intent_id,
            order.strategy,
            order.account,
            order.instrument,
            order.revision,
            order.side,
            order.order_type,
            order.tif,
            order.price_ticks,
            order.qty_lots,
            order.filled_lots,
            order.state,
            order.unknown_operation,
            order.venue_order_id,
            order.reason,
            order.updated_ns,
            order.post_only,
            order.reduce_only,
            order.purpose,
            order.pending_price_ticks,
            order.pending_qty_lots,
            order.created_time_ns,
        )

    @staticmethod
    def _says_nothing_new(order: Order, reason: str) -> bool:
        """Each operation is answered twice, on the request's channel and on the private stream: told once is enough."""
        same = not order.pending_qty_lots and order.unknown_operation is None and reason in ("", order.reason)
        return same and len(order.venue_order_ids) == 1

    @staticmethod
    def _settled(order: Order, event: OrderEvent) -> OrderState:
        """Where an order stands once nothing is pending: a place the venue has not answered is still pending itself."""
        if event is not OrderEvent.ACKED and not order.venue_order_ids and not order.filled_qty:
            return OrderState.PENDING
        return resting_state(order.filled_lots)

    def _enter(self, order: Order, state: OrderState, reason: str) -> None:
        ended = state.is_terminal and not order.state.is_terminal
        order.state = state
        order.reason = reason or order.reason
        if ended:
            order.ended_ns = self._context.now_ns
            order.cancel_wanted = False
            order.pending_price_ticks = order.pending_qty_lots = 0
            self._context.risk.order_ended(order.order_id, max(order.reported_lots, order.filled_lots))
        self._changed(order)
        if ended:
            for told in self.on_done:
                told(order)

    def _changed(self, order: Order) -> None:
        context = self._context
        order.updated_ns = context.now_ns
        context.state.put_order(order)
        context.out.changed(order)
        self._tell(order)

    def _tell(self, order: Order) -> None:
        """Publish the order, unless everybody has heard just that: venues repeat themselves, at all readers' cost."""
        news = (
            *(order.state, order.unknown_operation, order.price_ticks, order.qty_lots, order.filled_qty),
            *(order.pending_price_ticks, order.pending_qty_lots, order.reason, order.venue_order_ids),
        )
        if self._told.get(order.order_id) == news:
            return
        self._told[order.order_id] = news
        self._context.out.publish(f"orders.{order.strategy}", self.update_of(order))
        if order.is_done:
            del self._told[order.order_id]

    def _contradicted(self, order: Order, contradiction: IllegalTransition, reason: str) -> None:
        self.contradictions += 1
        text = f"order {order.order_id} is {contradiction.state}, yet the venue or gateway says {contradiction.event}"
        self._context.out.alert("warn", "order_contradiction", order.instrument, text, reason)
