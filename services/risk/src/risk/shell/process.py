"""The guardian's process: its own lines to everything, wired to the core; carries out what the core decides."""

import asyncio
from pathlib import Path
from typing import Any

import redis.asyncio
import redis.exceptions

from crossbook.errors import RetryLater
from crossbook.messages.control import CommandDone, HealthReply
from crossbook.messages.health import Alert, ProcessHealth
from crossbook.messages.inventory import Pnl, Position
from crossbook.messages.market import VenueHealth
from crossbook.messages.orders import QuoteStates
from crossbook.messages.risk import RiskState
from crossbook.service import ServiceContext
from crossbook.telemetry import get_logger
from risk.guardian.actions import OMS, Action, EndProcess, EndSweep, KeepDown, Latch, Notice, Sweep, Tell
from risk.guardian.gateway_watch import Duty
from risk.guardian.guardian import Guardian
from risk.guardian.settings import GuardianConfig
from risk.shell.command_lines import ANSWERS, CommandLine
from risk.shell.decision_log import DecisionLog
from risk.shell.latch_file import LatchFile
from risk.shell.operator_desk import COMMANDS, OperatorDesk
from risk.shell.process_supervisor import ProcessSupervisor

LOOK_MS = 50
ASK_GATEWAYS_MS = 250
ASK_OMS_MS = 2_000
_SUPERVISE_S = 0.5
_PING_S = 1.0
_EVENT_TYPES = (RiskState, ProcessHealth, Pnl, Position, QuoteStates)
_EVENT_TOPICS = ["risk", "process.", "pnl.", "position.", "quotes."]

log = get_logger()

Wish = EndProcess | KeepDown | Sweep | EndSweep
"""What the supervisor is to do."""


