"""Whether the order was decided on, and is judged by, market data that still holds.

Both ages count from when the venue last proved the book: the one the strategy decided on, and the OMS's own view. An
operator's flatten was decided on no book, and says so with a stamp of 0; then the OMS's own view alone counts.
"""

from crossbook.messages.base import Purpose
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {
    DenialCode.BOOK_INVALID: "the OMS's own view of the book is invalid (gap, crossed, one-sided, none yet)",
    DenialCode.STALE_MARKET_DATA: "the book decided on, or the OMS's own, is older than its purpose allows",
}
_ARBITRAGE = frozenset({Purpose.TAKE, Purpose.HEDGE, Purpose.REPAIR})


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny when either age is above the limit for the order's purpose, or a stamp lies in the future."""
    view = proposal.view
    if view.invalid:
        return Denial(DenialCode.BOOK_INVALID, f"instrument={proposal.rules.instrument} reason={view.invalid!r}")
    limits = context.config.staleness
    limit_ms = limits.arbitrage_ms if proposal.purpose in _ARBITRAGE else limits.making_ms
    own = proposal.now_ns - view.proved_ns
    if own > limit_ms * 1_000_000:
        return _stale("oms", own, limit_ms)
    if proposal.purpose is Purpose.FLATTEN and not proposal.market_received_ns:
        return None
    decided = proposal.now_ns - proposal.market_received_ns
    if not 0 <= decided <= limit_ms * 1_000_000:
        return _stale("strategy", decided, limit_ms)
    return None


def _stale(whose: str, age_ns: int, limit_ms: int) -> Denial:
    return Denial(DenialCode.STALE_MARKET_DATA, f"view={whose} age_ms={age_ns / 1e6:.3f} max_age_ms={limit_ms}")
