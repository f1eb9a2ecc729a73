"""What happened, in order, waiting to be drained. The house's own doings are told to nobody."""

from collections import deque
from copy import copy
from typing import Any

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms, plain
from venue_sim.exchange.events import AccountChanged, Event, OrderChanged, Position
from venue_sim.exchange.orders import Fill, Order
from venue_sim.exchange.terms import Execution

KEPT_TIMELINE = 20_000


class Outbox:
    """Collects events and numbers executions."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._next_execution_id = 1
        self._timeline: deque[dict[str, Any]] = deque(maxlen=KEPT_TIMELINE)

    def emit(self, event: Event) -> None:
        """Append any event."""
        self._events.append(event)

    def drain(self) -> list[Event]:
        """Everything since the last drain."""
        events, self._events = self._events, []
        return events

    def order_changed(
        self,
        execution: Execution,
        order: Order,
        now_ms: int,
        *,
        fill: Fill | None = None,
        request_client_id: str = "",
        previous_client_id: str = "",
        counter_order_id: int = 0,
        prevented: Atoms = 0,
    ) -> None:
        """Tell the order's account, with a copy of the order as it is now."""
        self.emit(
            OrderChanged(
                account=order.account,
                execution=execution,
                order=copy(order),
                fill=fill,
                execution_id=self._next_execution_id,
                time_ms=now_ms,
                request_client_id=request_client_id,
                previous_client_id=previous_client_id,
                counter_order_id=counter_order_id,
                prevented=prevented,
            )
        )
        self._next_execution_id += 1

    def account_changed(
        self,
        account: Account,
        market: str,
        reason: str,
        assets: tuple[str, ...],
        now_ms: int,
        positions: tuple[Position, ...] = (),
        change: Atoms = 0,
    ) -> None:
        """Tell an account what its balances and positions are now."""
        if not account.house and (assets or positions):
            balances = tuple(account.balance(market, asset) for asset in assets)
            self.emit(AccountChanged(account.name, market, reason, balances, positions, now_ms, change))

    def note(self, execution: Execution, order: Order, low: Atoms, high: Atoms, now_ms: int) -> None:
        """Remember an order event with the exposure range (all sells filled, all buys filled) just after it."""
        self._timeline.append(
            {
                "time_ms": now_ms,
                "account": order.account,
                "market": order.market,
                "symbol": order.symbol,
                "venue_order_id": str(order.order_id),
                "client_order_id": order.client_order_id,
                "execution": str(execution),
                "status": str(order.status),
                "exposure_low": plain(low),
                "exposure_high": plain(high),
            }
        )

    def timeline(self) -> list[dict[str, Any]]:
        """What was noted, oldest first."""
        return list(self._timeline)
