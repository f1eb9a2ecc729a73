"""How the synthetic market behaves. Defaults make a lively BTC day: about 80 % a year, a book of some 30 levels."""

from msgspec import Struct


class SyntheticSymbol(Struct, frozen=True):
    """One symbol's participants."""

    market: str
    symbol: str
    start_price: float
    size: float
    """Median quantity of an inner level, in base."""
    events_per_s: float = 250.0
    """All events together: quotes moved and resized, trades, sweeps."""
    levels: int = 30
    half_spread_bps: float = 0.25
    """Of the market makers of the background, at their closest."""
    depth_bps: float = 45.0
    """Distance of their last level."""
    takers_per_s: float = 5.0
    """Small market orders at the touch."""
    sweeps_per_s: float = 0.8
    """Orders that take every level down to a drawn depth; they are what fills quotes some bps away."""
    sweep_median_bps: float = 2.5
    sweep_spread: float = 1.1
    """Standard deviation of the logarithm of the depth: the tail reaches quotes at 10 bps and more."""
    sweep_limit_bps: float = 35.0
    sweep_impact: float = 0.15
    """Part of a sweep's depth that stays in the price."""
    hunters_per_s: float = 15.0
    """How often somebody looks for quotes left behind the market."""
    hunter_edge_bps: float = 0.5
    """How far behind a quote must be to be worth taking."""


class SyntheticSettings(Struct, frozen=True):
    """The whole background."""

    symbols: tuple[SyntheticSymbol, ...]
    sigma_bps: float = 0.7
    """Volatility of the latent price per square root of a second, sweeps come on top."""
    longest_step_ms: int = 250
    """After a pause longer than this the time in between is skipped."""


def paper_market() -> SyntheticSettings:
    """BTCUSDT near 62,000 and ETHUSDT near 3,400, spot and USD-M."""
    return SyntheticSettings(
        symbols=(
            SyntheticSymbol("spot", "BTCUSDT", 62_000.0, 0.12),
            SyntheticSymbol("spot", "ETHUSDT", 3_400.0, 2.0),
            SyntheticSymbol("usdm", "BTCUSDT", 62_000.0, 0.4),
            SyntheticSymbol("usdm", "ETHUSDT", 3_400.0, 7.0),
        )
    )
