"""The OMS core: one object, one method. Inputs go in with their time, a turn of rows and outputs comes out.

`handle` is the whole of it, live, in tests, in `audit replay` and in simulated days. It does nothing by itself: the
shell journals the turn, then sends what it says.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from crossbook.messages import control, market, orders
from crossbook.messages.base import Message
from oms import inputs
from oms.context import Context
from oms.gateway_desk import GatewayDesk
from oms.inputs import Now
from oms.outputs import Outbox, Turn
from oms.parts import Parts, assemble
from oms.settings import Settings
from oms.state import State
from risk.config import RiskConfig
from risk.engine import RiskEngine

Handler = Callable[[bytes, Any], object]


class OmsCore:
    """Risk and OMS as one synchronous, deterministic object."""

    def __init__(self, settings: Settings, limits: RiskConfig, state: State | None = None, last_seq: int = 0) -> None:
        """`state` as recovered from the journal up to record `last_seq`; a new desk starts from nothing."""
        self.seq = last_seq
        self.state = state or State()
        self._out = Outbox()
        self._context = Context(settings, self.state, self._out, RiskEngine(limits))
        self.parts = assemble(self._context, limits)
        self._handlers = _handlers(self.parts) | {inputs.Tick: self._tick}

    def handle(self, message: Message, peer: bytes, now: Now) -> Turn:
        """Take one input. Raises TypeError for a message that is no input of the OMS."""
        try:
            handler = self._handlers[type(message)]
        except KeyError:
            raise TypeError(f"{type(message).__name__} is no input of the OMS") from None
        self.seq += 1
        self._out.begin(self.seq, now)
        handler(peer, message)
        if self._context.risk_actions:
            self.parts.risk_actions.carry_out()
        return self._out.turn()

    def _tick(self, peer: bytes, message: inputs.Tick) -> None:
        self._context.risk_actions.extend(self._context.risk.on_timer(self._context.now_ns))
        self.parts.on_tick()


def _handlers(parts: Parts) -> dict[type[Message], Handler]:
    """Which part takes which input."""
    return {
        orders.PlaceIntent: parts.intake.place,
        orders.AmendIntent: parts.intake.amend,
        orders.CancelIntent: parts.intake.cancel,
        orders.CancelAllIntent: parts.intake.cancel_all,
        orders.StrategyHello: parts.strategy_desk.hello,
        orders.StrategyBeat: parts.strategy_desk.beat,
        orders.QuoteStates: parts.strategies.quote_states,
        orders.StateRequest: parts.snapshots.answer,
        control.Halt: parts.commands.on_command,
        control.Kill: parts.commands.on_command,
        control.Resume: parts.commands.on_command,
        control.CancelAll: parts.commands.on_command,
        control.HealthRequest: parts.commands.on_command,
        market.BookTop: parts.markets.top,
        market.BookInvalid: parts.markets.invalid,
        market.BookProved: parts.markets.proved,
        market.Mark: parts.markets.mark,
        market.InstrumentDefinition: parts.markets.definition,
        market.VenueHealth: parts.markets.health,
        inputs.MarketLink: parts.markets.link,
        inputs.Started: parts.recovery.started,
        inputs.SnapshotWanted: parts.recovery.snapshot,
        inputs.NotDelivered: parts.trouble.not_delivered,
        inputs.JournalState: parts.trouble.journal,
        inputs.RedisState: parts.trouble.redis,
        inputs.Stopping: parts.trouble.stopping,
        inputs.PeerGone: parts.gateway_desk.gone,
        **dict.fromkeys(GatewayDesk.TAKES, parts.gateway_desk.on_message),
    }


def settings_json(settings: Settings) -> str:
    """Settings as the journal's `Started` carries them."""
    return msgspec.json.encode(settings).decode()


def settings_from_json(text: str) -> Settings:
    """The settings of a journalled start."""
    return msgspec.json.decode(text, type=Settings)
