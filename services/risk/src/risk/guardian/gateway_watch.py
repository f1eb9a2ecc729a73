"""One gateway as the guardian sees it over its own line: what it shows, was told, and still has to prove."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from risk.guardian.actions import Tell, What

MS = 1_000_000
_AGAIN_NS = 250 * MS
_ANSWER_NS = 10_000 * MS
"""Longest wait for the answer to a command that cancels and verifies: a venue in trouble takes its time."""
_PLAIN_AGAIN_NS = 500 * MS

Duty = tuple[What, str]
"""A command whose outcome must be proven, and its scope."""


@dataclass(slots=True)
class _Proof:
    sent_ns: int = 0
    under_way: bool = False
    clean_ns: int = 0
    """When the gateway said that nothing of ours is open in the scope, after the command; 0: it has not."""
    open_orders: int = -1
    said: str = ""


class GatewayWatch:
    """Of one venue."""

    def __init__(self, venue: str, process: str, now_ns: int) -> None:
        """Nothing heard yet."""
        self.venue, self.process = venue, process
        self.started_ns = now_ns
        self.answered_ns = 0
        self.forgiven_ns = 0
        self.published_ns = 0
        """When its market data was last alive."""
        self._facts: dict[str, str] = {}
        self._proofs: dict[Duty, _Proof] = {}
        self._told_ns: dict[Duty, int] = {}

    def on_facts(self, facts: Mapping[str, str], now_ns: int) -> None:
        """Its answer to a health request. Another instance has to prove everything anew."""
        if facts.get("instance") != self._facts.get("instance"):
            self._proofs.clear()
        self._facts, self.answered_ns = dict(facts), now_ns

    def on_done(self, duty: Duty, ok: bool, open_orders: int, said: str, now_ns: int) -> None:
        """Its answer to a command; `ok` and nothing open is the proof."""
        proof = self._proofs.get(duty)
        if proof is not None:
            proof.under_way, proof.open_orders, proof.said = False, open_orders, said
            proof.clean_ns = now_ns if ok and open_orders == 0 else 0

    def on_not_sent(self, duty: Duty) -> None:
        """Nobody was there to take the command."""
        if duty in self._proofs:
            self._proofs[duty].under_way = False

    def forgive(self, now_ns: int) -> None:
        """We have not looked ourselves: nothing before now counts as silence."""
        self.forgiven_ns = now_ns

    @property
    def heard_ns(self) -> int:
        """When it last gave any sign of life on the bus; 0: never."""
        last_ns = max(self.answered_ns, self.published_ns)
        return max(last_ns, self.forgiven_ns) if last_ns else 0

    @property
    def kills(self) -> tuple[str, ...]:
        """Scopes of the kills it shows."""
        return tuple(self._facts.get("kills", "").split())

    @property
    def live_orders(self) -> int:
        """Orders it counts as live, over its markets."""
        return sum(int(count) for name, count in self._facts.items() if name.endswith(".live_orders"))

    def is_held_by(self, sender: str) -> bool:
        """Whether it shows a hold of a sender."""
        return sender in self._facts.get("holds", "").split()

    def oblige(self, duty: Duty, reason: str, now_ns: int) -> Iterator[Tell]:
        """What to send so that a hold or kill stands and nothing is open under it: nothing once that is proven."""
        proof = self._proofs.setdefault(duty, _Proof())
        if proof.clean_ns and not (self.answered_ns > proof.clean_ns and not self._shows(duty)):
            return
        if now_ns - proof.sent_ns >= (_ANSWER_NS if proof.under_way else _AGAIN_NS):
            proof.sent_ns, proof.under_way, proof.clean_ns = now_ns, True, 0
            yield Tell(self.venue, duty[0], duty[1], reason)

    def proven(self, duty: Duty) -> bool:
        """Whether nothing of ours is open under it."""
        return duty in self._proofs and self._proofs[duty].clean_ns > 0

    def why_not_proven(self, duty: Duty) -> str:
        """What stands against it, in the gateway's words."""
        proof = self._proofs.get(duty)
        return proof.said if proof is not None and proof.said else "no answer yet"

    def once(self, duty: Duty, reason: str, now_ns: int) -> Iterator[Tell]:
        """A plain command, again at intervals for as long as it is asked for."""
        if now_ns - self._told_ns.get(duty, 0) >= _PLAIN_AGAIN_NS:
            self._told_ns[duty] = now_ns
            yield Tell(self.venue, duty[0], duty[1], reason)

    def forget(self, duty: Duty) -> None:
        """The cause is gone."""
        self._proofs.pop(duty, None)

    def _shows(self, duty: Duty) -> bool:
        what, scope = duty
        return bool(self._facts.get("holds")) if what is What.HOLD else scope in self.kills
