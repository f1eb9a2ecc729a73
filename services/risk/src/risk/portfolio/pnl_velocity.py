"""P&L velocity: a loss that comes too fast to be the market's usual, whatever the drawdown still allows."""

from decimal import Decimal

from crossbook.messages.risk import Block
from risk.actions import Action, Alert, Blocked, CancelScope
from risk.limits import Velocity
from risk.portfolio.sliding_max import SlidingMax
from risk.trading_state import BY_RULE, HALT

REASON = "pnl_velocity"
NS_PER_S = 1_000_000_000


class VelocityRule:
    """The falls of one scope's equity within 10 s and within 60 s; a breach halts until an operator resumes."""

    def __init__(self, scope: str, limits: Velocity) -> None:
        """Nothing is known of equity yet."""
        self.scope = scope
        self._windows: tuple[tuple[int, Decimal, SlidingMax[Decimal]], ...] = tuple(
            (seconds, limit, SlidingMax[Decimal](seconds * NS_PER_S))
            for seconds, limit in ((10, limits.max_loss_10s), (60, limits.max_loss_60s))
        )
        self._breached = False

    def on_equity(self, equity: Decimal, now_ns: int) -> list[Action]:
        """Take the equity of now."""
        for seconds, limit, window in self._windows:
            loss = window.add(equity, now_ns) - equity
            if loss > limit and not self._breached:
                self._breached = True
                return self._breach(f"loss={loss:.2f} within_s={seconds} limit={limit}", now_ns)
        return []

    def resumed(self) -> None:
        """An operator resumed: measure afresh."""
        self._breached = False
        for _, _, window in self._windows:
            window.clear()

    def _breach(self, numbers: str, now_ns: int) -> list[Action]:
        return [
            Blocked(Block(self.scope, HALT, REASON, True, now_ns, BY_RULE, numbers)),
            CancelScope(self.scope, REASON),
            Alert("critical", "pnl_velocity", self.scope, f"halted until an operator resumes: {numbers}"),
        ]
