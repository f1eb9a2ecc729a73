"""Cancelling: one order, a scope, and again until the venue ends it. A cancel is never denied and never given up."""

from collections.abc import Iterable

from crossbook.messages.gateway import CancelAllOrders, CancelOrder
from crossbook.order_lifecycle import OrderEvent
from oms.context import Context
from oms.gateways import Gateway, Gateways
from oms.orders import Orders
from oms.rows import Order
from risk.scopes import in_scope

MS = 1_000_000


class Cancels:
    """Sends cancels and remembers which are still wanted."""

    def __init__(self, context: Context, orders: Orders, gateways: Gateways) -> None:
        self._context = context
        self._orders = orders
        self._gateways = gateways
        self._sent_ns: dict[int, int] = {}
        self._requests = 0
        orders.on_done.append(self._done)

    def cancel(self, order: Order, decided_ns: int = 0, tick_received_ns: int = 0, *, together: bool = False) -> None:
        """Ask the venue to cancel one live order. Without a gateway the wish stands until there is one.

        `together`: a cancel-all of its instrument has just been sent, so that the order needs none of its own yet.
        """
        order.cancel_wanted = True
        gateway = self._gateways.owner(order.account, order.instrument)
        if gateway is None or not gateway.up:
            self._orders.touch(order)
            return
        self._orders.apply(order, OrderEvent.CANCEL_SENT, unknown=order.unknown_operation)
        self._sent_ns[order.order_id] = self._context.now_ns
        if not together:
            self._send(gateway, order, decided_ns, tick_received_ns)

    def cancel_scope(self, scope: str, reason: str) -> int:
        """Cancel every live order in a scope; returns how many there were."""
        wanted = [
            order
            for order in self._context.state.live.values()
            if not order.state.is_terminal and in_scope(scope, instrument=order.instrument, strategy=order.strategy)
        ]
        together = not scope.startswith("strategy:")
        if together:
            self._cancel_all_at(wanted)
        for order in wanted:
            order.reason = order.reason or reason
            self.cancel(order, together=together)
        return len(wanted)

    def cancel_orders(self, orders: Iterable[Order]) -> int:
        """Cancel these one by one; returns how many."""
        live = [order for order in orders if not order.state.is_terminal]
        for order in live:
            self.cancel(order)
        return len(live)

    def again(self) -> None:
        """Repeat the cancels whose order has not ended in time."""
        pause_ns = self._context.settings.cancel_again_ms * MS
        now_ns = self._context.now_ns
        for order in list(self._context.state.live.values()):
            if order.cancel_wanted and not order.state.is_terminal:
                last_ns = self._sent_ns.get(order.order_id)
                if last_ns is None or now_ns - last_ns > pause_ns:
                    self.cancel(order)

    def kill_switch(self) -> None:
        """Every gateway: cancel everything of this desk, also what we do not know of."""
        for gateway in self._gateways.all():
            self._requests += 1
            request = CancelAllOrders(self._requests, self._context.state.desk.epoch, (), self._context.now_ns)
            self._gateways.send(gateway, request)

    def stray(self, gateway: Gateway, order_id: int, instrument: str, venue_order_id: str) -> None:
        """Cancel an order of this desk that stands at the venue and should not."""
        epoch, now_ns = self._context.state.desk.epoch, self._context.now_ns
        self._gateways.send(gateway, CancelOrder(order_id, epoch, instrument, venue_order_id, 0, now_ns, now_ns))

    def _done(self, order: Order) -> None:
        self._sent_ns.pop(order.order_id, None)

    def _send(self, gateway: Gateway, order: Order, decided_ns: int, tick_received_ns: int) -> None:
        now_ns = self._context.now_ns
        self._context.risk.cancel_sent(order.order_id, now_ns)
        self._gateways.send(
            gateway,
            CancelOrder(
                order.order_id,
                self._context.state.desk.epoch,
                order.instrument,
                order.venue_order_id,
                tick_received_ns,
                decided_ns or now_ns,
                now_ns,
            ),
        )

    def _cancel_all_at(self, orders: list[Order]) -> None:
        """One request per gateway for all instruments concerned: cheaper than many, and it ends strays as well."""
        concerned: dict[tuple[str, str], None] = {(order.account, order.instrument): None for order in orders}
        by_gateway: dict[bytes, list[str]] = {}
        for account, instrument in concerned:
            gateway = self._gateways.owner(account, instrument)
            if gateway is not None and gateway.up:
                by_gateway.setdefault(gateway.peer, []).append(instrument)
        for peer, instruments in by_gateway.items():
            self._requests += 1
            epoch, now_ns = self._context.state.desk.epoch, self._context.now_ns
            self._context.out.command(peer, CancelAllOrders(self._requests, epoch, tuple(instruments), now_ns))
