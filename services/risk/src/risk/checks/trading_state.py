"""Whether a halt, a kill or a reduce-only block stands over the order."""

from crossbook.messages.base import Purpose
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal
from risk.trading_state import HALT, KILL, REDUCE_ONLY

CODES = {
    DenialCode.KILLED: "a kill is in force: only cancels pass, until an operator resumes that scope",
    DenialCode.HALTED: "a halt is in force: only cancels, reducing orders and repairs pass; `reason` names its cause",
    DenialCode.REDUCE_ONLY: "reduce-only is in force: only cancels, reducing orders and repairs pass",
}
_CODE_OF_LEVEL = {KILL: DenialCode.KILLED, HALT: DenialCode.HALTED, REDUCE_ONLY: DenialCode.REDUCE_ONLY}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny what the strictest block over the order does not let pass."""
    rules = proposal.rules
    block = context.trading_state.strictest(
        venue=rules.venue, instrument=rules.instrument, strategy=proposal.strategy, asset=rules.asset
    )
    if block is None:
        return None
    if block.level != KILL and (proposal.reducing or proposal.purpose is Purpose.REPAIR):
        return None
    return Denial(
        _CODE_OF_LEVEL[block.level],
        f"scope={block.scope} reason={block.reason} latched={block.latched} since_ns={block.since_ns} by={block.by}",
    )
