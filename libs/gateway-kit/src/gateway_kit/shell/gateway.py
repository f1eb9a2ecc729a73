"""A gateway, whole: every venue's `__main__` hands over its markets, and this wires them to the bus and the OMS.

One process per venue and account. Each market has a market-data side and an order side; they share the rate limiter,
the HTTP session and the venue's clock.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from crossbook.bus import Dealer, Publisher, Router
from crossbook.config import ServiceConfig
from crossbook.errors import ConfigError, HumanNeeded
from crossbook.messages.base import SCHEMA_VERSION, Message
from crossbook.messages.gateway import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    GatewayBeat,
    GatewayHello,
    PlaceOrder,
    QueryOrder,
    Reconcile,
)
from crossbook.messages.market import InstrumentDefinition
from crossbook.service import ServiceContext
from crossbook.service.build import build
from crossbook.telemetry import get_logger
from gateway_kit.command_scope import symbols_in_scope
from gateway_kit.health_reports import HealthReports
from gateway_kit.oms_presence import OmsPresence, PresenceSettings
from gateway_kit.order_dialect import OrderDialect
from gateway_kit.order_reports import Home
from gateway_kit.private_access import PrivateAccess
from gateway_kit.rate_limiter import Limit, RateLimiter
from gateway_kit.shell.account_checks import AccountChecks
from gateway_kit.shell.account_requests import AccountRequests
from gateway_kit.shell.boot_epoch import next_epoch
from gateway_kit.shell.control import COMMANDS as CONTROL_COMMANDS
from gateway_kit.shell.control import ControlDesk, run_in_loop
from gateway_kit.shell.http_session import HttpSession
from gateway_kit.shell.market_shell import MarketShell, Wires
from gateway_kit.shell.oms_link import BEAT_MS, COMMANDS, OmsLink
from gateway_kit.shell.order_shell import OrderParts, OrderShell
from gateway_kit.shell.sections import OrderSection
from gateway_kit.shell.venue_time import VenueTime

log = get_logger()

TIMER_MS = 20
_STOP_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class MarketOffer:
    """What a venue hands over for one of its markets."""

    market: str
    symbols: tuple[str, ...]
    dialect: OrderDialect
    access: PrivateAccess
    limits: tuple[Limit, ...]
    limits_of: Callable[[bytes], tuple[Limit, ...]]
    """Reads the venue's own limits out of what it says about its instruments."""
    market_shell: Callable[[Wires], MarketShell]


@dataclass(frozen=True, slots=True)
class VenueOffer:
    """A venue and an account of it."""

    venue: str
    account: str
    desk: int
    markets: tuple[MarketOffer, ...]
    orders: OrderSection
    allow_unknown_permissions: bool


@dataclass(slots=True)
class _Market:
    data: MarketShell
    orders: OrderShell
    limiter: RateLimiter


