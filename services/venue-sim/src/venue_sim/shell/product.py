"""One product at run time: its desk, its listeners, and the way its events take to them, faults and delays included."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection

from venue_sim.binance.call import Call, Reply
from venue_sim.binance.errors import VenueError
from venue_sim.binance.market_feed import Frame, MarketFeed
from venue_sim.binance.market_frames import MarketFrames
from venue_sim.binance.service import Service
from venue_sim.exchange.api import OrderChanged, OrderRef, PrivateEvent, PublicEvent, Rejected
from venue_sim.faults.fault import FaultKind
from venue_sim.faults.plan import FaultPlan, Where
from venue_sim.faults.request_fate import RequestFate, fate
from venue_sim.shell.config import ProductSection
from venue_sim.shell.connections import Audience, PrivateAudience

Renderer = Callable[[PrivateEvent], list[dict[str, Any]]]
_CANCELS = frozenset({"order.cancel", "order.cancelReplace"})


class Product:
    """Spot or USD-M futures, alive."""

    def __init__(
        self, section: ProductSection, service: Service, frames: MarketFrames, render: Renderer, plan: FaultPlan
    ) -> None:
        self.section = section
        self.service = service
        self.plan = plan
        self.name = service.desk.product
        self.audience = Audience()
        self.private = PrivateAudience()
        self.connections: set[ServerConnection] = set()
        self._feed = MarketFeed(service.desk, frames, self.audience.listeners)
        self._render = render
        self._held: dict[str, Frame] = {}

    # -- requests ----------------------------------------------------------------------------------------------
    def fate_of(self, call: Call) -> RequestFate:
        """What is going to befall a request."""
        account = self.service.account_of(call)
        where = Where(self.name, account, call.params.text("symbol"), call.operation)
        return fate(self.plan.for_request(where, call.now_ms))

    def answer(self, call: Call, fate: RequestFate) -> Reply:
        """Let a request through as its fate allows; what it caused waits in the outbox."""
        if fate.fill_on_cancel and call.operation in _CANCELS:
            self._fill_first(call)
        reply = self.service.handle(call) if fate.executed else None
        if fate.fill_on_place and reply is not None and reply.ok and call.operation == "order.place":
            self._force_fill(call, OrderRef(self.name, call.params.text("symbol"), reply.body["orderId"]))
        wording = fate.wording
        if wording is None:
            return reply if reply is not None else self.service.refuse(call, VenueError(-1001, "Disconnected."))
        error = VenueError(wording.code, wording.message, status=wording.status, retry_after_ms=wording.retry_after_ms)
        return self.service.refuse(call, error)

    def _fill_first(self, call: Call) -> None:
        """Fill the order that a cancel names; one that names none is left to be refused."""
        params = call.params
        names = (
            ("cancelOrderId", "cancelOrigClientOrderId")
            if "cancelReplaceMode" in params
            else ("orderId", "origClientOrderId")
        )
        number, client_id = params.text(names[0]), params.text(names[1]) or None
        order_id = int(number) if number.isdecimal() else None
        if order_id is not None or client_id is not None:
            self._force_fill(call, OrderRef(self.name, params.text("symbol"), order_id, client_id))

    def _force_fill(self, call: Call, ref: OrderRef) -> None:
        try:
            self.service.desk.exchange.force_fill(self.service.account_of(call), ref, 0, call.now_ms)
        except Rejected:
            return  # nothing left to fill; the request is answered as it deserves

    # -- events ------------------------------------------------------------------------------------------------
    def deliver_private(self, event: PrivateEvent, now_ms: int) -> None:
        """Send a private event to its account's streams."""
        if isinstance(event, OrderChanged):
            self._give_credit(event, now_ms)
        events = self._render(event)
        if not events:
            return
        delay_ms = self.section.delays.private_ms
        copies = 1
        if self.plan.touches_private:
            symbol = event.order.symbol if isinstance(event, OrderChanged) else ""
            faults = self.plan.for_private(Where(self.name, event.account, symbol, "", events[-1]["e"]), now_ms)
            if FaultKind.DROP_EVENTS in faults:
                return
            copies += FaultKind.DUP_EVENTS in faults
            late = faults.get(FaultKind.DELAY_EVENTS)
            delay_ms += late.delay_ms if late else 0
        for _ in range(copies):
            later(delay_ms, self.private.publish, event.account, events)

    def deliver_public(self, event: PublicEvent, now_ms: int, server_ms: int) -> None:
        """Send what a public event causes to whoever listens."""
        for frame in self._feed.note(event, server_ms):
            self._publish(frame, now_ms)

    def deliver_due(self, now_ms: int, server_ms: int) -> None:
        """Send depth frames whose interval is over."""
        for frame in self._feed.due(now_ms, server_ms):
            self._publish(frame, now_ms)

    def _give_credit(self, event: OrderChanged, now_ms: int) -> None:
        fill = event.fill
        if fill is not None and event.order.filled == fill.quantity:
            self.service.desk.orders.first_fill(event.account, fill.maker, now_ms)

    def _publish(self, frame: Frame, now_ms: int) -> None:
        if not self.plan.touches_market and not self._held:
            later(self.section.delays.market_data_ms, self.audience.publish, frame.stream, frame.payload)
            return
        faults = self.plan.for_frame(Where(self.name, "", frame.symbol, "", frame.channel), now_ms)
        if FaultKind.FREEZE in faults or FaultKind.GAP in faults:
            return
        if FaultKind.REORDER in faults and frame.stream not in self._held:
            self._held[frame.stream] = frame
            return
        late = faults.get(FaultKind.DELAY_MARKET)
        delay_ms = self.section.delays.market_data_ms + (late.delay_ms if late else 0)
        for _ in range(2 if FaultKind.DUP in faults else 1):
            later(delay_ms, self.audience.publish, frame.stream, frame.payload)
        held = self._held.pop(frame.stream, None)
        if held is not None:
            later(delay_ms, self.audience.publish, held.stream, held.payload)


def later(delay_ms: float, action: Callable[..., None], *arguments: Any) -> None:
    """Do it now, or after the delay."""
    if delay_ms <= 0:
        action(*arguments)
    else:
        asyncio.get_running_loop().call_later(delay_ms / 1000, action, *arguments)
