"""A scripted gateway and a scripted strategy for a real OMS process, with as little work of their own as can be.

An order's life here: intent → verdict and command; acknowledgement; the venue's word that it expired unfilled. So a
steady number of orders is alive, however many are sent. Fills come only where they are asked for.
"""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

from bench.layout import INSTRUMENTS, STRATEGY, SYMBOLS
from crossbook.messages import gateway as g
from crossbook.messages.base import (
    SCHEMA_VERSION,
    Message,
    Operation,
    OrderState,
    OrderType,
    Purpose,
    Side,
    Tif,
    TradingStatus,
)
from crossbook.messages.control import Command, CommandDone, Kill, Resume
from crossbook.messages.market import BookTop, InstrumentDefinition
from crossbook.messages.orders import Accepted, Denied, PlaceIntent, StateSnapshot, StrategyBeat, StrategyHello

TO_GATEWAY = (
    g.OmsWelcome,
    g.OmsBeat,
    g.PlaceOrder,
    g.AmendOrder,
    g.CancelOrder,
    g.CancelAllOrders,
    g.QueryOrder,
    g.Reconcile,
)
TO_STRATEGY = (Accepted, Denied, StateSnapshot, CommandDone)
FAR_NS = 60_000_000_000


class Sends(Protocol):
    """A dealer of either stack."""

    def send(self, message: Message) -> bool: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Publishes(Protocol):
    """A publisher of either stack."""

    def publish(self, topic: str, message: Message, *, retain: bool = False) -> int: ...  # noqa: D102
    def beat(self) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Bus(Protocol):
    """Makes sockets of either stack."""

    def dealer(  # noqa: D102
        self, endpoint: str, identity: bytes, on_message: Callable[[Any], None], types: tuple[type, ...]
    ) -> Sends: ...
    def publisher(self, endpoint: str) -> Publishes: ...  # noqa: D102


def definition(symbol: str, instrument: str) -> InstrumentDefinition:
    """Rules like those of the bench venue."""
    base = symbol.removesuffix("USDT")
    return InstrumentDefinition(
        instrument, 1, "binance", "usdm", symbol, "perp", base, "USDT", "USDT", Decimal("0.1"), Decimal("0.001"),
        1, 100_000_000, Decimal(5), TradingStatus.TRADING, maker_fee_bps=2.0, taker_fee_bps=4.0, fees_known=True,
    )  # fmt: skip


