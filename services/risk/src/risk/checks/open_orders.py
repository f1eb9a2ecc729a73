"""Whether there is room for one more order."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.OPEN_ORDERS: "as many orders are open, in flight or unknown as the instrument or strategy may have"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny a new order above the count of its instrument or, when it adds, of its strategy; amends add none."""
    if proposal.amends is not None:
        return None
    rules, live = proposal.rules, context.live_orders
    most = rules.max_open_orders
    if most and (count := live.count(proposal.account, rules.instrument)) >= most:
        return Denial(DenialCode.OPEN_ORDERS, f"scope=instrument:{rules.instrument} open={count} max={most}")
    if proposal.reducing:
        return None
    most = context.config.strategies[proposal.strategy].max_open_orders
    if (count := live.count_of_strategy(proposal.strategy)) >= most:
        return Denial(DenialCode.OPEN_ORDERS, f"scope=strategy:{proposal.strategy} open={count} max={most}")
    return None
