"""A scripted gateway and strategy that talk to a real OMS process over the real bus."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from crossbook.bus import Dealer, Publisher, Subscriber
from crossbook.clock import SystemClock
from crossbook.messages import control, gateway, health, inventory, orders, risk
from crossbook.messages.base import SCHEMA_VERSION, Message, Operation, OrderState, OrderType, Purpose, Side, Tif
from crossbook.messages.market import BookTop
from testkit.oms_desk import PERP, definition

Kind = TypeVar("Kind", bound=Message)
TO_GATEWAY = (
    gateway.OmsWelcome,
    gateway.OmsBeat,
    gateway.PlaceOrder,
    gateway.AmendOrder,
    gateway.CancelOrder,
    gateway.CancelAllOrders,
    gateway.QueryOrder,
    gateway.Reconcile,
)
TO_STRATEGY = (
    orders.Accepted,
    orders.Denied,
    orders.StateSnapshot,
    control.CommandDone,
    control.HealthReply,
)
EVENTS = (
    orders.OrderUpdate,
    orders.Fill,
    orders.QuoteStates,
    inventory.Position,
    inventory.Balance,
    inventory.Pnl,
    risk.RiskState,
    risk.Exposure,
    health.Alert,
    health.ProcessHealth,
)


TOPICS = ["orders.", "fills.", "quotes.", "position.", "balance.", "pnl.", "risk", "exposure.", "alert", "process."]


async def until(look: Callable[[], Any], what: str, within_s: float = 15.0) -> Any:
    """The first true answer of `look`; the limit is patience, not a measurement."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not (answer := look()):
        assert asyncio.get_running_loop().time() < deadline, f"{what} did not come about within {within_s} s"
        await asyncio.sleep(0.01)
    return answer


class Venue:
    """A venue of one perpetual with a ledger of its own; what it holds is the truth that tests compare with."""

    def __init__(self) -> None:
        """Nothing is open, nothing is held."""
        self.open: dict[int, gateway.PlaceOrder] = {}
        self.position = Decimal(0)
        self.cash = Decimal(1_000_000)
        self.fills: list[gateway.VenueFill] = []
        self.placed: list[int] = []


