"""One market's private side, wired: desk, channels, private stream, resolvers, reconciliation, switches.

New orders pass only while everything they need is there: instruments, a channel, the private stream, a whole picture
since the stream was last opened, and a clock the venue will accept. Cancels always pass.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from crossbook.clock import Clock
from crossbook.errors import ErrorClass
from crossbook.messages.base import Message
from crossbook.messages.gateway import (
    AmendOrder,
    CancelOrder,
    PlaceOrder,
    QueryOrder,
)
from crossbook.messages.market import InstrumentDefinition
from crossbook.telemetry import Metrics, get_logger
from gateway_kit import account_reports
from gateway_kit.cancel_all import Remaining
from gateway_kit.client_ids import parse_of_desk
from gateway_kit.dead_man_switch import DeadManSwitch, SwitchSettings
from gateway_kit.order_desk import OrderDesk
from gateway_kit.order_dialect import OrderDialect
from gateway_kit.order_reports import Home
from gateway_kit.order_words import (
    BalancesWord,
    FillWord,
    MovementWord,
    NoAnswer,
    OrderWord,
    PositionsWord,
    Refusal,
    SeenWord,
    StreamWord,
    UnknownWord,
)
from gateway_kit.outcome_resolver import Heard, Question, ResolverSettings
from gateway_kit.private_access import PrivateAccess
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.readiness import Readiness
from gateway_kit.reconciler import Picture
from gateway_kit.requests import Ask, Channel, Kind
from gateway_kit.shell.http_session import HttpSession
from gateway_kit.shell.order_figures import OrderFigures
from gateway_kit.shell.order_procedures import OrderProcedures
from gateway_kit.shell.private_stream import PrivateStream
from gateway_kit.shell.sections import OrderSection
from gateway_kit.shell.venue_link import VenueLink
from gateway_kit.shell.venue_time import VenueTime

log = get_logger()

_FILLS_OVERLAP_MS = 60_000
_RECONCILE_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class OrderParts:
    """What the composition root hands over for one market."""

    home: Home
    desk: int
    dialect: OrderDialect
    access: PrivateAccess
    http: HttpSession
    limiter: RateLimiter
    venue_time: VenueTime
    clock: Clock
    metrics: Metrics
    settings: OrderSection
    symbols: tuple[str, ...]
    tell: Callable[[Message], None]
    refresh_instruments: Callable[[str], None]
    oms_works: Callable[[], bool]


class OrderShell:
    """Lives in the event loop of its gateway."""

    def __init__(self, parts: OrderParts) -> None:
        """Nothing is opened until `start`."""
        self._parts = parts
        self.home, self._clock, settings = parts.home, parts.clock, parts.settings
        self.readiness = Readiness(
            instruments="not yet known",
            private_stream="not yet open",
            picture="not yet asked for",
            clock="not yet read",
        )
        self.desk = OrderDesk(
            parts.home,
            parts.desk,
            parts.dialect,
            parts.limiter,
            transmit=lambda outgoing: self._link.transmit(outgoing),
            tell=self._tell,
            resolve=self._resolve,
            request_timeout_ms=settings.request_timeout_ms,
            canary_ms=settings.canary_ms,
        )
        self._name = f"{parts.home.venue}.{parts.home.market}"
        self._link = self._make_link()
        self._stream = self._make_stream()
        self._procedures = self._make_procedures()
        self._switch = DeadManSwitch(SwitchSettings(settings.dead_man_countdown_ms, settings.dead_man_refresh_ms))
        self._figures = OrderFigures(parts.metrics, parts.home.market, self._counts)
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard_ms = parts.clock.time_ns() // 1_000_000
        self._picture_number = 0
        self._unknown_words: dict[str, int] = {}

    def start(self) -> None:
        """Open the sockets."""
        self._choose_channel()
        self._link.start()
        self._stream.start()

    async def disarm(self) -> None:
        """Stop the venue's switch, once nothing of ours is left: it would take what others placed by hand."""
        for symbol in self._switch.armed():
            await self._set_switch(Ask(Kind.COUNTDOWN, symbol, value=0))

    async def stop(self) -> None:
        """Close them."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stream.stop()
        await self._link.stop()

    async def ask(self, ask: Ask) -> Heard:
        """A question of the composition root's own (preflight, fees)."""
        return await self._link.ask(ask)

    def set_instruments(self, definitions: Iterable[InstrumentDefinition]) -> None:
        """Rules of this market's instruments, at first and at each change."""
        self.desk.set_instruments(definitions)
        self.clear("instruments")

    # -- commands of the OMS -----------------------------------------------------------------------------------------

    def place(self, order: PlaceOrder) -> None:
        """Send a new order."""
        now_ns = self._clock.monotonic_ns()
        self._figures.sent(self.desk.place(order, now_ns, self._parts.venue_time.ms(now_ns)))

    def amend(self, order: AmendOrder) -> None:
        """Change an order."""
        now_ns = self._clock.monotonic_ns()
        self._figures.sent(self.desk.amend(order, now_ns, self._parts.venue_time.ms(now_ns)))

    def cancel(self, order: CancelOrder) -> None:
        """Cancel an order."""
        now_ns = self._clock.monotonic_ns()
        self._figures.sent(self.desk.cancel(order, now_ns, self._parts.venue_time.ms(now_ns)))

    def query(self, order: QueryOrder) -> None:
        """Find out about an order."""
        self.desk.query(order)

    async def picture(self, fills_since_time_ns: int, instruments: tuple[str, ...] = ()) -> Picture:
        """Hand the venue's whole picture on, as words; what is missing is in `failed`."""
        return await self._procedures.picture(fills_since_time_ns, instruments)

    def ours(self, picture: Picture) -> list[int]:
        """Order ids of ours among the open orders of a picture."""
        named = (parse_of_desk(word.client_order_id, self._parts.desk) for word in picture.open_orders)
        return sorted({ours.order_id for ours in named if ours is not None})

    async def let_go(self, why: str, symbols: tuple[str, ...] = (), rounds: int = 20) -> Remaining:
        """Cancel all of ours by ourselves (shutdown, lost OMS, an operator) and verify."""
        return await self._procedures.let_go(why, symbols, rounds)

    def on_timer(self) -> None:
        """Call it every 20 ms or so."""
        now_ns = self._clock.monotonic_ns()
        self.desk.on_timer(now_ns, self._parts.venue_time.ms(now_ns))
        suspect = self.desk.canary.suspect(now_ns)
        if suspect and self._stream.is_up:
            self.desk.canary.reset()
            self._stream.reopen(suspect)
        unsure = self._parts.venue_time.unsure(now_ns, self._parts.settings.max_clock_offset_ms)
        if unsure:
            self.block("clock", unsure)
        else:
            self.clear("clock")
        if self._parts.dialect.capabilities.dead_man_switch:
            symbols = {record.tradable.symbol for record in self.desk.book.live()}
            for ask in self._switch.due(symbols, self._parts.oms_works(), now_ns):
                self._spawn(self._set_switch(ask))

    def _on_word(self, word: StreamWord, received_ns: int) -> None:
        home, tell, by_symbol = self.home, self._tell, self.desk.reports.by_symbol
        match word:
            case OrderWord():
                self._heard_ms = max(self._heard_ms, word.venue_time_ns // 1_000_000)
                self._on_order(word, "stream")
            case FillWord():
                self.desk.outcomes.fill(word, "stream", received_ns)
            case BalancesWord():
                tell(account_reports.balances(home, word, received_ns))
            case PositionsWord():
                tell(account_reports.positions(home, word, by_symbol, received_ns))
            case MovementWord():
                tell(account_reports.movement(home, word, by_symbol, received_ns))
            case SeenWord():
                named = parse_of_desk(word.client_order_id, self._parts.desk)
                if named is not None:
                    self.desk.canary.on_stream(named.order_id)
            case UnknownWord():
                self._count_unknown(word.kind)

    def _on_order(self, word: OrderWord, source: str) -> None:
        self.desk.outcomes.order(word, source, self._clock.monotonic_ns())

    def _count_unknown(self, kind: str) -> None:
        count = self._unknown_words[kind] = self._unknown_words.get(kind, 0) + 1
        if count == 1:
            log.warning("unknown_private_event", market=self.home.market, kind=kind)

    def _on_refusal(self, error_class: ErrorClass) -> None:
        if error_class is ErrorClass.FILTER:
            self._parts.refresh_instruments("an order was refused by a filter")
        elif error_class is ErrorClass.AUTH:
            log.error("venue_refuses_our_key", market=self.home.market)

    def _on_link(self, up: bool, reason: str) -> None:
        self._choose_channel()
        if not up:
            self.desk.on_link_lost(Channel.WS, f"connection lost: {reason}")

    def _choose_channel(self) -> None:
        wants_ws = self._parts.settings.prefer == "ws" and self._parts.access.request_url
        self.desk.channel = Channel.WS if wants_ws and self._link.is_up else Channel.REST

    def _on_stream_up(self) -> None:
        self.block("picture", "being asked for")
        self.clear("private_stream")
        self.desk.canary.reset()
        self._picture_number += 1
        self._spawn(self._picture_after_opening(self._picture_number))

    def _on_stream_down(self, reason: str) -> None:
        self.block("private_stream", reason)

    def _resolve(self, question: Question) -> None:
        self._spawn(self._procedures.find_out(question))

    async def _picture_after_opening(self, number: int) -> None:
        """Until it is whole; a later opening of the stream makes this one needless."""
        while number == self._picture_number:
            picture = await self.picture((self._heard_ms - _FILLS_OVERLAP_MS) * 1_000_000)
            if not picture.failed and number == self._picture_number:
                self.clear("picture")
                return
            self.block("picture", picture.failed or "being asked for anew")
            await asyncio.sleep(_RECONCILE_AGAIN_S)

    async def _set_switch(self, ask: Ask) -> None:
        heard = await self._link.ask(ask)
        ok = not isinstance(heard.answer, Refusal | NoAnswer)
        self._switch.done(ask, ok, self._clock.monotonic_ns())
        if not ok:
            log.warning("dead_man_switch_not_set", symbol=ask.symbol, answer=str(heard.answer))

    def _tell(self, message: Message) -> None:
        self._figures.told(message)
        self._parts.tell(message)

    def _make_link(self) -> VenueLink:
        parts = self._parts
        return VenueLink(
            self._name,
            parts.dialect,
            parts.access,
            parts.http,
            parts.limiter,
            parts.venue_time,
            parts.clock,
            timeout_ms=parts.settings.request_timeout_ms,
            on_answer=self.desk.on_answer,
            on_link=self._on_link,
            on_refusal=self._on_refusal,
        )

    def _make_stream(self) -> PrivateStream:
        parts = self._parts
        return PrivateStream(
            self._name,
            parts.dialect,
            parts.access,
            self._link,
            parts.venue_time,
            parts.clock,
            keep_alive_ms=parts.settings.listen_key_keep_alive_ms,
            on_word=self._on_word,
            on_up=self._on_stream_up,
            on_down=self._on_stream_down,
        )

    def _make_procedures(self) -> OrderProcedures:
        parts, settings = self._parts, self._parts.settings
        patience = ResolverSettings(
            settings.query_first_ms, settings.query_ceiling_ms, settings.absent_answers, settings.absent_over_ms
        )
        return OrderProcedures(
            parts.home,
            parts.symbols,
            self.desk,
            self._link,
            parts.venue_time,
            parts.clock,
            patience,
            on_account=lambda word: self._on_word(word, parts.clock.monotonic_ns()),
        )

    def _counts(self) -> dict[str, int]:
        outcomes, reports = self.desk.outcomes.counts, self.desk.reports.counts
        return {
            "live": len(self.desk.book),
            "not_sent": outcomes.not_sent,
            "unknown": outcomes.unknown,
            "duplicates": self.desk.duplicates,
            "foreign": reports.foreign,
            "late_leg": reports.late_leg,
            "unreadable": self._link.unreadable,
            "unknown_events": sum(self._unknown_words.values()),
            **{f"refused_{name}": count for name, count in outcomes.errors.items()},
        }

    def block(self, cause: str, why: str) -> None:
        """Hold new orders back for a named cause."""
        if self.readiness.blocked(cause, why):
            log.warning("market_not_ready", market=self.home.market, cause=cause, why=why)
        self.desk.gate.not_ready = self.readiness.reason

    def clear(self, cause: str) -> None:
        """A cause is gone."""
        if self.readiness.cleared(cause) and self.readiness.is_ready:
            log.info("market_ready", market=self.home.market)
        self.desk.gate.not_ready = self.readiness.reason

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler({"message": "a procedure failed", "exception": error, "task": task})
