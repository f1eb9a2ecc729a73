"""The `[risk]` table: limits, and the settings of every check and portfolio rule. Each key is documented here."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from risk.limits import (
    AssetLimits,
    Bps,
    Count,
    Drawdown,
    Factor,
    InstrumentLimits,
    Milliseconds,
    Money,
    Section,
    Share,
    StrategyLimits,
    TotalLimits,
    Velocity,
    VenueLimits,
)


class Rate(Section):
    """A token bucket: `per_s` tokens a second, at most `burst` saved up."""

    per_s: Count
    """Orders and amends that may be sent each second in the long run."""
    burst: Count
    """Orders and amends that may be sent at once after a pause."""


class Rates(Section):
    """How many orders and amends may be sent. Cancels always pass, and are counted against the venue's bucket."""

    strategy: Rate = Rate(per_s=50, burst=50)
    """Per strategy."""
    instrument: Rate = Rate(per_s=20, burst=20)
    """Per account and instrument."""
    venue: Rate = Rate(per_s=50, burst=50)
    """Per venue. The venue's own weights are the gateway's business; keep this below them."""
    reserve: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.2
    """Share of the venue's bucket that adding orders leave to cancels, reducing orders, hedges and repairs."""


class Conduct(Section):
    """When a strategy repeats itself."""

    duplicates: Count = 3
    """Orders of the same side, price and quantity that may be sent within the window; one more is denied."""
    duplicate_window_ms: Milliseconds = 1_000
    """Length of that window."""
    runaway_orders: Count = 10
    """Attempts of the same side, price and quantity within the runaway window that pause the strategy."""
    runaway_window_ms: Milliseconds = 1_000
    """Length of that window."""
    pause_s: Annotated[int, Field(ge=0)] = 60
    """How long a runaway strategy is halted; 0: until an operator resumes it."""

    @model_validator(mode="after")
    def _runaway_above_duplicates(self) -> Self:
        if self.runaway_orders <= self.duplicates:
            raise ValueError(f"runaway_orders ({self.runaway_orders}) must be above duplicates ({self.duplicates})")
        return self


class Staleness(Section):
    """Oldest market data an order may be decided on: time since the venue last proved the book."""

    making_ms: Milliseconds = 1_000
    """For quotes, and for flattening; also when resting orders of a silent instrument are cancelled."""
    arbitrage_ms: Milliseconds = 250
    """For taking, hedging and repairing."""


class Volatility(Section):
    """When an asset moves too wildly to be quoted: its orders are cancelled and adding ones denied."""

    fast_s: Factor = 10.0
    """Time constant of the fast estimate of volatility, in seconds."""
    slow_s: Factor = 600.0
    """Time constant of the slow one, what is usual."""
    max_ratio: Annotated[float, Field(gt=1, allow_inf_nan=False)] = 4.0
    """Fast over slow estimate above which the asset is halted. The slow one follows, so this is less than it sounds."""
    max_sigma_bps: Factor = 15.0
    """Fast estimate in bps per square root of a second above which the asset is halted, whatever is usual."""
    max_jump_bps: Bps = 60.0
    """Move of the mid within 1 s above which the asset is halted."""
    usual_floor_bps: Factor = 1.0
    """The slow estimate counts as at least this, so that waking up from a quiet night is no halt."""
    warm_up_s: Factor = 60.0
    """The ratio is judged only after so much data."""
    cool_off_s: Factor = 30.0
    """Shortest halt, counted from the last moment over a threshold."""
    rearm: Share = 0.7
    """Everything must be below this share of its threshold before the halt clears."""


class Rejects(Section):
    """When venues refuse too much: more of the same only costs rate. Post-only refusals do not count."""

    instrument_per_min: Count = 20
    """Rejects of one instrument within a minute that halt it."""
    venue_per_min: Count = 60
    """Rejects of one venue within a minute that halt it."""
    pause_s: Annotated[int, Field(ge=0)] = 60
    """How long the halt lasts; 0: until an operator resumes."""


class Valuation(Section):
    """Rates from other currencies into the reporting currency. USDT, USDC and USD are different currencies."""

    max_age_s: Factor = 30.0
    """Adding orders on an instrument whose currency has no rate younger than this are denied."""
    pegs: dict[str, Money] = {}
    """Rates the desk answers for itself: they never age. Only for a currency whose risk is accepted."""
    sources: dict[str, str] = {}
    """Currency -> instrument whose mid is its rate (`USDC = "USDC-USDT@binance"`)."""


class RiskConfig(Section):
    """Everything risk is told. Money in `reporting_currency`, quantities in base units."""

    reporting_currency: str = Field(min_length=1)
    """What limits, equity and exposure are valued in."""
    total: TotalLimits
    venues: dict[str, VenueLimits]
    """Per venue; a venue that is not named is not traded."""
    assets: dict[str, AssetLimits]
    """Per base asset; an asset that is not named is not traded."""
    instruments: dict[str, InstrumentLimits]
    """Per instrument; one that is not named is not traded."""
    strategies: dict[str, StrategyLimits]
    """Per strategy; one that is not named may not trade."""
    drawdown: Drawdown
    velocity: Velocity
    rates: Rates = Rates()
    conduct: Conduct = Conduct()
    staleness: Staleness = Staleness()
    volatility: Volatility = Volatility()
    rejects: Rejects = Rejects()
    valuation: Valuation = Valuation()
    assumed_fee_bps: Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)] = 10.0
    """Fee reserved with an order while the venue has not told the account's own."""
    baselines: dict[str, Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]] = {}
    """`<account>.<venue>.<market>.<asset>` -> balance that is no position: what the desk holds for other reasons."""
