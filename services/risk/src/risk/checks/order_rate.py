"""Whether strategy, instrument and venue may send one more order or amend now."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.ORDER_RATE: "a token bucket of the strategy, instrument or venue is empty down to its reserve"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny when a bucket is short; reducing orders, hedges, repairs and flattening may use the reserve as well."""
    short = context.rates.shortage(proposal.rate_scopes, proposal.urgent, proposal.now_ns)
    if short is None:
        return None
    return Denial(DenialCode.ORDER_RATE, f"bucket={short.scope} tokens={short.tokens:.3f} needed={short.needed:.3f}")
