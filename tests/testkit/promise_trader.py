"""A strategy in the test's own process: it asks for what the test wants, as often as it wants, over the real bus."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crossbook.bus import Dealer, Subscriber
from crossbook.clock import SystemClock
from crossbook.messages import control, orders
from crossbook.messages.base import SCHEMA_VERSION, OrderState, OrderType, Purpose, Side, Tif
from crossbook.messages.market import BookInvalid, BookProved, BookTop, InstrumentDefinition
from testkit.oms_desk import PERP, SPOT
from testkit.oms_peers import until

ANSWERS = (orders.Accepted, orders.Denied, orders.StateSnapshot, control.CommandDone, control.HealthReply)
MARKET = (BookTop, BookInvalid, BookProved, InstrumentDefinition)
Heard = Callable[[Any], None]


class Trader:
    """Says hello, beats, knows books and rules, keeps verdicts, orders and fills."""

    def __init__(self, bus: Path, name: str, account: str = "main") -> None:
        """Connect in the running loop."""
        self.name, self.account = name, account
        self.clock = SystemClock()
        self.nonce = self.clock.time_ns() & 0xFFFFFFFF
        self.definitions: dict[str, InstrumentDefinition] = {}
        self.tops: dict[str, BookTop] = {}
        self.proved: dict[str, int] = {}
        """Instrument -> when the venue last proved its book."""
        self.market_seqs: dict[str, int] = {}
        self.verdicts: dict[int, orders.Accepted | orders.Denied] = {}
        self.orders: dict[int, orders.OrderUpdate] = {}
        self._live_orders: dict[int, orders.OrderUpdate] = {}
        self.updates: list[orders.OrderUpdate] = []
        self.fills: list[orders.Fill] = []
        self.snapshots: dict[int, orders.StateSnapshot] = {}
        self.done: list[control.CommandDone] = []
        self.unsent = 0
        self.beats = True
        self.on_update: Heard = lambda update: None
        self._intents = self.clock.time_ns()
        self._requests = 0
        identity = f"{name}.{self.nonce:08x}".encode()
        self.dealer = Dealer(f"ipc://{bus}/intents.ipc", identity, self._on_answer, types=ANSWERS)
        topics = [f"orders.{name}", f"fills.{name}"]
        self._events = Subscriber(
            [f"ipc://{bus}/events.ipc"], topics, self._on_event, _no_gap, types=(orders.OrderUpdate, orders.Fill),
            clock=self.clock,
        )  # fmt: skip
        self._market = Subscriber(
            [f"ipc://{bus}/md-binance.ipc"], ["top.", "proof.", "instrument."], self._on_market, _no_gap, types=MARKET,
            clock=self.clock, newest_only=True,
        )  # fmt: skip
        self._task = asyncio.get_running_loop().create_task(self._live())

    def place(self, instrument: str, side: Side, ticks: int, lots: int, **changes: Any) -> int:
        """Ask for a post-only quote (unless `changes` say otherwise), decided on the newest book; its intent id."""
        intent = self.intent(instrument, side, ticks, lots, **changes)
        self.send(intent)
        return intent.intent_id

    def intent(self, instrument: str, side: Side, ticks: int, lots: int, **changes: Any) -> orders.PlaceIntent:
        """The intent that `place` sends."""
        self._intents += 1
        now_ns = self.clock.monotonic_ns()
        fields: dict[str, Any] = {
            "intent_id": self._intents, "strategy": self.name, "account": self.account, "instrument": instrument,
            "revision": self.definitions[instrument].revision, "side": side, "order_type": OrderType.LIMIT,
            "tif": Tif.GTC, "price_ticks": ticks, "qty_lots": lots, "post_only": True, "reduce_only": False,
            "purpose": Purpose.QUOTE, "valid_until_ns": now_ns + 1_000_000_000, "decided_ns": now_ns,
            "market_seq": self.market_seqs.get(instrument, 0), "market_received_ns": self.proved.get(instrument, 0),
        }  # fmt: skip
        return orders.PlaceIntent(**(fields | changes))

    def cancel(self, order_id: int) -> None:
        """Ask for the end of an order."""
        self._intents += 1
        self.send(orders.CancelIntent(self._intents, self.name, order_id, 0, self.clock.monotonic_ns()))

    def amend(self, order_id: int, ticks: int, lots: int) -> None:
        """Ask for another price and total quantity."""
        self._intents += 1
        now_ns = self.clock.monotonic_ns()
        proved_ns = self.proved[self.orders[order_id].instrument]
        self.send(
            orders.AmendIntent(
                self._intents, self.name, order_id, ticks, lots, now_ns + 1_000_000_000, now_ns, 0, proved_ns
            )
        )

    def send(self, message: Any) -> bool:
        """To the OMS; what cannot leave is dropped, as a strategy would."""
        sent = self.dealer.send(message)
        self.unsent += not sent
        return sent

    def ticks(self, instrument: str, below_bps: float) -> int:
        """A price so far below the best bid (above, when negative)."""
        tick = float(self.definitions[instrument].tick_size)
        return round(self.tops[instrument].bid * (1 - below_bps / 1e4) / tick)

    def live(self) -> list[orders.OrderUpdate]:
        """Orders that have not ended, as last told."""
        return list(self._live_orders.values())

    async def probe(self, instrument: str, within_s: float) -> None:
        """Until one small order far from the market was taken by the venue and cancelled again."""
        await until(lambda: instrument in self.tops and instrument in self.definitions, f"a book of {instrument}", 30.0)
        deadline = asyncio.get_running_loop().time() + within_s
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(AssertionError):
                await self._place_and_cancel(instrument)
                return
            await asyncio.sleep(0.1)
        raise AssertionError(
            f"{instrument} could not be traded within {within_s} s: {list(self.verdicts.values())[-1:]}"
        )

    async def _place_and_cancel(self, instrument: str) -> None:
        lots = 200 if instrument == SPOT else 3
        intent_id = self.place(instrument, Side.BUY, self.ticks(instrument, 700.0), lots)
        verdict = await until(lambda: self.verdicts.get(intent_id), "a verdict", 1.0)
        assert isinstance(verdict, orders.Accepted), verdict
        await until(lambda: self.state(verdict.order_id) is OrderState.OPEN, "an acknowledgement", 3.0)
        self.cancel(verdict.order_id)
        await until(lambda: self.ended(verdict.order_id), "the cancel", 5.0)

    def state(self, order_id: int) -> OrderState | None:
        """As last told."""
        return self.orders[order_id].state if order_id in self.orders else None

    def ended(self, order_id: int) -> bool:
        """Whether the order has reached a terminal state."""
        state = self.state(order_id)
        return state is not None and state.is_terminal

    async def snapshot(self, strategy: str | None = None, within_s: float = 20.0) -> orders.StateSnapshot:
        """The OMS's own state of this trader (or of `strategy`; "" for all), asked for now and again until answered."""
        deadline = asyncio.get_running_loop().time() + within_s
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(AssertionError):
                return await self._ask_for_state(self.name if strategy is None else strategy)
        raise AssertionError(f"no state of the OMS within {within_s} s")

    async def _ask_for_state(self, strategy: str) -> orders.StateSnapshot:
        self._requests += 1
        wanted = self._requests
        if not self.dealer.send(orders.StateRequest(wanted, strategy)):
            await asyncio.sleep(0.02)
            raise AssertionError("nobody to ask")
        found: orders.StateSnapshot = await until(lambda: self.snapshots.pop(wanted, None), "a snapshot", 1.0)
        return found

    async def close(self) -> None:
        """Vanish."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for socket in (self.dealer, self._events, self._market):
            socket.close()

    async def _live(self) -> None:
        self._hello()
        progress = 0
        while True:
            progress += 1
            if self.beats:
                self.dealer.send(orders.StrategyBeat(self.name, self.nonce, progress, self.clock.monotonic_ns()))
            await asyncio.sleep(0.1)

    def _hello(self) -> None:
        instruments = (SPOT, PERP)
        self.dealer.send(orders.StrategyHello(self.name, self.nonce, SCHEMA_VERSION, "test", self.account, instruments))

    def _on_answer(self, message: Any) -> None:
        match message:
            case orders.Denied(code="hello_first"):
                self._hello()
                self.verdicts[message.intent_id] = message
            case orders.Accepted() | orders.Denied():
                self.verdicts[message.intent_id] = message
            case orders.StateSnapshot():
                self.snapshots[message.request_id] = message
            case control.CommandDone():
                self.done.append(message)
            case _:
                pass

    def _on_event(self, topic: str, seq: int, message: Any) -> None:
        if isinstance(message, orders.Fill):
            self.fills.append(message)
        else:
            self.orders[message.order_id] = message
            if message.state.is_terminal:
                self._live_orders.pop(message.order_id, None)
            else:
                self._live_orders[message.order_id] = message
            self.updates.append(message)
            self.on_update(message)

    def _on_market(self, topic: str, seq: int, message: Any) -> None:
        match message:
            case BookTop():
                self.tops[message.instrument] = message
                self.proved[message.instrument] = message.received_ns
                self.market_seqs[message.instrument] = seq
            case BookProved():
                self.proved[message.instrument] = max(self.proved.get(message.instrument, 0), message.proved_ns)
            case InstrumentDefinition():
                self.definitions[message.instrument] = message
            case _:
                pass


def _no_gap(topic: str, expected: int, got: int) -> None:
    """Verdicts, snapshots and the venue's ledger decide; a lost event is no matter here."""
