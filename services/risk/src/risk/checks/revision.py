"""Whether the order's ticks and lots mean what its strategy thinks they mean."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {
    DenialCode.REVISION_MISMATCH: "the instrument's rules changed since ticks and lots were computed (an amend: since "
    "the order was placed)"
}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny when the revisions differ, whichever is the newer."""
    if proposal.revision == proposal.rules.revision:
        return None
    return Denial(
        DenialCode.REVISION_MISMATCH,
        f"instrument={proposal.rules.instrument} given={proposal.revision} current={proposal.rules.revision}",
    )
