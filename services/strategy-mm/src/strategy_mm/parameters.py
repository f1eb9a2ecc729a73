"""Everything a trader may set about quoting one instrument. Units stand in the names; ranges are checked at load."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A part of the parameters: unknown keys are errors, values never change once loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FairPriceParameters(Section):
    """What the instrument is thought to be worth."""

    method: Literal["mid", "micro"] = "micro"
    """`mid`, or `micro`: the mid weighted by the size on the other side, which leans to where the price goes next."""
    reference: str | None = None
    """Instrument that leads this one (the same asset elsewhere); its mid plus the usual basis joins the estimate."""
    reference_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the reference in the estimate: 0 own book only, 1 reference only."""
    basis_seconds: Positive = 30.0
    """Time constant over which the usual basis between the two is learnt (20 to 60 s is common)."""
    conservative: bool = False
    """Price bids off the lower and asks off the higher of estimate and own mid."""


class VolatilityParameters(Section):
    """How fast the price moves: the larger of two exponentially weighted estimates on a 1 s grid."""

    fast_seconds: Positive = 30.0
    slow_seconds: Positive = 600.0
    initial_bps: NotNegative = 1.5
    """Estimate, in bps per square-root second, until enough has been seen. Set it high rather than low."""
    warm_up_seconds: NotNegative = 10.0
    """How long the initial estimate is a lower bound."""


class SpreadParameters(Section):
    """Distance of the innermost quotes from the fair price, each side."""

    base_half_bps: NotNegative = 2.0
    volatility_multiplier: NotNegative = 0.5
    """Adds this many times the expected move over `horizon_s`."""
    horizon_s: Positive = 1.0
    min_edge_bps: NotNegative = 0.2
    """Profit wanted above maker fee and adverse selection: part of the economic floor."""
    adverse_prior_bps: NotNegative = 0.5
    """Loss to better informed takers assumed until our own fills tell."""
    adverse_weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the measured adverse selection that enters the floor."""
    adverse_fills: Positive = 50.0
    """Number of fills over which adverse selection is averaged."""
    max_half_bps: Positive = 50.0
    """Never quote wider: where the floor is above this, the instrument is not quoted."""
    assumed_maker_fee_bps: float | None = None
    """Used only where the venue does not tell our fee. Unset: then there are no quotes."""


class InventoryParameters(Section):
    """Which position is wanted, and how prices and sizes pull towards it. In base units."""

    target: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    max_deviation: Positive
    """Distance from the target at which the side that would add to it is taken off."""
    skew_bps: NotNegative = 2.0
    """Shift of both quotes at full deviation, away from adding to it."""
    taper: NotNegative = 1.0
    """Exponent of the size reduction of the adding side: 0 none, 1 linear."""


class SizeParameters(Section):
    """Amount of each order: fixed, in base or in quote units (exactly one of them)."""

    base: Positive | None = None
    quote: Positive | None = None
    levels: Annotated[int, Field(ge=1, le=20)] = 1
    level_spacing: Annotated[float, Field(ge=1.0)] = 1.5
    """Each further level stands this many times further from the fair price than the one before."""
    level_size_factor: Positive = 1.0
    """Each further level has this many times the amount of the one before."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "SizeParameters":
        if (self.base is None) == (self.quote is None):
            raise ValueError("set exactly one of base and quote")
        return self


class RequoteParameters(Section):
    """When a quote that is no longer at its target is moved; below these it keeps its place in the queue."""

    away_ticks: Annotated[int, Field(ge=1)] = 1
    away_fraction: NotNegative = 0.25
    """Our quote is too aggressive by more than this part of the half spread: move at once."""
    toward_ticks: Annotated[int, Field(ge=1)] = 2
    toward_fraction: NotNegative = 0.5
    toward_min_age_ms: NotNegative = 400.0
    """A quote that could stand nearer is moved only when it is at least so old."""
    size_fraction: Annotated[float, Field(ge=0, le=1)] = 0.25
    """A remaining size that differs from its target by more than this part of it is corrected."""
    reprice: Literal["amend", "replace"] = "amend"
    """Move a price by one amend, or by a cancel and a new order once the cancel is confirmed."""
    amend_size_down: bool = True
    """Reduce sizes by amends (that keep the queue place where the venue allows it)."""
    max_ticks_inside: Annotated[int, Field(ge=0)] = 1_000_000
    """How far inside the best quote of others ours may stand; 0: join the best, never better it."""


class GuardParameters(Section):
    """When not to quote."""

    max_data_age_ms: Positive = 1000.0
    """Older books price nothing. Age counts from when the venue last proved the value."""
    order_valid_ms: Positive = 250.0
    """An order that has not left the gateway so long after the decision is not sent at all."""
    max_spread_bps: Positive = 50.0
    """A market wider than this is not quoted."""
    fill_cooldown_ms: NotNegative = 250.0
    """After a fill, its side places nothing new for so long; grows with fills on one side only."""
    cooldown_growth: Annotated[float, Field(ge=1.0, le=10.0)] = 1.5
    cooldown_max_ms: NotNegative = 5000.0
    sweep_fills: Annotated[int, Field(ge=2)] = 4
    """So many fills of one side within `sweep_window_ms` pull that side for `sweep_pause_ms`."""
    sweep_window_ms: Positive = 500.0
    sweep_pause_ms: NotNegative = 3000.0
    reject_backoff_ms: Positive = 500.0
    """After a venue's reject or a denial, the side waits so long, doubled each time, up to 30 s."""


class QuotingParameters(Section):
    """All parameters of one instrument."""

    instrument: str
    enabled: bool = True
    """Off: its quotes are cancelled and it says so."""
    fair_price: FairPriceParameters = FairPriceParameters()
    volatility: VolatilityParameters = VolatilityParameters()
    spread: SpreadParameters = SpreadParameters()
    inventory: InventoryParameters
    size: SizeParameters
    requote: RequoteParameters = RequoteParameters()
    guards: GuardParameters = GuardParameters()
