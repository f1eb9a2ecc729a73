"""Market staleness: an instrument whose book is invalid or silent keeps no resting orders, and takes no adding ones.

Quiet is not stale: a book that the venue has proved again is as good as a new one. Others go on: the block is the
instrument's alone, and clears as soon as its book is good again.
"""

from crossbook.messages.risk import Block
from risk.actions import Action, Alert, Blocked, CancelScope, Cleared
from risk.config import Staleness
from risk.market_views import MarketView
from risk.trading_state import BY_RULE, HALT

REASON = "market_data"
NS_PER_MS = 1_000_000


class MarketStaleness:
    """Watches the age of every book the OMS sees."""

    def __init__(self, config: Staleness) -> None:
        """Nothing is stale."""
        self._limit_ns = config.making_ms * NS_PER_MS
        self._blocks: dict[str, Block] = {}

    def look(self, instrument: str, view: MarketView, now_ns: int) -> list[Action]:
        """Judge an instrument's book as it stands now."""
        fault = self._fault(view, now_ns)
        block = self._blocks.get(instrument)
        if fault and block is None:
            return self._stale(instrument, fault, now_ns)
        if not fault and block is not None:
            del self._blocks[instrument]
            return [Cleared(block, BY_RULE), Alert("info", "market_data_good", block.scope, "the book is good again")]
        return []

    def resumed(self, scope: str) -> None:
        """An operator resumed the scope; a book that is still bad is blocked again at the next look."""
        self._blocks = {name: block for name, block in self._blocks.items() if block.scope != scope}

    def _fault(self, view: MarketView, now_ns: int) -> str:
        if view.invalid:
            return f"invalid={view.invalid!r}"
        age_ns = now_ns - view.proved_ns
        if age_ns > self._limit_ns:
            return f"age_ms={age_ns // NS_PER_MS} max_age_ms={self._limit_ns // NS_PER_MS}"
        return ""

    def _stale(self, instrument: str, fault: str, now_ns: int) -> list[Action]:
        scope = f"instrument:{instrument}"
        block = self._blocks[instrument] = Block(scope, HALT, REASON, False, now_ns, BY_RULE, fault)
        return [Blocked(block), CancelScope(scope, REASON), Alert("warning", "market_data_stale", scope, fault)]
