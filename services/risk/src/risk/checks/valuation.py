"""Whether what the order adds can be valued in the reporting currency now."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {
    DenialCode.VALUATION_MISSING: "the quote currency has no rate into the reporting one, or the instrument no price",
    DenialCode.VALUATION_STALE: "the rate of the quote currency is older than `valuation.max_age_s`",
}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny an adding order whose value is not known. USDT, USDC and USD are different currencies."""
    if proposal.reducing:
        return None
    quote = proposal.rules.quote
    age_ns = context.valuation.age_ns(quote, proposal.now_ns)
    if age_ns is None:
        return Denial(DenialCode.VALUATION_MISSING, f"currency={quote} into={context.config.reporting_currency}")
    if context.valuation.is_old(age_ns):
        limit_s = context.config.valuation.max_age_s
        return Denial(DenialCode.VALUATION_STALE, f"currency={quote} age_ms={age_ns // 1_000_000} max_age_s={limit_s}")
    if not proposal.cell.price:
        return Denial(DenialCode.VALUATION_MISSING, f"instrument={proposal.rules.instrument} price=none")
    return None
