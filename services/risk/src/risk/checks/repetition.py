"""Whether the strategy sends the same order again and again.

The same means side, type, price and quantity of one instrument; for an amend, the same change of the same order. A few
repeats are refused one by one. Many within a moment are a runaway: the gate then pauses the strategy.
"""

from risk.conduct import SameOrder
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {
    DenialCode.DUPLICATE: "the same order was sent `conduct.duplicates` times within the window already",
    DenialCode.RUNAWAY: "the same order was asked for `conduct.runaway_orders` times within the window; it is paused",
}


def same_order(proposal: Proposal) -> SameOrder:
    """What this order has in common with its repeats."""
    about = proposal.order_id if proposal.amends is not None else 0
    return (
        proposal.strategy, proposal.account, proposal.rules.instrument, proposal.side, proposal.order_type,
        proposal.price_ticks, proposal.qty_lots, about,
    )  # fmt: skip


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny the repeat that is one too many."""
    config, same = context.config.conduct, same_order(proposal)
    tried = context.conduct.tried(same, proposal.now_ns) + 1
    if tried >= config.runaway_orders:
        return _denial(DenialCode.RUNAWAY, tried, config.runaway_orders - 1, config.runaway_window_ms)
    sent = context.conduct.sent(same, proposal.now_ns) + 1
    if sent > config.duplicates:
        return _denial(DenialCode.DUPLICATE, sent, config.duplicates, config.duplicate_window_ms)
    return None


def _denial(code: DenialCode, count: int, most: int, window_ms: int) -> Denial:
    return Denial(code, f"count={count} max={most} window_ms={window_ms}")