class ScriptedGateway:
    """Answers every command at once."""

    def __init__(self, bus: Bus, directory: str) -> None:
        """Connect in the running loop."""
        self.sent = 0
        """Commands to place an order that have come."""
        self.ready = asyncio.Event()
        self.welcomed = asyncio.Event()
        """A hello was answered: the OMS has taken everything we sent before it."""
        self.fill_lots = 0
        """Every order trades so many lots before it expires."""
        self.rest = False
        """Orders stay open instead."""
        self.on_done: Callable[[], None] = lambda: None
        self.on_cancel: Callable[[], None] = lambda: None
        self.cancelled_ns = 0
        """When the last command to cancel came."""
        self._trades = 0
        self._held: dict[str, Decimal] = {}
        self._dealer = bus.dealer(f"ipc://{directory}/orders.ipc", b"gateway-binance.1", self._take, TO_GATEWAY)
        self._md = bus.publisher(f"ipc://{directory}/md-binance.ipc")
        self._task = asyncio.get_running_loop().create_task(self._live())

    async def close(self) -> None:
        """End."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._dealer.close()
        self._md.close()

    def hello(self) -> None:
        """Introduce ourselves."""
        listed = tuple(definition(*pair) for pair in zip(SYMBOLS, INSTRUMENTS, strict=True))
        now_ns = time.monotonic_ns()
        self._dealer.send(
            g.GatewayHello(
                "gateway-binance", 1, 1, "binance", "main", ("usdm",), listed, SCHEMA_VERSION, "bench", now_ns
            )
        )

    async def _live(self) -> None:
        beats = 0
        while True:
            if not self.ready.is_set():
                self.hello()
            now_ns, time_ns = time.monotonic_ns(), time.time_ns()
            self._dealer.send(g.GatewayBeat("gateway-binance", 1, beats, {"usdm": True}, {}, now_ns))
            beats += 1
            self._md.beat()
            for name in INSTRUMENTS:
                top = BookTop(name, now_ns, 1000.0, 5.0 + beats % 2, 1000.1, 5.0, time_ns, now_ns, now_ns)
                self._md.publish(f"top.{name}", top, retain=True)
            await asyncio.sleep(0.1)

    def _take(self, message: Any) -> None:
        kind = type(message)
        if kind is g.PlaceOrder:
            self._place(message)
        elif kind is g.CancelAllOrders:
            self._cancelled()
            self._dealer.send(g.CancelAllDone(message.request_id, message.instruments, 0, ""))
        elif kind is g.CancelOrder:
            self._cancelled()
            self._end(message.order_id, message.instrument, 0, OrderState.CANCELLED)
        elif kind is g.Reconcile:
            self._reconcile(message)
        elif kind is g.OmsWelcome:
            self.welcomed.set()
            if not message.granted:
                self.hello()

    def _cancelled(self) -> None:
        self.cancelled_ns = time.monotonic_ns()
        self.on_cancel()

    def _place(self, order: g.PlaceOrder) -> None:
        self.sent += 1
        now_ns, time_ns = time.monotonic_ns(), time.time_ns()
        acked = g.OrderAcked(order.order_id, Operation.PLACE, f"v{order.order_id}", time_ns, now_ns, now_ns)
        self._dealer.send(acked)
        if self.fill_lots:
            self._fill(order, time_ns, now_ns)
        if not self.rest:
            self._end(order.order_id, order.instrument, self.fill_lots, OrderState.EXPIRED)
        self.on_done()

    def _fill(self, order: g.PlaceOrder, time_ns: int, now_ns: int) -> None:
        self._trades += 1
        qty, price = self.fill_lots * Decimal("0.001"), order.price_ticks * Decimal("0.1")
        self._held[order.instrument] = self._held.get(order.instrument, Decimal(0)) + qty * int(order.side)
        self._dealer.send(
            g.VenueFill(
                order.order_id, "binance", "main", order.instrument, str(self._trades), f"v{order.order_id}",
                order.side, price, qty, Decimal("0.01"), "USDT", True, time_ns, now_ns, "stream",
            )
        )  # fmt: skip

    def _end(self, order_id: int, instrument: str, filled: int, state: OrderState) -> None:
        self._dealer.send(
            g.OrderReport(
                order_id, f"v{order_id}", state, 0, 0, filled, "", time.time_ns(), time.monotonic_ns(), "stream",
                instrument,
            )
        )  # fmt: skip

    def _reconcile(self, asked: g.Reconcile) -> None:
        now_ns, time_ns = time.monotonic_ns(), time.time_ns()
        cash = (g.AssetBalance("USDT", Decimal(1_000_000_000), Decimal(0)),)
        held = tuple(g.VenuePosition(name, qty, Decimal(1000), Decimal(0)) for name, qty in self._held.items())
        for message in (
            g.BalanceReport("binance", "main", "usdm", cash, True, "reconcile", time_ns, now_ns),
            g.PositionReport("binance", "main", "usdm", held, True, "reconcile", time_ns, now_ns),
            g.ReconcileReport(asked.request_id, "binance", "main", ("usdm",), (), now_ns, now_ns, ""),
        ):
            self._dealer.send(message)
        self.ready.set()


class ScriptedStrategy:
    """Sends intents; what is answered is counted."""

    def __init__(self, bus: Bus, directory: str) -> None:
        """Connect in the running loop."""
        self.accepted = 0
        self.denied: dict[str, int] = {}
        self.on_verdict: Callable[[], None] = lambda: None
        self.commanded = asyncio.Event()
        self._intent = time.time_ns()
        self._counter = 0
        self._dealer = bus.dealer(f"ipc://{directory}/intents.ipc", b"bench-mm.1", self._take, TO_STRATEGY)
        self._task = asyncio.get_running_loop().create_task(self._live())

    async def close(self) -> None:
        """End."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._dealer.close()

    def place(self) -> None:
        """One order on the next instrument, at a price of its own."""
        self._intent += 1
        number, now_ns = self._intent, time.monotonic_ns()
        self._dealer.send(
            PlaceIntent(
                number, STRATEGY, "main", INSTRUMENTS[number % len(INSTRUMENTS)], 1, Side.BUY, OrderType.LIMIT,
                Tif.GTC, 9_990 - number % 50, 100, True, False, Purpose.QUOTE, now_ns + FAR_NS, now_ns, 1, now_ns,
            )
        )  # fmt: skip

    def command(self, kind: type[Kill] | type[Resume], scope: str) -> None:
        """Kill or resume as an operator would; `commanded` is set when it is done."""
        self._counter += 1
        self.commanded.clear()
        until_ns = time.time_ns() + FAR_NS
        self._dealer.send(kind(Command("bench", self._counter, until_ns, "bench"), scope))

    async def _live(self) -> None:
        beats = 0
        while True:
            if not self.accepted:
                self._dealer.send(StrategyHello(STRATEGY, 1, SCHEMA_VERSION, "bench", "main", INSTRUMENTS))
            self._dealer.send(StrategyBeat(STRATEGY, 1, beats, time.monotonic_ns()))
            beats += 1
            await asyncio.sleep(0.2)

    def _take(self, message: Any) -> None:
        kind = type(message)
        if kind is Accepted:
            self.accepted += 1
            self.on_verdict()
        elif kind is Denied:
            self.denied[message.code] = self.denied.get(message.code, 0) + 1
            self.on_verdict()
        elif kind is CommandDone:
            self.commanded.set()
