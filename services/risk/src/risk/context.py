"""Everything the checks may look at: limits, and the present state of the business."""

from dataclasses import dataclass, field

from risk.conduct import Conduct
from risk.config import RiskConfig
from risk.exposure import Cell, ExposureBook
from risk.instrument_rules import InstrumentRules
from risk.live_orders import LiveOrders
from risk.market_views import MarketView
from risk.order_rates import OrderRates
from risk.scopes import ALL
from risk.size_scales import SizeScales
from risk.trading_state import TradingState
from risk.units import qty_units, value_units
from risk.valuation import Valuation
from risk.wallets import Wallet, Wallets


@dataclass(frozen=True, slots=True)
class ExposureLimits:
    """Limits on exposure as integers (`risk.units`), from the configuration: values unless said otherwise."""

    total: int
    venues: dict[str, int]
    strategies: dict[str, int]
    assets: dict[str, int]
    """Quantity units, per asset over all venues."""
    venue_assets: dict[tuple[str, str], int]
    """Quantity units, per asset and venue where the venue names one."""
    leverage_milli: dict[str, int]

    @classmethod
    def of(cls, config: RiskConfig) -> "ExposureLimits":
        """Those of a configuration."""
        return cls(
            value_units(config.total.max_gross_notional),
            {name: value_units(venue.max_gross_notional) for name, venue in config.venues.items()},
            {name: value_units(strategy.max_gross_notional) for name, strategy in config.strategies.items()},
            {name: qty_units(asset.max_net_base) for name, asset in config.assets.items()},
            {
                (asset, name): qty_units(most)
                for name, venue in config.venues.items()
                for asset, most in venue.max_net_base.items()
            },
            {name: int(venue.leverage * 1_000) for name, venue in config.venues.items()},
        )


@dataclass(slots=True)
class RiskContext:
    """The state of one OMS's business as risk sees it. The engine changes it; checks only read it."""

    config: RiskConfig
    trading_state: TradingState
    exposure: ExposureBook
    live_orders: LiveOrders
    wallets: Wallets
    valuation: Valuation
    rates: OrderRates
    conduct: Conduct
    scales: SizeScales
    limits: ExposureLimits
    rules: dict[str, InstrumentRules] = field(default_factory=dict)
    views: dict[str, MarketView] = field(default_factory=dict)

    @classmethod
    def of(cls, config: RiskConfig) -> "RiskContext":
        """A business without a past."""
        return cls(
            config=config,
            trading_state=TradingState(),
            exposure=ExposureBook(),
            live_orders=LiveOrders(),
            wallets=Wallets(),
            valuation=Valuation(config.reporting_currency, config.valuation),
            rates=OrderRates(config.rates),
            conduct=Conduct(config.conduct),
            scales=SizeScales(),
            limits=ExposureLimits.of(config),
        )

    def cell(self, account: str, rules: InstrumentRules) -> Cell:
        """The account's cell in an instrument."""
        found = self.exposure.cell("", account, rules.instrument)
        if found is not None:
            return found
        gross = (ALL, f"venue:{rules.venue}", *_margin_totals(account, rules))
        net = (f"asset:{rules.asset}", f"asset:{rules.asset}@{rules.venue}")
        return self.exposure.open_cell("", account, rules.instrument, gross, net)

    def strategy_cell(self, strategy: str, account: str, rules: InstrumentRules) -> Cell:
        """A strategy's own cell in an instrument."""
        found = self.exposure.cell(strategy, account, rules.instrument)
        if found is not None:
            return found
        return self.exposure.open_cell(strategy, account, rules.instrument, (f"strategy:{strategy}",), ())

    def asset_limits(self, asset: str, venue: str) -> tuple[int, int]:
        """The limits on an asset over all venues and on that one, in quantity units."""
        whole = self.limits.assets[asset]
        return whole, self.limits.venue_assets.get((asset, venue), whole)

    def view(self, instrument: str) -> MarketView:
        """The OMS's own view of the instrument's market."""
        found = self.views.get(instrument)
        if found is None:
            found = self.views[instrument] = MarketView()
        return found

    def spent_wallet(self, account: str, rules: InstrumentRules, buys: bool) -> Wallet:
        """The wallet that an order spends from."""
        return self.wallets.wallet(account + rules.wallet_suffixes[0 if buys else 1])


def _margin_totals(account: str, rules: InstrumentRules) -> tuple[str, ...]:
    return (f"margin:{account}{rules.wallet_suffixes[0]}",) if rules.is_perp else ()
