"""Keeps kills in force everywhere until an operator resumes, and has each gateway prove that nothing is open."""

from collections.abc import Iterator, Mapping

from risk.guardian.actions import OMS, Action, Latch, Notice, Tell, What
from risk.guardian.gateway_watch import GatewayWatch
from risk.guardian.latch import Kill, KillLatch, concerns
from risk.guardian.oms_watch import OmsWatch
from risk.guardian.sweeps import Sweeps

MS = 1_000_000
_FRESH_NS = 1_000 * MS
_AGAIN_NS = 500 * MS


class Kills:
    """Of all scopes, over the OMS and all gateways."""

    def __init__(
        self, latch: KillLatch, oms: OmsWatch, gateways: Mapping[str, GatewayWatch], sweeps: Mapping[str, Sweeps]
    ) -> None:
        """`latch` as it was written down."""
        self.latch = latch
        self._oms, self._gateways, self._sweeps = oms, gateways, sweeps
        self._told_oms_ns: dict[tuple[What, str], int] = {}
        self._proven: set[str] = set()

    def kill(self, scope: str, by: str, reason: str, time_ns: int) -> Iterator[Action]:
        """A kill, from whomever; nothing happens when the scope is killed already."""
        if self.latch.latch(scope, Kill(by, reason, time_ns)):
            self._proven.discard(scope)
            yield Latch()
            yield Notice("page", "kill", scope, f"killed by {by}: {reason}; latched until an operator resumes")

    def resume(self, scope: str, by: str, reason: str) -> Iterator[Action]:
        """An operator's resume of exactly this scope."""
        targets = [OMS, *(venue for venue in self._gateways if concerns(scope, venue))]
        if self.latch.resume(scope, targets):
            for gateway in self._gateways.values():
                gateway.forget((What.KILL, scope))
            yield Latch()
            yield Notice("info", "kill", scope, f"resumed by {by}: {reason}", cleared=True)

    def see(self, time_ns: int) -> Iterator[Action]:
        """Take up kills that the OMS or a gateway shows and that are not what is left of a resumed one."""
        for scope, (by, reason) in self._oms.kills().items():
            if not self.latch.is_resuming(scope, OMS):
                yield from self.kill(scope, by, reason, time_ns)
        for venue, gateway in self._gateways.items():
            for scope in gateway.kills:
                if not self.latch.is_resuming(scope, venue):
                    yield from self.kill(scope, f"gateway of {venue}", "killed there", time_ns)

    def enforce(self, now_ns: int) -> Iterator[Action]:
        """Tell whoever does not show a kill in force, or still shows a resumed one; say when all is proven."""
        for venue, gateway in self._gateways.items():
            yield from self._enforce_at(venue, gateway, now_ns)
        if self._oms.state is not None and not self._oms.is_silent(now_ns):
            yield from self._enforce_in_oms(now_ns)
        yield from self._verify()

    def is_proven(self, scope: str, venue: str) -> bool:
        """Whether nothing of ours is open at a venue under a kill: by the gateway's word, or its sweeper's."""
        return self._gateways[venue].proven((What.KILL, scope)) or self._sweeps[venue].is_clean

    def _enforce_at(self, venue: str, gateway: GatewayWatch, now_ns: int) -> Iterator[Action]:
        for scope, kill in self.latch.kills.items():
            if concerns(scope, venue):
                yield from gateway.oblige((What.KILL, scope), f"{kill.reason} (by {kill.by})", now_ns)
        for scope in self.latch.resuming(venue):
            if scope in gateway.kills:
                yield from gateway.once((What.RESUME, scope), "an operator has resumed", now_ns)
            elif now_ns - gateway.answered_ns < _FRESH_NS:
                self.latch.resumed(scope, venue)
                yield Latch()

    def _enforce_in_oms(self, now_ns: int) -> Iterator[Action]:
        shown = self._oms.kills()
        for scope, kill in self.latch.kills.items():
            if scope not in shown:
                yield from self._tell_oms(What.KILL, scope, f"{kill.reason} (by {kill.by})", now_ns)
        for scope in self.latch.resuming(OMS):
            if scope in shown:
                yield from self._tell_oms(What.RESUME, scope, "an operator has resumed", now_ns)
            else:
                self.latch.resumed(scope, OMS)
                yield Latch()

    def _tell_oms(self, what: What, scope: str, reason: str, now_ns: int) -> Iterator[Action]:
        if now_ns - self._told_oms_ns.get((what, scope), 0) >= _AGAIN_NS:
            self._told_oms_ns[what, scope] = now_ns
            yield Tell(OMS, what, scope, reason)

    def _verify(self) -> Iterator[Action]:
        for scope in self.latch.kills:
            proven = all(self.is_proven(scope, venue) for venue in self._gateways if concerns(scope, venue))
            if not proven:
                self._proven.discard(scope)
            elif scope not in self._proven:
                self._proven.add(scope)
                yield Notice("info", "kill_verified", scope, "nothing of ours is open at any venue it concerns")
