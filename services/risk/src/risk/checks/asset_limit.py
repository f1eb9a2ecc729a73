"""Whether the net worst case of the base asset stays within its limits, on its venue and over all of them."""

from crossbook.messages.base import Side
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.exposure import Net
from risk.proposal import Proposal
from risk.units import qty_decimal

CODES = {DenialCode.ASSET_LIMIT: "the asset's net position with all orders of that side would pass `max_net_base`"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny an adding order that takes the asset's net worst case past a limit on the order's side."""
    if proposal.reducing or not proposal.extra:
        return None
    over_all, on_venue = proposal.cell.net
    whole, venue = context.asset_limits(proposal.rules.asset, proposal.rules.venue)
    return _judge(proposal, on_venue, venue) or _judge(proposal, over_all, whole)


def _judge(proposal: Proposal, net: Net, limit: int) -> Denial | None:
    worst = (net.long if proposal.side is Side.BUY else -net.short) + proposal.extra
    if worst <= limit:
        return None
    return Denial(
        DenialCode.ASSET_LIMIT,
        f"scope={net.name} side={proposal.side.name} worst={qty_decimal(worst)} limit={qty_decimal(limit)}",
    )
