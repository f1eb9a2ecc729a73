"""Wires one `MarketMaker` to the bus: market data in, intents out, the OMS's word back."""

import asyncio
from collections.abc import Iterable

from crossbook.bus import Dealer, Subscriber
from crossbook.config import Change
from crossbook.instruments import parse_instrument_id
from crossbook.messages.base import SCHEMA_VERSION
from crossbook.messages.inventory import Position
from crossbook.messages.market import (
    BookDepth,
    BookInvalid,
    BookProved,
    BookTop,
    InstrumentDefinition,
    VenueHealth,
)
from crossbook.messages.orders import (
    Accepted,
    CancelAllIntent,
    Denied,
    Fill,
    OrderUpdate,
    StateSnapshot,
    StrategyBeat,
    StrategyHello,
)
from crossbook.messages.risk import RiskState
from crossbook.service import ServiceContext
from strategy_mm.intent_writer import Intent
from strategy_mm.market_maker import EventMessage, MarketMaker, MarketMessage
from strategy_mm.shell.config import RELOADABLE, MarketMakerConfig

_MARKET_TYPES = (BookTop, BookDepth, BookInvalid, BookProved, InstrumentDefinition, VenueHealth)
_EVENT_TYPES = (OrderUpdate, Fill, Position, RiskState)
_BEAT_MS = 250


