"""The last limits: drawdown and gross positions beyond what the OMS itself should have allowed.

The high-water mark is the guardian's own, from the equity it has heard, and the OMS's if that is worse: neither a
restart of the one nor a fault of the other hides a loss.
"""

from decimal import Decimal

from crossbook.messages.inventory import Pnl, Position
from risk.guardian.settings import ToleranceSettings

MS = 1_000_000
ZERO = Decimal(0)


class Tolerance:
    """Fed with results and positions; says what is beyond bearing."""

    def __init__(self, settings: ToleranceSettings) -> None:
        """Nothing known."""
        self._settings = settings
        self._results: dict[str, Pnl] = {}
        self._values: dict[tuple[str, str], Decimal] = {}
        self._high_water: Decimal | None = None
        self._exceeded: dict[str, int] = {}
        """Limit → since when it has been exceeded."""
        self.breach = ""
        """What has been exceeded for too long, with its numbers; empty when nothing is."""

    def on_pnl(self, pnl: Pnl, now_ns: int) -> None:
        """The result of an account."""
        self._results[pnl.account] = pnl
        equity = sum((result.equity for result in self._results.values()), ZERO)
        if not equity.is_finite():
            return self._judge("equity", f"equity {equity} is not a number", True, now_ns)
        self._high_water = equity if self._high_water is None else max(self._high_water, equity)
        drawdown = max(self._high_water - equity, pnl.drawdown)
        limit = self._settings.max_drawdown
        return self._judge("drawdown", f"drawdown {drawdown:.2f} is above {limit}", drawdown > limit, now_ns)

    def on_position(self, position: Position, now_ns: int) -> None:
        """A position and its mark."""
        self._values[position.account, position.instrument] = abs(position.qty) * Decimal(str(position.mark))
        gross = sum(self._values.values(), ZERO)
        limit = self._settings.max_gross_notional
        beyond = not gross.is_finite() or gross > limit
        self._judge("gross", f"positions worth {gross:.2f} are above {limit}", beyond, now_ns)

    def resumed(self) -> None:
        """An operator accepts what has been lost so far: the mark starts afresh, as the OMS's does."""
        self._high_water, self.breach = None, ""
        self._exceeded.clear()

    def _judge(self, limit: str, words: str, beyond: bool, now_ns: int) -> None:
        if not beyond:
            self._exceeded.pop(limit, None)
            return
        since_ns = self._exceeded.setdefault(limit, now_ns)
        if now_ns - since_ns >= self._settings.breach_ms * MS:
            self.breach = words
