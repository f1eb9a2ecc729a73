"""The guardian: puts together what the watches see, and decides, at each look anew, what must hold.

- Without an OMS that works and has compared itself with the venue, a gateway is held: everything cancelled, nothing
  added. The hold ends by itself with its cause.
- A kill, wherever it is seen first, stands everywhere until an operator resumes; that nothing is open is proven by each
  gateway that it concerns, and asked for until it is.
- Limits exceeded beyond tolerance kill.
"""

from collections.abc import Iterator, Mapping

from crossbook.messages.health import ProcessHealth
from crossbook.messages.inventory import Pnl, Position
from crossbook.messages.orders import QuoteStates
from crossbook.messages.risk import RiskState
from risk.guardian.actions import Action, Notice, Tell, What
from risk.guardian.gateway_watch import Duty, GatewayWatch
from risk.guardian.kills import Kills
from risk.guardian.latch import KillLatch, concerns
from risk.guardian.oms_watch import OmsWatch
from risk.guardian.order_watch import OrderWatch
from risk.guardian.process_watch import ProcessSeen, ProcessWatch
from risk.guardian.redis_watch import RedisWatch
from risk.guardian.settings import GuardianConfig
from risk.guardian.sweeps import Sweeps
from risk.guardian.tolerance import Tolerance

MS = 1_000_000
NAME = "guardian"
"""The sender of its commands, and so the owner of its holds."""
HOLD: Duty = (What.HOLD, "all")
_BLIND_NS = 1_000 * MS