class MarketMakerProcess:
    """Owns the sockets; every decision is the core's."""

    def __init__(self, ctx: ServiceContext[MarketMakerConfig]) -> None:
        """Connects to the gateways' market data, the OMS's events and intents."""
        self._ctx = ctx
        config = ctx.config
        self._clock = ctx.clock
        self.core = MarketMaker(
            ctx.name, config.account, config.quoting, ctx.clock.time_ns() // 1000, ctx.clock.monotonic_ns()
        )
        self._core_ns = ctx.metrics.histogram("decide_ns")
        self._decide_ns = ctx.metrics.histogram("tick_to_decision_ns")
        self._bus_ns = ctx.metrics.histogram("published_to_decision_ns")
        self._intents = ctx.metrics.counter("intents_sent")
        self._unsent = ctx.metrics.counter("intents_not_sent")
        self._instance = int(ctx.instance, 16)
        self._progress = 0
        self._drained = asyncio.Event()
        self._markets = [self._subscribe_market(venue) for venue in self._venues()]
        self._events = self._subscribe_events()
        self._dealer: Dealer = ctx.dealer(config.bus.intents, self._on_answer, types=(Accepted, Denied, StateSnapshot))
        ctx.every(config.timer_ms, self._on_timer)
        ctx.every(_BEAT_MS, self._on_beat)
        ctx.on_reload(RELOADABLE, self._on_reload)
        ctx.on_stop(self.drain)

    def _venues(self) -> set[str]:
        return {parse_instrument_id(instrument).venue for instrument in self.core.instruments}

    def _subscribe_market(self, venue: str) -> Subscriber:
        names = [name for name in self.core.instruments if parse_instrument_id(name).venue == venue]
        topics = [f"{kind}.{name}" for name in names for kind in ("top", "depth", "proof", "instrument")]
        return self._ctx.subscriber(
            [self._ctx.config.bus.md_of(venue)],
            [*topics, f"health.{venue}."],
            self._on_market,
            self._on_market_gap,
            types=_MARKET_TYPES,
            newest_only=True,
            on_link=lambda _endpoint, up: self._send(self.core.on_market_link(venue, up, self._clock.monotonic_ns())),
        )

    def _subscribe_events(self) -> Subscriber:
        name, account = self.core.session.strategy, self._ctx.config.account
        positions = [f"position.{account}.{instrument}" for instrument in self.core.loops]
        return self._ctx.subscriber(
            [self._ctx.config.bus.events],
            [f"orders.{name}", f"fills.{name}", "risk", *positions],
            self._on_event,
            self._on_event_gap,
            types=_EVENT_TYPES,
            on_link=self._on_oms_link,
        )

    # --- in -----------------------------------------------------------------------------------------------------------

    def _on_market(self, _topic: str, seq: int, message: MarketMessage) -> None:
        now_ns = self._clock.monotonic_ns()
        intents = self.core.on_market(seq, message, now_ns)
        if isinstance(message, BookTop):
            self._progress += 1
            self._bus_ns.record(now_ns - message.published_ns)
            if intents:
                self._core_ns.record(self._clock.monotonic_ns() - now_ns)
                self._send(intents)
                self._decide_ns.record(self._clock.monotonic_ns() - message.received_ns)
        else:
            self._send(intents)
        self._ctx.progress()

    def _on_market_gap(self, _topic: str, _expected: int, _got: int) -> None:
        """Every market message is absolute, so the newest one mends the gap by itself; the bus counts it."""

    def _on_event(self, topic: str, seq: int, event: EventMessage) -> None:
        self._send(self.core.on_event(topic, seq, event, self._clock.monotonic_ns()))
        self._report_states()
        self._note_drained()

    def _note_drained(self) -> None:
        session = self.core.session
        if session.stopping and (not self.core.live_orders or not session.oms_up):
            self._drained.set()

    def _on_event_gap(self, _topic: str, _expected: int, _got: int) -> None:
        self.core.desync()
        self._ask_state()

    def _on_oms_link(self, _endpoint: str, up: bool) -> None:
        self._ctx.log.info("oms_link", up=up)
        self.core.on_oms_link(up)
        self._note_drained()
        if up:
            self._say_hello()
            self._ask_state()

    def _on_answer(self, message: Accepted | Denied | StateSnapshot) -> None:
        now_ns = self._clock.monotonic_ns()
        if isinstance(message, StateSnapshot):
            self._send(self.core.on_snapshot(message, now_ns))
        else:
            was_synced = self.core.session.synced
            self.core.on_verdict(message, now_ns)
            if was_synced and not self.core.session.synced:
                self._say_hello()
                self._ask_state()

    # --- out ----------------------------------------------------------------------------------------------------------

    def _send(self, intents: Iterable[Intent]) -> None:
        for intent in intents:
            if self._dealer.send(intent):
                self._intents.add()
            else:
                self._unsent.add()
                self.core.on_not_sent(intent)

    def _say_hello(self) -> None:
        session = self.core.session
        instruments = tuple(sorted(self.core.loops))
        self._dealer.send(
            StrategyHello(
                session.strategy, self._instance, SCHEMA_VERSION, self._ctx.build, session.account, instruments
            )
        )

    def _ask_state(self) -> None:
        request = self.core.state_request(self._clock.monotonic_ns())
        if request is not None:
            self._dealer.send(request)

    def _report_states(self) -> None:
        states = self.core.quote_states(self._clock.monotonic_ns())
        if states is not None:
            self._dealer.send(states)

    # --- time ---------------------------------------------------------------------------------------------------------

    def _on_timer(self) -> None:
        self._send(self.core.on_timer(self._clock.monotonic_ns()))
        if self.core.session.oms_up:
            self._ask_state()
        self._report_states()
        self._progress += 1
        self._ctx.progress()

    def _on_beat(self) -> None:
        if self.core.session.oms_up and not self.core.session.synced:
            self._say_hello()
        now_ns = self._clock.monotonic_ns()
        self._dealer.send(StrategyBeat(self.core.session.strategy, self._instance, self._progress, now_ns))

    def _on_reload(self, config: MarketMakerConfig, changes: list[Change]) -> None:
        self.core.retune(config.quoting)
        self._ctx.log.info("quoting_reloaded", changes=[str(change) for change in changes])

    async def drain(self) -> None:
        """Cancel every quote and wait until the OMS says that none is left; the service limits how long."""
        now_ns = self._clock.monotonic_ns()
        self._send(self.core.stop(now_ns))
        session = self.core.session
        self._dealer.send(
            CancelAllIntent(session.next_intent(), session.strategy, session.strategy, "", session.account, "", now_ns)
        )
        self._note_drained()
        await self._drained.wait()
        self._report_states()


async def main(ctx: ServiceContext[MarketMakerConfig]) -> None:
    """Run one market-making strategy until told to stop."""
    process = MarketMakerProcess(ctx)
    ctx.log.info("market_maker_started", instruments=sorted(process.core.loops))
    await ctx.stopping.wait()
