"""Intents of strategies: judged once, answered at once, sent only when approved and journalled.

The same `intent_id` again gets the same verdict again and does nothing else. Everything the OMS itself must refuse
(recovering, no gateway, journal full) is refused before risk is asked, so that nothing is reserved for it.
"""

from crossbook.messages.base import Message, Operation, OrderState, OrderType
from crossbook.messages.gateway import AmendOrder, PlaceOrder
from crossbook.messages.orders import Accepted, AmendIntent, CancelAllIntent, CancelIntent, Denied, PlaceIntent
from crossbook.order_ids import pack
from crossbook.order_lifecycle import OrderEvent
from oms.cancels import Cancels
from oms.context import Context
from oms.gateways import Gateway, Gateways
from oms.orders import Orders
from oms.pairs import Pairs
from oms.refusals import Refusal
from oms.rows import Order, Verdict
from oms.strategies import Strategies
from risk.denials import Denial
from risk.gate import ApprovedAmend, ApprovedOrder

_AMENDABLE = frozenset({OrderState.OPEN, OrderState.PARTIALLY_FILLED})


class Intake:
    """Takes intents, gives verdicts."""

    def __init__(
        self, context: Context, orders: Orders, cancels: Cancels, gateways: Gateways, strategies: Strategies
    ) -> None:
        self._context = context
        self._orders = orders
        self._cancels = cancels
        self._gateways = gateways
        self._strategies = strategies
        self._pairs = Pairs(context)

    def place(self, peer: bytes, intent: PlaceIntent) -> None:
        """A new order is wanted."""
        if self._repeated(peer, intent.strategy, intent.intent_id):
            return
        refusal = self._refusal(peer, intent.strategy, intent.account, intent.instrument)
        if refusal:
            self._deny(peer, intent, Operation.PLACE, 0, *refusal)
        elif intent.pair_id:
            self._place_pair(peer, intent)
        else:
            order_id = self._next_order_id()
            answer = self._context.risk.approve(intent, order_id, self._context.now_ns)
            self._take_actions()
            if isinstance(answer, Denial):
                self._deny(peer, intent, Operation.PLACE, 0, answer.code, answer.context)
            else:
                self._send(peer, answer)

    def amend(self, peer: bytes, intent: AmendIntent) -> None:
        """Another price or total quantity of an order is wanted."""
        if self._repeated(peer, intent.strategy, intent.intent_id):
            return
        order = self._orders.get(intent.order_id)
        if order is None or order.strategy != intent.strategy:
            self._deny(
                peer, intent, Operation.AMEND, intent.order_id, Refusal.UNKNOWN_ORDER, f"order={intent.order_id}"
            )
            return
        refusal = self._refusal(peer, intent.strategy, order.account, order.instrument)
        if not refusal and (order.state not in _AMENDABLE or order.cancel_wanted):
            refusal = (Refusal.ORDER_NOT_AMENDABLE, f"state={order.state}")
        if refusal:
            self._deny(peer, intent, Operation.AMEND, intent.order_id, *refusal)
            return
        answer = self._context.risk.approve_amend(intent, self._context.now_ns)
        self._take_actions()
        if isinstance(answer, Denial):
            self._deny(peer, intent, Operation.AMEND, intent.order_id, answer.code, answer.context)
        else:
            self._send_amend(peer, order, answer)

    def cancel(self, peer: bytes, intent: CancelIntent) -> None:
        """A cancel is wanted: never refused for risk, only where there is nothing to cancel."""
        if self._repeated(peer, intent.strategy, intent.intent_id):
            return
        order_id = intent.order_id or self._order_of(intent.strategy, intent.place_intent_id)
        order = self._orders.get(order_id)
        if order is None or order.strategy != intent.strategy:
            context = f"order={order_id} place_intent={intent.place_intent_id}"
            self._deny(peer, intent, Operation.CANCEL, order_id, Refusal.UNKNOWN_ORDER, context)
            return
        if order.state.is_terminal:
            self._deny(peer, intent, Operation.CANCEL, order_id, Refusal.ORDER_ENDED, f"state={order.state}")
            return
        if order.state is not OrderState.PENDING_CANCEL:
            self._cancels.cancel(order, intent.decided_ns, intent.tick_received_ns)
        self._accept(peer, intent.strategy, intent.intent_id, Operation.CANCEL, order_id)

    def cancel_all(self, peer: bytes, intent: CancelAllIntent) -> None:
        """Every order in a scope is to be cancelled; anybody may ask, for cancelling is never dangerous."""
        wanted = [
            order
            for order in self._context.state.live.values()
            if (not intent.strategy or order.strategy == intent.strategy)
            and (not intent.account or order.account == intent.account)
            and (not intent.instrument or order.instrument == intent.instrument)
            and (not intent.venue or order.instrument.endswith("@" + intent.venue))
        ]
        self._cancels.cancel_orders(wanted)
        self._context.out.answer(peer, Accepted(intent.intent_id, 0, Operation.CANCEL, self._context.now_ns))

    def on_tick(self) -> None:
        """Deny first halves of pairs whose second never came."""
        for peer, intent in self._pairs.expired():
            self._deny(peer, intent, Operation.PLACE, 0, Refusal.PAIR_INCOMPLETE, f"pair={intent.pair_id}")

    def _place_pair(self, peer: bytes, intent: PlaceIntent) -> None:
        first = self._pairs.complete(peer, intent)
        if first is None:
            return
        ids = self._next_order_id(), self._next_order_id(2)
        answer = self._context.risk.approve_pair(first, ids[0], intent, ids[1], self._context.now_ns)
        self._take_actions()
        if isinstance(answer, Denial):
            for half in (first, intent):
                self._deny(peer, half, Operation.PLACE, 0, answer.code, answer.context)
        else:
            for approved in answer:
                self._send(peer, approved)

    def _send(self, peer: bytes, approved: ApprovedOrder) -> None:
        """The only way to a venue: an order that risk has approved, journalled with this very turn.

        The gateway is told first: everybody else can wait those microseconds.
        """
        intent, now = approved.intent, self._context.out.now
        order = self._order_from(approved)
        self._context.state.sequence.sequence += 1
        self._gateways.send(
            self._gateway(order),
            PlaceOrder(
                order.order_id,
                self._context.state.desk.epoch,
                order.instrument,
                order.revision,
                order.side,
                order.order_type,
                order.tif,
                order.price_ticks,
                order.qty_lots,
                order.post_only,
                order.reduce_only,
                intent.valid_until_ns,
                intent.tick_received_ns,
                intent.decided_ns,
                now.monotonic_ns,
                now.monotonic_ns,
            ),
        )
        self._orders.add(order)
        self._accept(peer, intent.strategy, intent.intent_id, Operation.PLACE, order.order_id)

    def _order_from(self, approved: ApprovedOrder) -> Order:
        intent, now = approved.intent, self._context.out.now
        grid = self._context.grids[intent.instrument]
        return Order(
            order_id=approved.order_id,
            intent_id=intent.intent_id,
            strategy=intent.strategy,
            account=intent.account,
            instrument=intent.instrument,
            revision=intent.revision,
            side=intent.side,
            order_type=intent.order_type,
            tif=intent.tif,
            price_ticks=intent.price_ticks if intent.order_type is OrderType.LIMIT else 0,
            qty_lots=intent.qty_lots,
            post_only=intent.post_only,
            reduce_only=intent.reduce_only,
            purpose=intent.purpose,
            tick=grid.tick_exact,
            lot=grid.lot_exact,
            created_ns=now.monotonic_ns,
            created_time_ns=now.time_ns,
            updated_ns=now.monotonic_ns,
        )

    def _send_amend(self, peer: bytes, order: Order, approved: ApprovedAmend) -> None:
        intent, now_ns = approved.intent, self._context.now_ns
        self._gateways.send(
            self._gateway(order),
            AmendOrder(
                order.order_id,
                self._context.state.desk.epoch,
                order.instrument,
                order.revision,
                order.venue_order_id,
                order.side,
                intent.price_ticks,
                intent.qty_lots,
                order.price_ticks,
                order.qty_lots,
                order.post_only,
                order.reduce_only,
                intent.valid_until_ns,
                intent.tick_received_ns,
                intent.decided_ns,
                now_ns,
                now_ns,
            ),
        )
        order.pending_price_ticks, order.pending_qty_lots = intent.price_ticks, intent.qty_lots
        self._orders.apply(order, OrderEvent.AMEND_SENT)
        self._accept(peer, intent.strategy, intent.intent_id, Operation.AMEND, order.order_id)

    def _gateway(self, order: Order) -> Gateway:
        """The gateway that was there a moment ago, in this same turn."""
        gateway = self._gateways.owner(order.account, order.instrument)
        if gateway is None:
            raise LookupError(f"{order.instrument} was approved and has no gateway")
        return gateway

    def _refusal(self, peer: bytes, strategy: str, account: str, instrument: str) -> tuple[str, str] | None:
        """Why the OMS itself cannot take it, before risk is asked; None when it can."""
        if not self._strategies.speaks_for(peer, strategy):
            return Refusal.HELLO_FIRST, f"strategy={strategy}"
        for code, context in self._context.not_adding.items():
            return code, context
        code, context = self._gateways.why_not(account, instrument)
        return (code, context) if code else None

    def _next_order_id(self, ahead: int = 1) -> int:
        desk, sequence = self._context.state.desk, self._context.state.sequence
        return pack(desk.desk, desk.epoch, sequence.sequence + ahead)

    def _order_of(self, strategy: str, intent_id: int) -> int:
        verdict = self._context.state.verdicts.get((strategy, intent_id))
        return verdict.order_id if verdict else 0

    def _repeated(self, peer: bytes, strategy: str, intent_id: int) -> bool:
        verdict = self._context.state.verdicts.get((strategy, intent_id))
        if verdict is None:
            return self._pairs.waits(strategy, intent_id)
        now_ns = self._context.now_ns
        answer: Message = (
            Denied(intent_id, verdict.order_id, verdict.code, verdict.context, now_ns)
            if verdict.code
            else Accepted(intent_id, verdict.order_id, verdict.operation, now_ns)
        )
        self._context.out.answer(peer, answer)
        return True

    def _accept(self, peer: bytes, strategy: str, intent_id: int, operation: Operation, order_id: int) -> None:
        self._remember(strategy, intent_id, operation, order_id, "", "")
        self._context.out.answer(peer, Accepted(intent_id, order_id, operation, self._context.now_ns))

    def _deny(
        self,
        peer: bytes,
        intent: PlaceIntent | AmendIntent | CancelIntent,
        operation: Operation,
        order_id: int,
        code: str,
        context: str,
    ) -> None:
        self._remember(intent.strategy, intent.intent_id, operation, order_id, code, context)
        self._context.out.answer(peer, Denied(intent.intent_id, order_id, code, context, self._context.now_ns))

    def _remember(
        self, strategy: str, intent_id: int, operation: Operation, order_id: int, code: str, context: str
    ) -> None:
        verdict = Verdict(strategy, intent_id, operation, order_id, str(code), context, self._context.out.now.time_ns)
        self._context.state.verdicts[strategy, intent_id] = verdict
        self._context.out.changed(verdict)

    def _take_actions(self) -> None:
        self._context.risk_actions.extend(self._context.risk.take_actions())
