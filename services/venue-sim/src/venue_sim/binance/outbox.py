"""Events of the exchange that still have to be delivered, kept in the order in which they happened."""

from __future__ import annotations

from dataclasses import dataclass, field

from venue_sim.exchange.api import Event, Exchange


@dataclass(slots=True)
class Outbox:
    """Collects what requests and time caused, until the shell takes it for delivery."""

    exchange: Exchange
    _waiting: list[Event] = field(default_factory=list)

    def collect(self) -> list[Event]:
        """Fetch what has happened since the last look; what is new, which also stays waiting."""
        fresh = self.exchange.drain()
        self._waiting.extend(fresh)
        return fresh

    def take(self) -> list[Event]:
        """Everything that waits, collected now or earlier; it is then the caller's to deliver."""
        self.collect()
        waiting, self._waiting = self._waiting, []
        return waiting
