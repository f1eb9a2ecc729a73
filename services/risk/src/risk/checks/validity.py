"""Whether the order may still be sent."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.EXPIRED: "`valid_until_ns` of the intent has passed"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny at and after `valid_until_ns`."""
    late_ns = proposal.now_ns - proposal.valid_until_ns
    if late_ns < 0:
        return None
    return Denial(DenialCode.EXPIRED, f"valid_until_ns={proposal.valid_until_ns} late_ns={late_ns}")
