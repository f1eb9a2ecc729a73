"""The present state of a running system as an operator sees it, gathered from messages. Pure: fed by a shell."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from crossbook.messages.base import Side
from crossbook.messages.health import Alert, ProcessHealth
from crossbook.messages.inventory import Balance, Pnl, Position
from crossbook.messages.market import BookInvalid, BookTop, InstrumentDefinition, VenueHealth
from crossbook.messages.orders import Fill, OrderUpdate, QuoteState, QuoteStates
from crossbook.messages.risk import RiskState

_ALERTS_KEPT = 200


@dataclass
class ProcessFacts:
    """One process as its supervisor and its own files tell it. `restarts` counts changes of its pid."""

    name: str
    state: str = "?"
    pid: int = 0
    since_s: float = 0.0
    restarts: int = 0
    exit_status: int = 0
    """Of its last end, while it does not run."""
    beat_age_ms: float | None = None
    metrics: dict[str, Any] = field(default_factory=dict)

    def on_supervisor(self, state: str, pid: int, up_s: float, exit_status: int = 0) -> None:
        """What the supervisor says. A new pid after another one is a restart."""
        if pid and self.pid and pid != self.pid:
            self.restarts += 1
        self.state, self.since_s, self.exit_status = state, up_s, exit_status
        self.pid = pid or self.pid

    @property
    def running(self) -> bool:
        """Whether the supervisor has it running."""
        return self.state == "RUNNING"


class Picture:
    """Newest message of everything there is one newest of, live orders, the last alerts, and counts of the rest."""

    def __init__(self) -> None:
        """Empty: retained messages fill it as soon as it listens."""
        self.tops: dict[str, BookTop | BookInvalid] = {}
        self.definitions: dict[str, InstrumentDefinition] = {}
        self.venues: dict[tuple[str, str, str], VenueHealth] = {}
        self.orders: dict[int, OrderUpdate] = {}
        self.positions: dict[tuple[str, str], Position] = {}
        self.balances: dict[tuple[str, str, str, str], Balance] = {}
        self.pnl: dict[str, Pnl] = {}
        self.risk: RiskState | None = None
        self.quotes: dict[tuple[str, str, Side], QuoteState] = {}
        self.fair_prices: dict[tuple[str, str], float] = {}
        self.peers: dict[str, ProcessHealth] = {}
        self.alerts: deque[Alert] = deque(maxlen=_ALERTS_KEPT)
        self.last_fills: deque[Fill] = deque(maxlen=10)
        self.processes: dict[str, ProcessFacts] = {}
        self.ever_quoted = False
        self.ticks = 0
        self.gaps = 0

    def take(self, message: object) -> None:
        """Note one message, of whatever kind."""
        match message:
            case BookTop() | BookInvalid():
                self.tops[message.instrument] = message
                self.ticks += 1
            case OrderUpdate():
                self._take_order(message)
            case QuoteStates():
                self._take_quotes(message)
            case Fill():
                self.last_fills.append(message)
            case Position():
                self.positions[message.account, message.instrument] = message
            case Balance():
                self.balances[message.account, message.venue, message.market, message.asset] = message
            case _:
                self._take_rest(message)

    def _take_rest(self, message: object) -> None:
        match message:
            case InstrumentDefinition():
                self.definitions[message.instrument] = message
            case VenueHealth():
                self.venues[message.venue, message.account, message.market] = message
            case Pnl():
                self.pnl[message.account] = message
            case RiskState():
                self.risk = message
            case ProcessHealth():
                self.peers[message.name] = message
            case Alert():
                self.alerts.append(message)
            case _:
                pass

    def _take_order(self, update: OrderUpdate) -> None:
        if update.state.is_terminal:
            self.orders.pop(update.order_id, None)
        else:
            self.orders[update.order_id] = update

    def _take_quotes(self, states: QuoteStates) -> None:
        for state in states.states:
            self.quotes[states.strategy, state.instrument, state.side] = state
            self.ever_quoted = self.ever_quoted or state.state == "quoting"
        for instrument, fair in states.fair_prices.items():
            self.fair_prices[states.strategy, instrument] = fair

    def histogram(self, process: str, name: str) -> dict[str, float]:
        """A latency histogram of a process: count, mean, p50, p99, max in nanoseconds; empty where there is none."""
        facts = self.processes.get(process)
        found = facts.metrics.get("histograms", {}).get(name, {}) if facts else {}
        return dict(found)

    def counter(self, name: str) -> int:
        """A counter, summed over all processes that have it."""
        return sum(int(facts.metrics.get("counters", {}).get(name, 0)) for facts in self.processes.values())
