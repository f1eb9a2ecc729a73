"""A guardian with time by hand: an OMS and a gateway that speak, or do not, as the test says."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crossbook.messages.base import Liveness
from crossbook.messages.health import ProcessHealth
from crossbook.messages.inventory import Pnl, Position
from crossbook.messages.risk import Block, RiskState
from risk.guardian.actions import Action, Latch, Notice, Tell, What
from risk.guardian.guardian import Guardian
from risk.guardian.latch import KillLatch
from risk.guardian.process_watch import ProcessSeen
from risk.guardian.settings import GuardianConfig

MS = 1_000_000
ZERO = Decimal(0)
TIME_NS = 1_700_000_000_000_000_000
CONFIG: dict[str, Any] = {
    "venues": {"binance": {"process": "gateway-binance", "sweeper": "sweeper-binance"}},
    "tolerance": {"max_drawdown": 1000, "max_gross_notional": 50_000},
}


class GuardianRig:
    """`step` lets time pass in turns of 50 ms; whoever is not silenced speaks meanwhile."""

    def __init__(self, latch: KillLatch | None = None, **sections: Any) -> None:
        self.now_ns = 1_000_000 * MS
        self.latch = latch or KillLatch()
        self.guardian = Guardian(GuardianConfig.model_validate(CONFIG | sections), self.latch, self.now_ns)
        self.oms_speaks = self.gateway_speaks = self.redis_answers = True
        self.blocks: tuple[Block, ...] = ()
        self.facts = {"instance": "1", "kills": "", "holds": "", "spot.live_orders": "2", "usdm.live_orders": "1"}
        self.processes: Sequence[ProcessSeen] = ()

    def start(self) -> "GuardianRig":
        """Everything works and has been seen."""
        self.step(1_000)
        return self

    def step(self, ms: int) -> list[Action]:
        """Let time pass; everything that was decided meanwhile."""
        actions: list[Action] = []
        for _ in range(ms // 50):
            self.now_ns += 50 * MS
            turn = self.now_ns // (50 * MS)
            if self.oms_speaks and turn % 10 == 0:
                self.oms_tells()
            if self.gateway_speaks and turn % 5 == 0:
                self.guardian.on_facts("binance", self.facts, self.now_ns)
            self.guardian.redis.on_ping(self.redis_answers, "" if self.redis_answers else "refused", self.now_ns)
            if self.processes and turn % 10 == 0:
                actions += self.guardian.look_at_processes(list(self.processes), self.now_ns)
            actions += self.guardian.look(self.now_ns, self.time_ns)
        return actions

    @property
    def time_ns(self) -> int:
        """Unix time."""
        return TIME_NS + self.now_ns

    def oms_tells(self) -> None:
        """The OMS publishes its state."""
        state = RiskState(self.blocks, 1.0, ZERO, ZERO, ZERO, ZERO, "USDT", self.now_ns)
        self.guardian.on_event(state, self.now_ns)

    def compared(self) -> None:
        """The OMS says that it has compared itself with the venue."""
        health = ProcessHealth("gateway-binance", "gateway", Liveness.UP, "", 1, "b", self.now_ns)
        self.guardian.on_event(health, self.now_ns)

    def killed_in_oms(self, scope: str = "all") -> None:
        """The OMS shows a kill from its next word on."""
        self.blocks = (Block(scope, "kill", "drill", True, self.now_ns, "alice"),)

    def answer(self, what: What, scope: str = "all", *, ok: bool = True, left: int = 0) -> None:
        """The gateway answers a command, and shows its effect."""
        if what is What.HOLD:
            self.facts["holds"] = "guardian"
        elif what is What.KILL:
            self.facts["kills"] = scope
        elif what is What.RELEASE:
            self.facts["holds"] = ""
        words = f"{left} orders of ours open"
        self.guardian.gateways["binance"].on_done((what, scope), ok, left, words, self.now_ns)

    def restart_gateway(self, instance: str) -> None:
        """Another process, without the holds of the one before."""
        self.facts |= {"instance": instance, "holds": ""}

    def loses(self, drawdown: int, equity: int = 10_000) -> None:
        """The OMS publishes a result."""
        worth = Decimal(equity)
        figures = (worth, worth, *(ZERO,) * 4, worth + drawdown, Decimal(drawdown))
        self.guardian.on_event(Pnl("main", "USDT", *figures, 0.0, 0.0, 0, ZERO, self.now_ns), self.now_ns)

    def position(self, qty: str, mark: float) -> None:
        """The OMS publishes a position."""
        figures = (Decimal(qty), *(ZERO,) * 7)
        position = Position("binance", "main", "BTC-USDT-PERP@binance", *figures, mark, 1, self.now_ns)
        self.guardian.on_event(position, self.now_ns)


def tells(actions: list[Action]) -> list[tuple[str, str, str]]:
    """Target, command and scope of the commands among actions."""
    return [(a.target, a.what.value, a.scope) for a in actions if isinstance(a, Tell)]


def notices(actions: list[Action]) -> list[tuple[str, str, bool]]:
    """Kind, subject and whether cleared, of what humans are told."""
    return [(a.kind, a.subject, a.cleared) for a in actions if isinstance(a, Notice)]


def latches(actions: list[Action]) -> bool:
    """Whether the latch is to be written."""
    return any(isinstance(a, Latch) for a in actions)
