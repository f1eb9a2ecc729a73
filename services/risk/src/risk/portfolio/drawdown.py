"""Drawdown: how far equity has fallen from its high-water mark, and what that takes away.

Up to the soft limit nothing. From there to the hard one, sizes shrink in proportion:
`scale = clamp((hard - drawdown) / (hard - soft), min_scale, 1)`. At the hard limit everything in the scope is cancelled
and a latched halt denies what adds; the high-water mark starts afresh at the first equity after an operator's resume.
Equity includes the unrealised result, fees and funding, in the reporting currency.
"""

from decimal import Decimal

from crossbook.messages.risk import Block
from risk.actions import Action, Alert, Blocked, CancelScope, Scaled
from risk.limits import Drawdown
from risk.trading_state import BY_RULE, HALT

REASON = "drawdown"


class DrawdownRule:
    """The drawdown of one scope: of everything, or of one strategy."""

    def __init__(self, scope: str, limits: Drawdown) -> None:
        """Nothing is known of equity yet."""
        self.scope, self.limits = scope, limits
        self.equity = Decimal(0)
        self.high_water: Decimal | None = None
        self._scale = 1.0
        self._breached = False

    @property
    def drawdown(self) -> Decimal:
        """The fall from the high-water mark; never below zero."""
        return Decimal(0) if self.high_water is None else max(self.high_water - self.equity, Decimal(0))

    def on_equity(self, equity: Decimal, now_ns: int) -> list[Action]:
        """Take the equity of now. Raises ValueError when it is not finite."""
        if not equity.is_finite():
            raise ValueError(f"equity {equity} of {self.scope} is not a finite number")
        self.equity = equity
        self.high_water = equity if self.high_water is None else max(self.high_water, equity)
        actions: list[Action] = []
        if self.drawdown >= self.limits.hard and not self._breached:
            actions += self._breach(now_ns)
        scale = self._scale_now()
        if scale != self._scale:
            actions += self._rescale(scale)
        return actions

    def resumed(self) -> None:
        """An operator resumed: losses so far are accepted, and count no longer."""
        self._breached = False
        self.high_water = None

    def _scale_now(self) -> float:
        soft, hard = self.limits.soft, self.limits.hard
        room = float((hard - self.drawdown) / (hard - soft))
        return min(max(room, self.limits.min_scale), 1.0)

    def _rescale(self, scale: float) -> list[Action]:
        began, ended = self._scale == 1.0, scale == 1.0
        self._scale = scale
        actions: list[Action] = [Scaled(self.scope, scale)]
        if began or ended:
            what = "sizes are scaled down" if began else "sizes are whole again"
            actions.append(
                Alert("warning", "drawdown_scale", self.scope, f"{what}: {self._numbers()} scale={scale:.3f}")
            )
        return actions

    def _breach(self, now_ns: int) -> list[Action]:
        self._breached = True
        block = Block(self.scope, HALT, REASON, True, now_ns, BY_RULE, self._numbers())
        return [
            Blocked(block),
            CancelScope(self.scope, REASON),
            Alert("critical", "drawdown_hard", self.scope, f"halted until an operator resumes: {self._numbers()}"),
        ]

    def _numbers(self) -> str:
        return (
            f"drawdown={self.drawdown:.2f} soft={self.limits.soft} hard={self.limits.hard} "
            f"equity={self.equity:.2f} high_water={self.high_water or 0:.2f}"
        )
