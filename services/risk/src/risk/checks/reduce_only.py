"""Whether an order that says it only reduces could reduce anything."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.REDUCE_ONLY_WRONG_SIDE: "a reduce-only order on the side of the position, or without a position"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny a reduce-only order that does not oppose the position; the venue clamps its size, not its side."""
    if not proposal.reduce_only or proposal.opposes_position:
        return None
    position = proposal.rules.grid.lot * (proposal.cell.position / proposal.rules.lot_units)
    return Denial(DenialCode.REDUCE_ONLY_WRONG_SIDE, f"side={proposal.side.name} position={position:.10g}")
