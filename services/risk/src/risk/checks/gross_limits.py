"""Whether the valued worst cases of a strategy, of a venue and of everything stay within their limits."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.exposure import Cell, Gross
from risk.proposal import Proposal
from risk.units import value_decimal

CODES = {
    DenialCode.STRATEGY_LIMIT: "the strategy's own positions and orders would pass its `max_gross_notional`",
    DenialCode.VENUE_LIMIT: "all positions and orders on the venue would pass its `max_gross_notional`",
    DenialCode.TOTAL_LIMIT: "all positions and orders together would pass `risk.total.max_gross_notional`",
}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny an adding order that makes a gross total larger and larger than its limit, the smallest scope first."""
    if proposal.reducing or not proposal.extra:
        return None
    limits, venue, strategy = context.limits, proposal.rules.venue, proposal.strategy
    own, cell = proposal.strategy_cell, proposal.cell
    return (
        _judge(proposal, own, own.gross[0], limits.strategies[strategy], DenialCode.STRATEGY_LIMIT)
        or _judge(proposal, cell, cell.gross[1], limits.venues[venue], DenialCode.VENUE_LIMIT)
        or _judge(proposal, cell, cell.gross[0], limits.total, DenialCode.TOTAL_LIMIT)
    )


def _judge(proposal: Proposal, cell: Cell, total: Gross, limit: int, code: DenialCode) -> Denial | None:
    increase = cell.increase(proposal.side, proposal.extra)
    if not increase or total.value + increase <= limit:
        return None
    return Denial(
        code,
        f"scope={total.name} now={value_decimal(total.value)} added={value_decimal(increase)} "
        f"limit={value_decimal(limit)}",
    )