class Gateway:
    """Everything of one gateway process."""

    def __init__(self, ctx: ServiceContext[Any], offer: VenueOffer, config: ServiceConfig) -> None:
        """Sockets of the bus are made here, those to the venue in `run`."""
        self._ctx, self._offer, self._config = ctx, offer, config
        clock = ctx.clock
        self._publisher: Publisher = ctx.publisher(config.bus.md_of(offer.venue), role="md")
        self._http = HttpSession(clock, timeout_ms=max(10_000, offer.orders.request_timeout_ms))
        self._presence = OmsPresence(
            PresenceSettings(offer.orders.oms_progress_ms, offer.orders.oms_lost_cancel_ms), clock.monotonic_ns()
        )
        self._refusal: asyncio.Future[HumanNeeded | ConfigError | None] = ctx.loop.create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn = run_in_loop(self._tasks)
        self.markets: dict[str, _Market] = {m.market: self._build(m) for m in offer.markets}
        self._by_instrument: dict[str, OrderShell] = {}
        self._mismatch = ""
        self._epoch = next_epoch(ctx.run_dir / "epoch", clock.time_ns())
        self._oms = OmsLink(
            self._dealer,
            clock,
            self._presence,
            desk=offer.desk,
            hello=self._hello,
            beat=self._beat,
            handlers={
                PlaceOrder: self._to_market(OrderShell.place),
                AmendOrder: self._to_market(OrderShell.amend),
                CancelOrder: self._to_market(OrderShell.cancel),
                QueryOrder: self._to_market(OrderShell.query),
                CancelAllOrders: lambda request: self._spawn(self._account.cancel_all(request)),
                Reconcile: lambda request: self._spawn(self._account.reconcile(request)),
            },
            on_epoch=self._on_epoch,
            on_mismatch=self._on_mismatch,
        )
        ctx.metrics.observe("oms_link", lambda: {"not_sent": self._oms.not_sent})
        shells = {name: market.orders for name, market in self.markets.items()}
        self._account = AccountRequests(offer.venue, offer.account, shells, clock, self._oms.tell)
        self._health = HealthReports(offer.venue, offer.account, self._publisher.publish)
        self._control = ControlDesk(self._router, self, clock, ctx.name, ctx.run_dir / "control.json", self._spawn)

    async def run(self) -> None:
        """Until the process is asked to stop; then everything of ours is cancelled.

        Raises HumanNeeded when the account or its key must not trade, ConfigError for a symbol that does not exist.
        """
        ctx = self._ctx
        ctx.on_stop(self._stop)
        ctx.ready()  # now, while no book is in step yet: a full collection takes long enough to lose them
        for name, market in self.markets.items():
            ctx.task(self._or_refuse(name, market.data.run()), name=f"{name} market data")
            market.orders.start()
            ctx.task(self._or_refuse(name, self._check_account(market)), name=f"{name} account")
        ctx.every(TIMER_MS, self._on_timer)
        ctx.every(BEAT_MS, self._on_beat)
        stopping = asyncio.ensure_future(ctx.stopping.wait())
        stopping.add_done_callback(lambda _: self._refuse(None))
        refused = await self._refusal
        if refused is not None:
            await self._close()
            raise refused

    def set_halt(self, scope: str, reason: str) -> None:
        """Refuse adding orders in a scope."""
        for market in self.markets.values():
            market.orders.desk.gate.halts[scope] = reason

    def set_kill(self, scope: str, reason: str) -> None:
        """Refuse everything but cancels in a scope."""
        for market in self.markets.values():
            market.orders.desk.gate.kills[scope] = reason

    def resume(self, scope: str) -> bool:
        """End a halt or kill of exactly this scope, and with `all` every hold; whether there was one."""
        gates = [market.orders.desk.gate for market in self.markets.values()]
        found = any(scope in gate.halts or scope in gate.kills or (scope == "all" and gate.holds) for gate in gates)
        for gate in gates:
            gate.halts.pop(scope, None)
            gate.kills.pop(scope, None)
            if scope == "all":
                gate.holds.clear()
        return found

    def set_hold(self, sender: str, reason: str) -> None:
        """Refuse adding orders until the same sender releases."""
        for market in self.markets.values():
            market.orders.desk.gate.holds[sender] = reason

    def release(self, sender: str) -> bool:
        """End a sender's hold; whether there was one."""
        held = [market.orders.desk.gate.holds.pop(sender, None) for market in self.markets.values()]
        return any(reason is not None for reason in held)

    async def let_go(self, scope: str, why: str) -> tuple[int, str]:
        """Cancel ours in a scope; orders left (-1: not known) and what failed."""
        left = 0
        for market in self.markets.values():
            tradables = market.orders.desk.tradables.values()
            symbols = symbols_in_scope(scope, {t.instrument: t.symbol for t in tradables})
            if symbols is None:
                return -1, f"a gateway knows no scope {scope}"
            if symbols or scope == "all":
                remaining = await market.orders.let_go(why, symbols)
                if remaining.failed:
                    return remaining.count, f"{market.orders.home.market}: {remaining.failed}"
                left += remaining.count
        return left, ""

    def health(self) -> dict[str, str]:
        """Facts for an operator."""
        facts = {"epoch": str(self._epoch), "oms_epoch": str(self._oms.epoch), "instance": self._ctx.instance}
        facts["progress"] = str(self._ctx.work_done)
        gates = [market.orders.desk.gate for market in self.markets.values()]
        facts["holds"] = " ".join(sorted({sender for gate in gates for sender in gate.holds}))
        for name, market in self.markets.items():
            facts[f"{name}.ready"] = market.orders.readiness.reason or "yes"
            facts[f"{name}.live_orders"] = str(len(market.orders.desk.book))
            facts[f"{name}.market_data"] = market.data.trouble()[1] or "up"
        return facts

    def _build(self, offer: MarketOffer) -> _Market:
        ctx, limiter = self._ctx, RateLimiter(offer.limits)

        def take_limits(body: bytes) -> None:
            limits = offer.limits_of(body)
            if limits:
                limiter.set_limits(limits)

        data = offer.market_shell(
            Wires(
                publish=self._publisher.publish,
                forget=self._publisher.forget,
                http=self._http,
                limiter=limiter,
                clock=ctx.clock,
                metrics=ctx.metrics,
                on_instruments=lambda changed: self._on_instruments(offer.market, changed),
                on_instruments_body=take_limits,
                progress=ctx.progress,
            )
        )
        orders = OrderShell(
            OrderParts(
                home=Home(self._offer.venue, self._offer.account, offer.market),
                desk=self._offer.desk,
                dialect=offer.dialect,
                access=offer.access,
                http=self._http,
                limiter=limiter,
                venue_time=VenueTime(ctx.clock, data.clock_offset, data.resync_clock),
                clock=ctx.clock,
                metrics=ctx.metrics,
                settings=self._offer.orders,
                symbols=offer.symbols,
                tell=lambda message: self._oms.tell(message),
                refresh_instruments=data.refresh_instruments,
                oms_works=lambda: self._presence.is_working(ctx.clock.monotonic_ns()),
            )
        )
        return _Market(data, orders, limiter)

    async def _check_account(self, market: _Market) -> None:
        checks = AccountChecks(self._offer.venue, self._offer.account, market.data, market.orders, self._oms.tell)
        await checks.run(allow_unknown_permissions=self._offer.allow_unknown_permissions)

    async def _or_refuse(self, market: str, work: Coroutine[Any, Any, None]) -> None:
        """What only a human can mend ends the process with one line that says so, and is no crash to recover from."""
        try:
            await work
        except (HumanNeeded, ConfigError) as refused:
            log.critical("market_refused", market=market, reason=str(refused))
            self._refuse(refused)

    def _refuse(self, why: HumanNeeded | ConfigError | None) -> None:
        if not self._refusal.done():
            self._refusal.set_result(why)

    def _on_instruments(self, market: str, changed: list[InstrumentDefinition]) -> None:
        orders, definitions = self.markets[market].orders, self.markets[market].data.definitions
        orders.set_instruments(definitions.values())
        for definition in definitions.values():
            self._by_instrument[definition.instrument] = orders
        self._oms.say_hello()

    def _to_market(self, act: Callable[[OrderShell, Any], None]) -> Callable[[Any], None]:
        def handle(command: Any) -> None:
            orders = self._by_instrument.get(command.instrument) or next(iter(self.markets.values())).orders
            act(orders, command)

        return handle

    def _hello(self) -> GatewayHello | None:
        if not any(market.data.definitions for market in self.markets.values()):
            return None  # one market that is down does not keep the other from trading
        ctx, offer = self._ctx, self._offer
        return GatewayHello(
            gateway=ctx.name,
            nonce=ctx.nonce,
            epoch=self._epoch,
            venue=offer.venue,
            account=offer.account,
            markets=tuple(self.markets),
            instruments=tuple(d for market in self.markets.values() for d in market.data.definitions.values()),
            schema_version=SCHEMA_VERSION,
            build=build(),
            sent_ns=ctx.clock.monotonic_ns(),
        )

    def _beat(self) -> GatewayBeat:
        reasons = {name: self._why_not_ready(market) for name, market in self.markets.items()}
        return GatewayBeat(
            gateway=self._ctx.name,
            nonce=self._ctx.nonce,
            progress=self._ctx.work_done,
            ready={name: not why for name, why in reasons.items()},
            reasons={name: why for name, why in reasons.items() if why},
            sent_ns=self._ctx.clock.monotonic_ns(),
        )

    def _why_not_ready(self, market: _Market) -> str:
        gate = market.orders.desk.gate
        stopped = "; ".join(f"{scope}: {why}" for scope, why in (gate.kills | gate.halts).items() if scope == "all")
        held = "; ".join(f"held by {sender}: {why}" for sender, why in gate.holds.items())
        return market.orders.readiness.reason or stopped or held or self._mismatch

    def _on_epoch(self, epoch: int) -> None:
        self._mismatch = ""
        for market in self.markets.values():
            market.orders.desk.gate.oms_epoch = epoch

    def _on_mismatch(self, why: str) -> None:
        if why != self._mismatch:
            log.error("oms_mismatch", reason=why)
        self._mismatch = why

    def _on_timer(self) -> None:
        for market in self.markets.values():
            market.orders.on_timer()
        if self._presence.newly_lost(self._ctx.clock.monotonic_ns()):
            for market in self.markets.values():
                self._spawn(self._let_go_while_lost(market.orders))

    def _on_beat(self) -> None:
        self._oms.on_timer()
        now_ns, time_ns = self._ctx.clock.monotonic_ns(), self._ctx.clock.time_ns()
        for name, market in self.markets.items():
            state, trouble = market.data.trouble()
            self._health.tell(
                name,
                state,
                trouble,
                market.orders.readiness.reason,
                streams=market.data.stream_liveness(),
                clock_ahead_ms=market.data.clock_offset.ahead_ms(now_ns, time_ns),
                used=market.limiter.used_fraction(now_ns),
                now_ns=now_ns,
            )

    async def _stop(self) -> None:
        """Cancel what is ours and see that it is gone, then close."""
        self.set_kill("all", "this gateway stops")
        await asyncio.gather(*(self._let_go_for_good(market.orders) for market in self.markets.values()))
        await self._close()

    async def _close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*(market.orders.stop() for market in self.markets.values()))
        await self._http.close()

    async def _let_go_while_lost(self, orders: OrderShell) -> None:
        """However long the venue takes to listen: nobody watches these orders."""
        while self._presence.is_lost(self._ctx.clock.monotonic_ns()):
            if (await orders.let_go("the OMS is lost")).count == 0:
                return

    async def _let_go_for_good(self, orders: OrderShell) -> None:
        remaining = await orders.let_go("this gateway stops", rounds=_STOP_ROUNDS)
        if remaining.count == 0:
            await orders.disarm()

    def _dealer(self, on_message: Callable[[Any], None]) -> Dealer:
        return self._ctx.dealer(self._config.bus.orders, on_message, types=COMMANDS)

    def _router(self, on_message: Callable[[bytes, Message], None]) -> Router:
        endpoint = self._config.bus.control_of(self._offer.venue)
        return self._ctx.router(endpoint, on_message, types=CONTROL_COMMANDS, role="control")
