"""Whether the price is one that the venue has."""

from crossbook.messages.base import OrderType
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.OFF_GRID: "the price has too many significant figures or lies outside the venue's price bounds"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny a limit price that is not on the instrument's grid. Ticks are whole, so a uniform grid always holds."""
    if proposal.order_type is OrderType.MARKET or proposal.rules.grid.is_valid_price(proposal.price_ticks):
        return None
    bounds = proposal.rules.definition
    return Denial(
        DenialCode.OFF_GRID,
        f"price_ticks={proposal.price_ticks} tick={bounds.tick_size} min_price={bounds.min_price} "
        f"max_price={bounds.max_price} significant_figures={bounds.significant_figures}",
    )
