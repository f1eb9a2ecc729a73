"""Volatility halt: an asset that moves too wildly is not quoted until it has calmed down.

It trips when, on any instrument of the asset, the fast estimate passes an absolute bound or a multiple of the slow one,
or the mid jumps within a second. Then every order of the asset is cancelled and adding ones are denied. It re-arms once
a cool-off has passed since the last moment over a bound and everything is below a share of its bound (hysteresis).
"""

from crossbook.messages.risk import Block
from risk.actions import Action, Alert, Blocked, CancelScope, Cleared
from risk.config import Volatility
from risk.portfolio.volatility import VolatilityEstimate
from risk.trading_state import BY_RULE, HALT

REASON = "volatility"
NS_PER_S = 1_000_000_000


class VolatilityGuard:
    """Guards every asset by the mids of its instruments."""

    def __init__(self, config: Volatility) -> None:
        """Nothing is known of any market."""
        self._config = config
        self._estimates: dict[str, dict[str, VolatilityEstimate]] = {}
        self._halts: dict[str, tuple[Block, int]] = {}
        """Per halted asset its block, and the last moment over a bound."""

    def on_mid(self, asset: str, instrument: str, mid: float, now_ns: int) -> list[Action]:
        """Take the mid of an instrument, finite and above zero; also on a timer while it stays the same."""
        estimates = self._estimates.setdefault(asset, {})
        estimate = estimates.get(instrument)
        if estimate is None:
            estimate = estimates[instrument] = VolatilityEstimate(self._config.fast_s, self._config.slow_s)
        estimate.on_mid(mid, now_ns)
        numbers = self._over(estimate, 1.0)
        if numbers:
            return self._trip(asset, f"instrument={instrument} {numbers}", now_ns)
        return self._calm(asset, now_ns) if asset in self._halts else []

    def resumed(self, asset: str) -> None:
        """An operator resumed the asset: what tripped the halt is forgotten, and measured anew."""
        self._halts.pop(asset, None)
        self._estimates.pop(asset, None)

    def _trip(self, asset: str, numbers: str, now_ns: int) -> list[Action]:
        known = self._halts.get(asset)
        if known is not None:
            self._halts[asset] = (known[0], now_ns)
            return []
        scope = f"asset:{asset}"
        block = Block(scope, HALT, REASON, False, now_ns, BY_RULE, numbers)
        self._halts[asset] = (block, now_ns)
        return [Blocked(block), CancelScope(scope, REASON), Alert("warning", "volatility_halt", scope, numbers)]

    def _calm(self, asset: str, now_ns: int) -> list[Action]:
        block, last_ns = self._halts[asset]
        if now_ns - last_ns < self._config.cool_off_s * NS_PER_S:
            return []
        if any(self._over(estimate, self._config.rearm) for estimate in self._estimates[asset].values()):
            return []
        del self._halts[asset]
        return [Cleared(block, BY_RULE), Alert("info", "volatility_calm", block.scope, "quoting may resume")]

    def _over(self, estimate: VolatilityEstimate, share: float) -> str:
        """Which bound, times `share`, is passed; empty when none is."""
        config = self._config
        if estimate.jump_bps > config.max_jump_bps * share:
            return f"jump_bps={estimate.jump_bps:.1f} max={config.max_jump_bps:g}"
        fast = estimate.fast_bps
        if fast > config.max_sigma_bps * share:
            return f"sigma_bps={fast:.2f} max={config.max_sigma_bps:g}"
        usual = max(estimate.slow_bps, config.usual_floor_bps)
        if estimate.age_s >= config.warm_up_s and fast > config.max_ratio * share * usual:
            return f"sigma_bps={fast:.2f} usual_bps={usual:.2f} max_ratio={config.max_ratio:g}"
        return ""
