"""Whether the order respects the size scale in force, which shrinks as losses near their limit."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.SIZE_SCALED: "more lots than the largest order times the size scale in force"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny an adding order above the scaled largest size, rounded down; below one lot nothing passes."""
    if proposal.reducing:
        return None
    scale = context.scales.of_strategy(proposal.strategy)
    if scale >= 1.0 or proposal.qty_lots <= (most := int(proposal.rules.max_lots * scale)):
        return None
    return Denial(
        DenialCode.SIZE_SCALED,
        f"qty_lots={proposal.qty_lots} scale={scale:.4f} max_lots={proposal.rules.max_lots} scaled_lots={most}",
    )
