"""Whether the venue takes orders of the instrument."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.INSTRUMENT_NOT_LIVE: "the venue's status of the instrument is not `trading`"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny while the instrument's last known status is anything but trading."""
    if proposal.rules.live:
        return None
    status = proposal.rules.definition.status
    return Denial(DenialCode.INSTRUMENT_NOT_LIVE, f"instrument={proposal.rules.instrument} status={status}")
