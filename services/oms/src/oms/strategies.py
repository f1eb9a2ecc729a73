"""Strategies: who said hello, and whose beats stopped. One that falls silent loses its orders, and only those."""

from dataclasses import dataclass

from crossbook.messages.base import SCHEMA_VERSION, Liveness
from crossbook.messages.health import ProcessHealth
from crossbook.messages.orders import QuoteStates, StrategyBeat, StrategyHello
from oms.context import Context

MS = 1_000_000
_PATIENCE_AT_START = 3
"""After a start of the OMS strategies get so many times their silence limit to say hello."""


@dataclass(slots=True)
class Strategy:
    """One strategy process."""

    name: str
    peer: bytes
    account: str
    instruments: tuple[str, ...]
    nonce: int
    build: str
    last_beat_ns: int
    alive: bool = True


class Strategies:
    """All strategies heard of in this life of the OMS."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._by_name: dict[str, Strategy] = {}
        self._by_peer: dict[bytes, Strategy] = {}

    def get(self, name: str) -> Strategy | None:
        """The strategy of that name, if it said hello."""
        return self._by_name.get(name)

    def speaks_for(self, peer: bytes, name: str) -> bool:
        """Whether this peer is the present process of the strategy it names."""
        strategy = self._by_peer.get(peer)
        return strategy is not None and strategy.name == name

    def hello(self, peer: bytes, message: StrategyHello) -> str:
        """Take a hello; returns why it is refused, empty when it is not."""
        if message.schema_version != SCHEMA_VERSION:
            return (
                f"{message.strategy} speaks message schema {message.schema_version}, this OMS {SCHEMA_VERSION}: "
                "run both from the same build"
            )
        before = self._by_name.get(message.strategy)
        if before is not None:
            self._by_peer.pop(before.peer, None)
        strategy = Strategy(
            message.strategy,
            peer,
            message.account,
            message.instruments,
            message.nonce,
            message.build,
            self._context.now_ns,
        )
        self._by_name[message.strategy] = self._by_peer[peer] = strategy
        self._publish(strategy, Liveness.UP, "")
        return ""

    def expect(self, name: str) -> None:
        """A strategy that owns live orders after a start: if it does not come back, they are cancelled."""
        patience_ns = (_PATIENCE_AT_START - 1) * self._context.settings.strategy_silent_ms * MS
        if name not in self._by_name:
            self._by_name[name] = Strategy(name, b"", "", (), 0, "", self._context.now_ns + patience_ns)

    def beat(self, peer: bytes, message: StrategyBeat) -> None:
        """A beat; one from an unknown or superseded process counts for nothing."""
        strategy = self._by_peer.get(peer)
        if strategy is None or strategy.name != message.strategy:
            return
        strategy.last_beat_ns = self._context.now_ns
        if not strategy.alive:
            strategy.alive = True
            self._publish(strategy, Liveness.UP, "")
            self._context.out.alert("info", "strategy_back", strategy.name, "beats again", cleared=True)

    def quote_states(self, peer: bytes, message: QuoteStates) -> None:
        """Relay a strategy's reasons to everybody."""
        if self.speaks_for(peer, message.strategy):
            self._context.out.publish(f"quotes.{message.strategy}", message, retain=True)

    def newly_silent(self) -> list[str]:
        """Strategies whose beats have been missing for too long since the last look."""
        limit_ns = self._context.settings.strategy_silent_ms * MS
        silent = []
        for strategy in self._by_name.values():
            if strategy.alive and self._context.now_ns - strategy.last_beat_ns > limit_ns:
                strategy.alive = False
                silent.append(strategy.name)
                self._publish(strategy, Liveness.DOWN, "no beats")
        return silent

    def _publish(self, strategy: Strategy, state: Liveness, reason: str) -> None:
        health = ProcessHealth(
            strategy.name, "strategy", state, reason, strategy.nonce, strategy.build, strategy.last_beat_ns
        )
        self._context.out.publish(f"process.{strategy.name}", health, retain=True)