class ScriptedGateway:
    """Says hello, beats, answers as the venue's ledger has it. Set `silent_place` to lose acknowledgements."""

    def __init__(self, bus: Path, venue: Venue, epoch: int) -> None:
        """Connect in the running loop."""
        self.clock = SystemClock()
        self.venue = venue
        self.epoch = epoch
        self.received: list[Message] = []
        self.silent_place = False
        self.dealer = Dealer(
            f"ipc://{bus}/orders.ipc", f"gateway-binance.{epoch:08x}".encode(), self._on_message, types=TO_GATEWAY
        )
        self.md = Publisher(f"ipc://{bus}/md-binance.ipc", clock=self.clock, role="md")
        self._task = asyncio.get_running_loop().create_task(self._live())

    def got(self, kind: type[Kind]) -> list[Kind]:
        """What came of that kind."""
        return [message for message in self.received if isinstance(message, kind)]

    def hello(self) -> None:
        """Introduce ourselves."""
        now_ns = self.clock.monotonic_ns()
        self.dealer.send(
            gateway.GatewayHello(
                "binance", self.epoch, self.epoch, "binance", "main", ("usdm",), (definition(PERP),), SCHEMA_VERSION,
                "test", now_ns,
            )
        )  # fmt: skip

    def fill(self, order_id: int, lots: int, trade: str, *, tell: bool = True) -> gateway.VenueFill:
        """A resting order trades as maker."""
        order = self.venue.open[order_id]
        qty, price = Decimal(lots) * Decimal("0.001"), Decimal(order.price_ticks) * Decimal("0.1")
        self.venue.position += qty * int(order.side)
        message = gateway.VenueFill(
            order_id, "binance", "main", PERP, trade, f"v{order_id}", order.side, price, qty, Decimal(0), "USDT", True,
            self.clock.time_ns(), self.clock.monotonic_ns(), "stream",
        )  # fmt: skip
        self.venue.fills.append(message)
        if tell:
            self.dealer.send(message)
        return message

    async def close(self) -> None:
        """Vanish."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.dealer.close()
        self.md.close()

    async def _live(self) -> None:
        while True:
            now_ns = self.clock.monotonic_ns()
            self.dealer.send(gateway.GatewayBeat("binance", self.epoch, 1, {"usdm": True}, {}, now_ns))
            self.md.beat()
            top = BookTop(PERP, now_ns, 50_000.0, 5.0, 50_000.1, 5.0, self.clock.time_ns(), now_ns, now_ns)
            self.md.publish(f"top.{PERP}", top, retain=True)
            await asyncio.sleep(0.1)

    def _on_message(self, message: Any) -> None:
        self.received.append(message)
        match message:
            case gateway.OmsWelcome(granted=()):
                self.hello()
            case gateway.PlaceOrder():
                self._place(message)
            case gateway.CancelOrder():
                self._end(message.order_id)
            case gateway.CancelAllOrders():
                for order_id in list(self.venue.open):
                    self._end(order_id)
            case gateway.QueryOrder():
                self._query(message.order_id)
            case gateway.Reconcile():
                self._reconcile(message)
            case _:
                pass

    def _place(self, message: gateway.PlaceOrder) -> None:
        self.venue.open[message.order_id] = message
        self.venue.placed.append(message.order_id)
        if not self.silent_place:
            now_ns = self.clock.monotonic_ns()
            self.dealer.send(
                gateway.OrderAcked(
                    message.order_id, Operation.PLACE, f"v{message.order_id}", self.clock.time_ns(), now_ns, now_ns
                )
            )

    def _end(self, order_id: int) -> None:
        order = self.venue.open.pop(order_id, None)
        if order is None:
            self.dealer.send(gateway.OrderRejected(order_id, Operation.CANCEL, "-2011", "unknown", "not_found", 0, 0))
        else:
            self._report(order_id, order, OrderState.CANCELLED, "stream")

    def _query(self, order_id: int) -> None:
        order = self.venue.open.get(order_id)
        if order is not None:
            self._report(order_id, order, OrderState.OPEN, "query")
        elif order_id in self.venue.placed:
            self._report(order_id, None, OrderState.CANCELLED, "query")
        else:
            self.dealer.send(gateway.OrderAbsent(order_id, "not found, twice"))

    def _report(self, order_id: int, order: gateway.PlaceOrder | None, state: OrderState, source: str) -> None:
        filled = sum((f.qty for f in self.venue.fills if f.order_id == order_id), Decimal(0)) / Decimal("0.001")
        self.dealer.send(
            gateway.OrderReport(
                order_id, f"v{order_id}", state, order.price_ticks if order else 0, order.qty_lots if order else 0,
                int(filled), "", self.clock.time_ns(), self.clock.monotonic_ns(), source, PERP,
            )
        )  # fmt: skip

    def _reconcile(self, message: gateway.Reconcile) -> None:
        now_ns, time_ns = self.clock.monotonic_ns(), self.clock.time_ns()
        for fill in self.venue.fills:
            if fill.venue_time_ns >= message.fills_since_time_ns:
                self.dealer.send(fill)
        cash = (gateway.AssetBalance("USDT", self.venue.cash, Decimal(0)),)
        held = (gateway.VenuePosition(PERP, self.venue.position, Decimal(50_000), Decimal(0)),)
        for report in (
            gateway.BalanceReport("binance", "main", "usdm", cash, True, "reconcile", time_ns, now_ns),
            gateway.PositionReport("binance", "main", "usdm", held, True, "reconcile", time_ns, now_ns),
            gateway.ReconcileReport(
                message.request_id, "binance", "main", ("usdm",), tuple(self.venue.open), now_ns, now_ns, ""
            ),
        ):
            self.dealer.send(report)


class ScriptedStrategy:
    """Says hello, beats, asks for what the test wants."""

    def __init__(self, bus: Path, nonce: int = 1) -> None:
        """Connect in the running loop."""
        self.clock = SystemClock()
        self.received: list[Message] = []
        self.events: list[Message] = []
        self.nonce = nonce
        self._intents = self.clock.time_ns()
        identity = f"mm.{nonce:08x}".encode()
        self.dealer = Dealer(f"ipc://{bus}/intents.ipc", identity, self._on_message, types=TO_STRATEGY)
        self.subscriber = Subscriber(
            [f"ipc://{bus}/events.ipc"], TOPICS, self._on_event, self._on_gap, types=EVENTS, clock=self.clock
        )
        self.gaps = 0
        self._task = asyncio.get_running_loop().create_task(self._live())

    def got(self, kind: type[Kind]) -> list[Kind]:
        """What was answered of that kind."""
        return [message for message in self.received if isinstance(message, kind)]

    def told(self, kind: type[Kind]) -> list[Kind]:
        """What was published of that kind."""
        return [message for message in self.events if isinstance(message, kind)]

    def hello(self) -> None:
        """Introduce ourselves."""
        self.dealer.send(orders.StrategyHello("mm", self.nonce, SCHEMA_VERSION, "test", "main", (PERP,)))

    def intent(self, side: Side = Side.BUY, lots: int = 10, ticks: int = 499_990) -> orders.PlaceIntent:
        """A quote on a fresh book."""
        self._intents += 1
        now_ns = self.clock.monotonic_ns()
        return orders.PlaceIntent(
            self._intents, "mm", "main", PERP, 1, side, OrderType.LIMIT, Tif.GTC, ticks, lots, True, False,
            Purpose.QUOTE, now_ns + 1_000_000_000, now_ns, 1, now_ns,
        )  # fmt: skip

    async def place(self, side: Side = Side.BUY, lots: int = 10, ticks: int = 499_990) -> int:
        """Place until accepted (the OMS may be recovering); returns the order id."""
        deadline = asyncio.get_running_loop().time() + 20
        while True:
            intent = self.intent(side, lots, ticks)
            if self.dealer.send(intent):
                answer = await self.answer_to(intent.intent_id)
                if isinstance(answer, orders.Accepted):
                    return answer.order_id
            assert asyncio.get_running_loop().time() < deadline, f"never accepted: {self.received[-1:]}"
            await asyncio.sleep(0.1)

    async def answer_to(self, intent_id: int) -> orders.Accepted | orders.Denied | None:
        """The verdict on an intent; None when none came in a second."""
        for _ in range(100):
            for message in reversed(self.received):
                if isinstance(message, orders.Accepted | orders.Denied) and message.intent_id == intent_id:
                    return message
            await asyncio.sleep(0.01)
        return None

    async def snapshot(self) -> orders.StateSnapshot:
        """The state of the strategy, asked for now."""
        request = orders.StateRequest(len(self.received) + 1, "mm")

        def look() -> orders.StateSnapshot | None:
            found = [s for s in self.got(orders.StateSnapshot) if s.request_id == request.request_id]
            return found[-1] if found else None

        await until(lambda: self.dealer.send(request), "a request that is sent")
        found: orders.StateSnapshot = await until(look, "a snapshot")
        return found

    async def close(self) -> None:
        """Vanish."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.dealer.close()
        self.subscriber.close()

    async def _live(self) -> None:
        self.hello()
        while True:
            self.dealer.send(orders.StrategyBeat("mm", self.nonce, 1, self.clock.monotonic_ns()))
            await asyncio.sleep(0.1)

    def _on_message(self, message: Any) -> None:
        self.received.append(message)
        if isinstance(message, orders.Denied) and message.code == "hello_first":
            self.hello()

    def _on_event(self, topic: str, seq: int, message: Any) -> None:
        self.events.append(message)

    def _on_gap(self, topic: str, expected: int, got: int) -> None:
        self.gaps += 1