class GuardianProcess:
    """Everything that lives as long as the process."""

    def __init__(self, ctx: ServiceContext[GuardianConfig]) -> None:
        """Read the latch, then connect to everything."""
        self._ctx, config, clock = ctx, ctx.config, ctx.clock
        self._latch_file = LatchFile(ctx.run_dir / "latch.json")
        self._latch = self._latch_file.read(clock.time_ns())
        self._guardian = Guardian(config, self._latch, clock.monotonic_ns())
        self._decisions = DecisionLog(ctx.run_dir, config.run_dir, clock)
        self._supervisor = ProcessSupervisor(Path(config.supervisor), config.run_dir)
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()
        self._alerts = ctx.publisher(config.bus.guardian, role="events")
        self._lines = {OMS: self._line(OMS, config.bus.intents)}
        self._lines |= {venue: self._line(venue, config.bus.control_of(venue)) for venue in config.venues}
        self._md = {venue: config.bus.md_of(venue) for venue in config.venues}
        self._market = ctx.subscriber(list(self._md.values()), ["health."], _ignored, _ignored, types=(VenueHealth,))
        ctx.subscriber(
            [config.bus.events], _EVENT_TOPICS, self._on_event, _ignored, types=_EVENT_TYPES, newest_only=True
        )
        OperatorDesk(self._router, self._guardian, self._latch, clock, self._do)

    async def run(self) -> None:
        """Until told to stop."""
        ctx = self._ctx
        for scope, kill in self._latch.kills.items():
            log.warning("kill_is_latched", scope=scope, by=kill.by, reason=kill.reason)
        ctx.every(LOOK_MS, self._look)
        ctx.every(ASK_GATEWAYS_MS, self._ask_gateways)
        ctx.every(ASK_OMS_MS, self._lines[OMS].ask_health)
        ctx.task(self._supervise(), name="supervisor")
        ctx.task(self._ping_redis(), name="redis")
        await ctx.stopping.wait()

    def _look(self) -> None:
        now_ns = self._ctx.clock.monotonic_ns()
        for venue, endpoint in self._md.items():
            self._guardian.gateways[venue].published_ns = self._market.last_beat_ns(endpoint)
        self._do(self._guardian.look(now_ns, self._ctx.clock.time_ns()))
        self._ctx.progress()

    def _ask_gateways(self) -> None:
        for venue in self._guardian.gateways:
            self._lines[venue].ask_health()

    # -- facts in ----------------------------------------------------------------------------------------------------

    def _on_event(self, topic: str, seq: int, message: Any) -> None:
        self._guardian.on_event(message, self._ctx.clock.monotonic_ns())

    def _on_health(self, target: str, reply: HealthReply) -> None:
        if target == OMS:
            self._guardian.oms.live_orders = int(reply.facts["live_orders"])
        else:
            self._guardian.on_facts(target, reply.facts, self._ctx.clock.monotonic_ns())

    def _on_done(self, target: str, duty: Duty, done: CommandDone) -> None:
        if not done.ok:
            log.warning("command_not_done", target=target, what=duty[0], scope=duty[1], answer=done.text)
        if target != OMS:
            now_ns = self._ctx.clock.monotonic_ns()
            self._guardian.gateways[target].on_done(duty, done.ok, done.open_orders, done.text, now_ns)

    # -- actions out -------------------------------------------------------------------------------------------------

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Latch():
                    self._latch_file.keep(self._latch)
                case Tell():
                    self._tell(action)
                case Notice():
                    self._notify(action)
                    self._decisions.write(action)
                case EndProcess() | KeepDown() | Sweep() | EndSweep():
                    self._decisions.write(action)
                    self._wishes.put_nowait(action)

    def _tell(self, tell: Tell) -> None:
        if self._lines[tell.target].tell(tell.what, tell.scope, tell.reason):
            log.warning("told", target=tell.target, what=tell.what, scope=tell.scope, reason=tell.reason)
            self._decisions.write(tell)
        elif tell.target != OMS:
            self._guardian.gateways[tell.target].on_not_sent((tell.what, tell.scope))

    def _notify(self, notice: Notice) -> None:
        clock = self._ctx.clock
        say = log.warning if notice.severity in ("page", "warn") and not notice.cleared else log.info
        say("alert", kind=notice.kind, subject=notice.subject, text=notice.text, severity=notice.severity,
            cleared=notice.cleared)  # fmt: skip
        alert = Alert(
            notice.severity, notice.kind, notice.subject, notice.text, "by=guardian", clock.time_ns(), notice.cleared
        )
        self._alerts.publish("alert", alert)

    async def _supervise(self) -> None:
        """Look at the processes twice a second, and have done to them what was decided."""
        while not self._supervisor.exists:
            while not self._wishes.empty():
                log.warning("no_supervisor", wish=str(self._wishes.get_nowait()))
            await asyncio.sleep(_SUPERVISE_S)
        while True:
            try:
                seen = await asyncio.to_thread(self._supervisor.processes)
                self._do(self._guardian.look_at_processes(seen, self._ctx.clock.monotonic_ns()))
                while not self._wishes.empty():
                    await asyncio.to_thread(self._carry_out, self._wishes.get_nowait())
            except RetryLater as error:
                log.warning("supervisor_does_not_answer", reason=str(error))
            await asyncio.sleep(_SUPERVISE_S)

    def _carry_out(self, wish: Wish) -> None:
        match wish:
            case EndProcess(name):
                self._supervisor.end(name)
            case KeepDown(name):
                self._supervisor.keep_down(name)
            case Sweep(program):
                self._supervisor.start(program)
            case EndSweep(program):
                self._supervisor.keep_down(program)

    async def _ping_redis(self) -> None:
        config, clock = self._ctx.config, self._ctx.clock
        url = config.redis.url or f"unix://{(config.run_dir / 'redis' / 'redis.sock').absolute()}"
        client = redis.asyncio.from_url(url, socket_timeout=_PING_S, socket_connect_timeout=_PING_S)
        try:
            while True:
                try:
                    reachable, why = bool(await client.ping()), ""
                except (redis.exceptions.RedisError, OSError) as error:
                    reachable, why = False, str(error) or type(error).__name__
                self._guardian.redis.on_ping(reachable, why, clock.monotonic_ns())
                await asyncio.sleep(_PING_S)
        finally:
            await client.aclose()

    # -- wires -------------------------------------------------------------------------------------------------------

    def _line(self, target: str, endpoint: str) -> CommandLine:
        return CommandLine(
            lambda on_message: self._ctx.dealer(endpoint, on_message, types=ANSWERS),
            self._ctx.clock,
            on_done=lambda duty, done: self._on_done(target, duty, done),
            on_health=lambda reply: self._on_health(target, reply),
        )

    def _router(self, on_command: Any) -> Any:
        return self._ctx.router(self._ctx.config.bus.control_of("guardian"), on_command, types=COMMANDS, role="control")


def _ignored(*_: object) -> None:
    """Only the publisher's beats are of interest, or the next retained message mends what was lost."""


async def main(ctx: ServiceContext[GuardianConfig]) -> None:
    """Watch until told to stop."""
    await GuardianProcess(ctx).run()
