"""Whether the price lies near the last good mid, and a market order has somebody to trade with.

Through the mid an order that can take may go `taker_collar_bps`, one that must rest `maker_collar_bps`; away from it
either may rest as far as `maker_collar_bps`. A missing reference refuses: there is nothing to judge by.
"""

from crossbook.messages.base import OrderType
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {
    DenialCode.NO_REFERENCE: "there is no good mid to judge the price by, or nothing on the side to be taken",
    DenialCode.OUTSIDE_COLLAR: "the price is further from the last good mid than the collar allows",
    DenialCode.INSUFFICIENT_DEPTH: "within the taker collar the book holds less than the market order wants",
}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny what is priced outside the collar, or would take more than the book shows within it."""
    mid = proposal.view.mid
    if mid <= 0:
        return Denial(DenialCode.NO_REFERENCE, f"instrument={proposal.rules.instrument}")
    if proposal.order_type is OrderType.MARKET:
        return _depth(proposal)
    rules = proposal.rules
    through = rules.maker_collar if proposal.post_only else rules.taker_collar
    offset = proposal.side * (proposal.price / mid - 1)
    if -rules.maker_collar <= offset <= through:
        return None
    return Denial(
        DenialCode.OUTSIDE_COLLAR,
        f"price={proposal.price:.10g} mid={mid:.10g} through_bps={offset * 1e4:.2f} "
        f"max_through_bps={through * 1e4:g} max_away_bps={rules.maker_collar * 1e4:g}",
    )


def _depth(proposal: Proposal) -> Denial | None:
    view, side = proposal.view, proposal.side
    if view.opposite(side) <= 0:
        return Denial(
            DenialCode.NO_REFERENCE, f"instrument={proposal.rules.instrument} side={side.name} opposite=empty"
        )
    there = view.size_within(side, proposal.price)
    wanted = proposal.qty_lots * proposal.rules.grid.lot
    if wanted <= there:
        return None
    return Denial(DenialCode.INSUFFICIENT_DEPTH, f"qty={wanted:.10g} depth={there:.10g} within={proposal.price:.10g}")
