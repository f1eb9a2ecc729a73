"""The OMS core: one object, one method. Inputs go in with their time, a turn of rows and outputs comes out.

`handle` is the whole of it, live, in tests, in `audit replay` and in simulated days. It does nothing by itself: the
shell journals the turn, then sends what it says.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from crossbook.messages import control, market, orders
from crossbook.messages.base import Message
from oms import inputs
from oms.assets import Assets
from oms.cancels import Cancels
from oms.commands import Commands
from oms.context import Context
from oms.fills import Fills
from oms.gateway_desk import GatewayDesk
from oms.gateways import Gateways
from oms.inputs import Now
from oms.intake import Intake
from oms.markets import Markets
from oms.markouts import Markouts
from oms.orders import Orders
from oms.outputs import Outbox, Turn
from oms.portfolio import Portfolio
from oms.positions import Positions
from oms.queries import Queries
from oms.reconciliation import Reconciliation
from oms.recovery import Recovery
from oms.rejects import Rejects
from oms.risk_actions import RiskActions
from oms.settings import Settings
from oms.snapshots import Snapshots
from oms.spot_positions import SpotPositions
from oms.state import State
from oms.strategies import Strategies
from oms.strategy_desk import StrategyDesk
from oms.trouble import Trouble
from oms.valuation import Valuation
from oms.venue_words import VenueWords
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
        context = Context(settings, self.state, self._out, RiskEngine(limits))
        self._context = context
        self._wire(context, limits)

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
            self._risk_actions.carry_out()
        return self._out.turn()

    def _wire(self, context: Context, limits: RiskConfig) -> None:
        """The composition of the core: every part is made here, and knows only what it is given."""
        pegs = {currency: Decimal(str(rate)) for currency, rate in limits.valuation.pegs.items()}
        valuation = Valuation(context, limits.reporting_currency, pegs)
        orders_part = Orders(context)
        gateways = Gateways(context)
        strategies = Strategies(context)
        cancels = Cancels(context, orders_part, gateways)
        queries = Queries(context, orders_part, gateways)
        positions = Positions(context, valuation)
        assets = Assets(context)
        markouts = Markouts(context)
        spot = SpotPositions(context, positions, assets)
        reconciliation = Reconciliation(context, gateways, queries, positions, assets, spot)
        fills = Fills(context, orders_part, positions, assets, markouts, valuation)
        words = VenueWords(context, orders_part, cancels, queries)
        rejects = Rejects(context)
        recovery = Recovery(context, orders_part, positions, assets, strategies)
        portfolio = Portfolio(context, positions, valuation)
        intake = Intake(context, orders_part, cancels, gateways, strategies)
        trouble = Trouble(context, cancels, words)
        markets = Markets(context, valuation)
        snapshots = Snapshots(context, orders_part, positions, gateways, strategies)
        self._risk_actions = RiskActions(context, cancels)
        gateway_desk = GatewayDesk(
            context, gateways, orders_part, queries, reconciliation, words, fills, positions, assets, rejects, markets
        )
        strategy_desk = StrategyDesk(context, strategies, cancels, snapshots)
        commands = Commands(context, cancels, gateways)
        ticks = (
            gateway_desk.on_tick, strategy_desk.on_tick, intake.on_tick, queries.again, cancels.again,
            reconciliation.on_tick, markouts.on_tick, trouble.on_tick, portfolio.on_tick, recovery.forget,
        )  # fmt: skip
        self._ticks = ticks
        self._handlers: dict[type[Message], Handler] = {
            orders.PlaceIntent: intake.place,
            orders.AmendIntent: intake.amend,
            orders.CancelIntent: intake.cancel,
            orders.CancelAllIntent: intake.cancel_all,
            orders.StrategyHello: strategy_desk.hello,
            orders.StrategyBeat: strategy_desk.beat,
            orders.QuoteStates: strategies.quote_states,
            orders.StateRequest: snapshots.answer,
            control.Halt: commands.on_command,
            control.Kill: commands.on_command,
            control.Resume: commands.on_command,
            control.CancelAll: commands.on_command,
            control.HealthRequest: commands.on_command,
            market.BookTop: markets.top,
            market.BookInvalid: markets.invalid,
            market.BookProved: markets.proved,
            market.Mark: markets.mark,
            market.InstrumentDefinition: markets.definition,
            market.VenueHealth: markets.health,
            inputs.MarketLink: markets.link,
            inputs.Started: recovery.started,
            inputs.SnapshotWanted: recovery.snapshot,
            inputs.NotDelivered: trouble.not_delivered,
            inputs.PeerGone: gateway_desk.gone,
            inputs.JournalState: trouble.journal,
            inputs.RedisState: trouble.redis,
            inputs.Stopping: trouble.stopping,
            inputs.Tick: self._tick,
            **dict.fromkeys(GatewayDesk.TAKES, gateway_desk.on_message),
        }
        self.gateways, self.strategies, self.orders, self.fills = gateways, strategies, orders_part, fills

    def _tick(self, peer: bytes, message: inputs.Tick) -> None:
        self._context.risk_actions.extend(self._context.risk.on_timer(self._context.now_ns))
        for part in self._ticks:
            part()


def settings_json(settings: Settings) -> str:
    """Settings as the journal's `Started` carries them."""
    return msgspec.json.encode(settings).decode()


def settings_from_json(text: str) -> Settings:
    """The settings of a journalled start."""
    return msgspec.json.decode(text, type=Settings)
