"""A market's long-winded dealings with its venue: finding out, reconciling, cancelling everything.

Each is a pure procedure of the kit; here they are given the venue to ask and the desk to tell.
"""

from collections.abc import Callable

from crossbook.clock import Clock
from crossbook.telemetry import get_logger
from gateway_kit.cancel_all import CancelScope, Remaining, cancel_all
from gateway_kit.order_desk import OrderDesk
from gateway_kit.order_reports import Home
from gateway_kit.order_words import Accepted, BalancesWord, OrderWord, PositionsWord
from gateway_kit.outcome_resolver import Heard, Question, ResolverSettings, resolve
from gateway_kit.reconciler import Hands, Picture, Scope, reconcile
from gateway_kit.requests import Ask, Kind
from gateway_kit.shell import procedures
from gateway_kit.shell.shared_asks import SharedAsks
from gateway_kit.shell.venue_link import VenueLink
from gateway_kit.shell.venue_time import VenueTime

log = get_logger()


class OrderProcedures:
    """Of one market."""

    def __init__(
        self,
        home: Home,
        symbols: tuple[str, ...],
        desk: OrderDesk,
        link: VenueLink,
        venue_time: VenueTime,
        clock: Clock,
        settings: ResolverSettings,
        *,
        on_account: Callable[[BalancesWord | PositionsWord], None],
    ) -> None:
        """`symbols`: everything that may be traded; `on_account` takes balances and positions."""
        self._home, self._symbols, self._desk, self._link = home, symbols, desk, link
        self._venue_time, self._clock, self._settings = venue_time, clock, settings
        self._on_account = on_account
        self._shared = SharedAsks(link.ask)

    async def find_out(self, question: Question) -> None:
        """Ask until the venue has proven what became of an order."""
        outcomes = self._desk.outcomes
        procedure = resolve(question, self._settings, lambda: outcomes.is_settled(question))
        verdict = await procedures.run(procedure, self._shared.ask)
        outcomes.verdict(question, verdict, self._clock.monotonic_ns())

    async def let_go(self, why: str, symbols: tuple[str, ...] = (), rounds: int = 20) -> Remaining:
        """Cancel all orders of ours and verify."""
        log.warning("cancels_all_orders", market=self._home.market, why=why)
        scope = CancelScope(self._desk.reports.desk, symbols or self._symbols, rounds)
        procedure = cancel_all(scope, lambda: self._desk.undecided, lambda word: self._order(word, "answer"))
        remaining = await procedures.run(procedure, self._ask_cancel)
        log.info(
            "cancelled_all_orders", market=self._home.market, cancelled=remaining.cancelled,
            remaining=remaining.count, failed=remaining.failed,
        )  # fmt: skip
        return remaining

    async def picture(self, fills_since_time_ns: int, instruments: tuple[str, ...] = ()) -> Picture:
        """Hand on the venue's whole picture, with the fills since a time on the instruments named (none: all)."""
        tradables, capabilities = self._desk.tradables, self._desk.dialect.capabilities
        wanted = {tradables[name].symbol for name in instruments if name in tradables}
        now_ms = self._venue_time.ms(self._clock.monotonic_ns())
        scope = Scope(
            symbols=self._symbols,
            fills_since_ms=max(now_ms - capabilities.history_reach_ms, fills_since_time_ns // 1_000_000),
            now_ms=now_ms,
            window_ms=capabilities.history_window_ms,
            has_positions=capabilities.positions,
            wants_fills_of=tuple(sorted(wanted)),
        )
        picture = await procedures.run(reconcile(scope, self._hands()), self._link.ask)
        if picture.failed:
            log.warning("picture_incomplete", market=self._home.market, failed=picture.failed)
        return picture

    def _hands(self) -> Hands:
        return Hands(
            order=lambda word: self._order(word, "reconcile"),
            fill=lambda word: self._desk.outcomes.fill(word, "reconcile", self._clock.monotonic_ns()),
            account=self._on_account,
            knows=lambda symbol, venue_id: self._desk.book.by_venue_id(symbol, venue_id) is not None,
        )

    def _order(self, word: OrderWord, source: str) -> None:
        self._desk.outcomes.order(word, source, self._clock.monotonic_ns())

    async def _ask_cancel(self, ask: Ask) -> Heard:
        """Cancels of `cancel_all` answer with the order's state, as its procedure wants it."""
        heard = await self._link.ask(ask)
        if ask.kind is Kind.CANCEL and isinstance(heard.answer, Accepted) and heard.answer.word is not None:
            return Heard(heard.answer.word, heard.received_ns)
        return heard