class Guardian:
    """Synchronous: facts by `on_…`, decisions by `look…`. Times are monotonic unless named otherwise."""

    def __init__(self, config: GuardianConfig, latch: KillLatch, now_ns: int) -> None:
        """`latch` as it was written down."""
        self._config = config
        self.oms = OmsWatch(config.oms, now_ns)
        self.gateways = {v: GatewayWatch(v, settings.process, now_ns) for v, settings in config.venues.items()}
        self.redis = RedisWatch(config.redis, now_ns)
        self.held: dict[str, str] = {}
        """Venue → why it is held."""
        self._tolerance = Tolerance(config.tolerance)
        self._processes = ProcessWatch(config.processes, self._heard_ns, now_ns)
        self._orders = OrderWatch(config.orders.differ_ms)
        self._sweeps = {v: Sweeps(config.gateways, self.gateways[v], s.sweeper) for v, s in config.venues.items()}
        self._kills = Kills(latch, self.oms, self.gateways, self._sweeps)
        self._latch = latch
        self._spoken_ns: dict[str, int] = {}
        self._seen: dict[str, ProcessSeen] = {}
        self._looked_ns = now_ns

    def on_event(self, message: object, now_ns: int) -> None:
        """What the OMS publishes."""
        match message:
            case RiskState():
                self.oms.on_state(message, now_ns)
            case ProcessHealth():
                self.oms.on_process(message)
            case Pnl():
                self._tolerance.on_pnl(message, now_ns)
            case Position():
                self._tolerance.on_position(message, now_ns)
            case QuoteStates():
                self._spoken_ns[message.strategy] = now_ns

    def on_facts(self, venue: str, facts: Mapping[str, str], now_ns: int) -> None:
        """A gateway's health. A hold of ours that we do not know of was an earlier guardian's: it must end too."""
        gateway = self.gateways[venue]
        first = not gateway.answered_ns
        gateway.on_facts(facts, now_ns)
        if first and gateway.is_held_by(NAME) and venue not in self.held:
            self.oms.doubt(now_ns)

    def on_kill(self, scope: str, by: str, reason: str, time_ns: int) -> list[Action]:
        """An operator's kill."""
        return list(self._kills.kill(scope, by, reason, time_ns))

    def on_resume(self, scope: str, by: str, reason: str) -> list[Action]:
        """An operator's resume of exactly this scope; nothing when it is not killed."""
        actions = list(self._kills.resume(scope, by, reason))
        if actions:
            self._tolerance.resumed()
        return actions

    def look(self, now_ns: int, time_ns: int) -> list[Action]:
        """What is to be done now. Call it each 50 ms or so."""
        self._forgive_own_blindness(now_ns)
        return list(self._decide(now_ns, time_ns))

    def look_at_processes(self, processes: list[ProcessSeen], now_ns: int) -> list[Action]:
        """What the supervisor shows, and what is to be done about it."""
        self._seen = {seen.name: seen for seen in processes}
        sweepers = {settings.sweeper for settings in self._config.venues.values()}
        judged = [seen for seen in processes if seen.name != NAME and seen.name not in sweepers]
        return list(self._processes.look(judged, now_ns))

    def facts(self, now_ns: int) -> dict[str, str]:
        """How the guardian sees things, for whoever asks."""
        kills = self._latch.kills
        told = {
            "kills": "; ".join(f"{scope} by {kill.by}: {kill.reason}" for scope, kill in kills.items()) or "none",
            "oms": "silent" if self.oms.is_silent(now_ns) else "works",
            "kept_down": " ".join(self._processes.kept_down()) or "none",
        }
        for venue, gateway in self.gateways.items():
            told[f"{venue}.gateway"] = "gone" if self._sweeps[venue].is_gone(now_ns) else "answers"
            told[f"{venue}.held"] = self.held.get(venue, "no")
            for scope in kills:
                if concerns(scope, venue):
                    proven = self._kills.is_proven(scope, venue)
                    told[f"{venue}.open.{scope}"] = "0" if proven else gateway.why_not_proven((What.KILL, scope))
        return told

    def _decide(self, now_ns: int, time_ns: int) -> Iterator[Action]:
        yield from self._kills.see(time_ns)
        if self._tolerance.breach:
            yield from self._kills.kill("all", NAME, self._tolerance.breach, time_ns)
        for venue, gateway in self.gateways.items():
            yield from self._hold_or_release(venue, gateway, now_ns)
            yield from self._sweeps[venue].look(self._seen.get(self._config.venues[venue].sweeper), now_ns)
        yield from self._kills.enforce(now_ns)
        yield from self.redis.look(now_ns)
        yield from self._compare_orders(now_ns)

    def _hold_or_release(self, venue: str, gateway: GatewayWatch, now_ns: int) -> Iterator[Action]:
        why = self.oms.trouble(gateway.process, now_ns) or self.redis.trouble(self.oms.reduces_for_redis(), now_ns)
        if why:
            if venue not in self.held:
                yield Notice("page", "hold", venue, f"everything is cancelled and held: {why}")
            self.held[venue] = why
            yield from gateway.oblige(HOLD, why, now_ns)
        elif self.held.pop(venue, ""):
            gateway.forget(HOLD)
            yield Notice("info", "hold", venue, "the cause is gone: released", cleared=True)
            yield Tell(venue, What.RELEASE, "all", "the OMS works and has compared itself with the venue")
        elif gateway.is_held_by(NAME):
            yield from gateway.once((What.RELEASE, "all"), "nothing stands against it", now_ns)

    def _compare_orders(self, now_ns: int) -> Iterator[Action]:
        live = sum(gateway.live_orders for gateway in self.gateways.values())
        if self._orders.look(live, self.oms.live_orders, now_ns):
            reason = f"gateways count {self._orders.surplus} live orders more than the OMS"
            yield Notice("warn", "orders_nobody_owns", "orders", f"{reason}: cancelled")
            for venue in self.gateways:
                yield Tell(venue, What.CANCEL_ALL, "all", reason)

    def _forgive_own_blindness(self, now_ns: int) -> None:
        """A guardian that was itself stopped has seen nothing: that is nobody else's silence."""
        gap_ns, self._looked_ns = now_ns - self._looked_ns, now_ns
        if gap_ns > _BLIND_NS:
            self.oms.forgive(now_ns)
            self.redis.forgive(now_ns)
            self._processes.forgive(now_ns)
            for gateway in self.gateways.values():
                gateway.forgive(now_ns)

    def _heard_ns(self, process: str) -> int:
        """When a process last spoke on the bus, 0 for one that does not speak to us."""
        if process == self._config.oms.process:
            return self.oms.heard_ns()
        for gateway in self.gateways.values():
            if gateway.process == process:
                return gateway.heard_ns
        return self._spoken_ns.get(process, 0)
