"""The composition of the core: every part is made here, once, and knows only what it is given."""

from dataclasses import dataclass
from decimal import Decimal

from oms.assets import Assets
from oms.cancels import Cancels
from oms.commands import Commands
from oms.context import Context
from oms.fills import Fills
from oms.gateway_desk import GatewayDesk
from oms.gateways import Gateways
from oms.intake import Intake
from oms.markets import Markets
from oms.markouts import Markouts
from oms.orders import Orders
from oms.portfolio import Portfolio
from oms.positions import Positions
from oms.queries import Queries
from oms.reconciliation import Reconciliation
from oms.recovery import Recovery
from oms.rejects import Rejects
from oms.risk_actions import RiskActions
from oms.snapshots import Snapshots
from oms.spot_positions import SpotPositions
from oms.strategies import Strategies
from oms.strategy_desk import StrategyDesk
from oms.trouble import Trouble
from oms.valuation import Valuation
from oms.venue_words import VenueWords
from risk.config import RiskConfig


@dataclass(frozen=True, slots=True)
class Parts:
    """What the core hands its inputs to."""

    intake: Intake
    strategies: Strategies
    strategy_desk: StrategyDesk
    gateways: Gateways
    gateway_desk: GatewayDesk
    markets: Markets
    commands: Commands
    snapshots: Snapshots
    recovery: Recovery
    trouble: Trouble
    queries: Queries
    cancels: Cancels
    reconciliation: Reconciliation
    markouts: Markouts
    portfolio: Portfolio
    fills: Fills
    risk_actions: RiskActions

    def on_tick(self) -> None:
        """Time has passed, for every part that waits for something."""
        self.gateway_desk.on_tick()
        self.strategy_desk.on_tick()
        self.intake.on_tick()
        self.queries.again()
        self.cancels.again()
        self.reconciliation.on_tick()
        self.markouts.on_tick()
        self.trouble.on_tick()
        self.portfolio.on_tick()
        self.recovery.forget()


def assemble(context: Context, limits: RiskConfig) -> Parts:
    """Make every part."""
    pegs = {currency: Decimal(str(rate)) for currency, rate in limits.valuation.pegs.items()}
    valuation = Valuation(context, limits.reporting_currency, pegs)
    orders, gateways, strategies = Orders(context), Gateways(context), Strategies(context)
    cancels, queries = Cancels(context, orders, gateways), Queries(context, orders, gateways)
    positions, assets = Positions(context, valuation), Assets(context)
    spot = SpotPositions(context, positions, assets)
    reconciliation = Reconciliation(context, gateways, queries, positions, assets, spot)
    markouts = Markouts(context)
    fills = Fills(context, orders, positions, assets, markouts, valuation)
    words = VenueWords(context, orders, cancels, queries)
    markets = Markets(context, valuation)
    snapshots = Snapshots(context, orders, positions, gateways, strategies)
    desk = GatewayDesk(
        context, gateways, orders, queries, reconciliation, words, fills, positions, assets, Rejects(context), markets
    )
    return Parts(
        intake=Intake(context, orders, cancels, gateways, strategies),
        strategies=strategies,
        strategy_desk=StrategyDesk(context, strategies, cancels),
        gateways=gateways,
        gateway_desk=desk,
        markets=markets,
        commands=Commands(context, cancels, gateways),
        snapshots=snapshots,
        recovery=Recovery(context, orders, positions, assets, strategies),
        trouble=Trouble(context, cancels, words),
        queries=queries,
        cancels=cancels,
        reconciliation=reconciliation,
        markouts=markouts,
        portfolio=Portfolio(context, positions, valuation),
        fills=fills,
        risk_actions=RiskActions(context, cancels),
    )
