"""Whether the account's position in the instrument stays within its limit, if the worse side of everything filled."""

from crossbook.messages.base import Side
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal
from risk.units import qty_decimal

CODES = {DenialCode.POSITION_LIMIT: "position and all orders of that side together would pass `max_position_base`"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny an adding order when position, open, in flight, unknown and this one on its side pass the limit."""
    if proposal.reducing or not proposal.extra:
        return None
    cell, limit = proposal.cell, proposal.rules.max_position_units
    worst = (cell.long if proposal.side is Side.BUY else -cell.short) + proposal.extra
    if worst <= limit:
        return None
    return Denial(
        DenialCode.POSITION_LIMIT,
        f"instrument={proposal.rules.instrument} side={proposal.side.name} position={qty_decimal(cell.position)} "
        f"worst={qty_decimal(worst)} limit={qty_decimal(limit)}",
    )
