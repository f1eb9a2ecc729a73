"""Keeps a `Picture` current: listens to market data and events, reads beats and metrics, asks the supervisor."""

import asyncio
import json
from pathlib import Path
from typing import Any

from console.picture import Picture, ProcessFacts
from console.plan import RUN_DIR
from console.report import Counts
from console.shell.supervisor import ProcessStatus, Supervisor
from crossbook.bus import Subscriber
from crossbook.clock import SystemClock
from crossbook.config import BusConfig
from crossbook.errors import RetryLater
from crossbook.messages.health import Alert, ProcessHealth
from crossbook.messages.inventory import Balance, Pnl, Position
from crossbook.messages.market import BookInvalid, BookTop, InstrumentDefinition, VenueHealth
from crossbook.messages.orders import Fill, OrderUpdate, QuoteStates
from crossbook.messages.risk import RiskState

_MARKET_TYPES = (BookTop, BookInvalid, InstrumentDefinition, VenueHealth)
_EVENT_TYPES = (OrderUpdate, Fill, Position, Balance, Pnl, RiskState, QuoteStates, ProcessHealth, Alert)
_EVENT_TOPICS = [
    f"{kind}." for kind in ("orders", "fills", "position", "balance", "pnl", "quotes", "process")
] + ["risk", "alert"]  # fmt: skip


class Watch:
    """Everything of a running system that can be seen without touching it."""

    def __init__(
        self,
        bus: BusConfig,
        venues: tuple[str, ...],
        supervisor: Supervisor | None = None,
        on_demand: frozenset[str] = frozenset(),
    ) -> None:
        """Start listening, in the running loop. Without a supervisor, processes are known by their beats only.

        Programs that run `on_demand` are not shown: that they do not run says nothing.
        """
        self.picture = Picture()
        self.counts = Counts()
        self._supervisor, self._on_demand = supervisor, on_demand
        self._clock = SystemClock()
        self._news = asyncio.Event()
        self._subscribers = [self._subscribe_market(bus.md_of(venue)) for venue in venues]
        self._subscribers.append(self._subscribe_events(bus.events))
        self._subscribers.append(self._subscribe_events(bus.guardian))

    def _subscribe_market(self, endpoint: str) -> Subscriber:
        topics = ["top.", "instrument.", "health."]
        return Subscriber(
            [endpoint], topics, self._take, self._gap, types=_MARKET_TYPES, clock=self._clock, newest_only=True
        )

    def _subscribe_events(self, endpoint: str) -> Subscriber:
        return Subscriber([endpoint], _EVENT_TOPICS, self._take, self._gap, types=_EVENT_TYPES, clock=self._clock)

    def _take(self, _topic: str, _seq: int, message: object) -> None:
        self.picture.take(message)
        self._news.set()

    def _gap(self, _topic: str, _expected: int, _got: int) -> None:
        """Something was missed: retained topics are sent again by themselves; the picture shows that it happened."""
        self.picture.gaps += 1

    async def settle(self, quiet_s: float = 0.3, at_most_s: float = 3.0) -> Picture:
        """Wait until retained state has come in: nothing new for `quiet_s`. Returns the picture."""
        deadline = asyncio.get_running_loop().time() + at_most_s
        while asyncio.get_running_loop().time() < deadline:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), quiet_s)
            except TimeoutError:
                break
        await self.refresh()
        return self.picture

    async def refresh(self) -> None:
        """Ask the supervisor and read the processes' own files once."""
        statuses: list[ProcessStatus] = []
        if self._supervisor is not None:
            try:
                statuses = await asyncio.to_thread(self._supervisor.statuses)
            except RetryLater:
                for facts in self.picture.processes.values():
                    facts.state = "NO SUPERVISOR"
        for status in statuses:
            if status.name in self._on_demand:
                continue
            facts = self.picture.processes.setdefault(status.name, ProcessFacts(status.name))
            facts.on_supervisor(status.state, status.pid, status.up_s, status.exit_status)
        if self._supervisor is None:
            self._find_by_beats()
        for facts in self.picture.processes.values():
            self._read_files(facts)

    def _find_by_beats(self) -> None:
        for file in sorted(RUN_DIR.glob("*/beat.json")):
            beat = read_json(file)
            facts = self.picture.processes.setdefault(file.parent.name, ProcessFacts(file.parent.name))
            fresh = self._clock.monotonic_ns() - int(beat.get("monotonic_ns", 0)) < 5_000_000_000
            facts.on_supervisor("RUNNING" if fresh else "SILENT", int(beat.get("pid", 0)), 0.0)

    def _read_files(self, facts: ProcessFacts) -> None:
        beat = read_json(RUN_DIR / facts.name / "beat.json")
        if "monotonic_ns" in beat:
            facts.beat_age_ms = (self._clock.monotonic_ns() - int(beat["monotonic_ns"])) / 1e6
        metrics = read_json(RUN_DIR / facts.name / "metrics.json")
        if metrics:
            facts.metrics = metrics
            self.counts.take(facts.name, int(beat.get("pid", facts.pid)), metrics.get("counters", {}))

    def close(self) -> None:
        """Stop listening."""
        for subscriber in self._subscribers:
            subscriber.close()


def read_json(file: Path) -> dict[str, Any]:
    """The object in a file; empty when there is none or it cannot be read."""
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
