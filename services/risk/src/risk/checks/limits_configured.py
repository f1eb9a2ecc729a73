"""Whether the configuration limits everything that the order adds to: what nobody limited must not be traded."""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal

CODES = {DenialCode.LIMIT_MISSING: "no limits are configured for the instrument, venue, asset or strategy named"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny an adding order when a table of limits has no entry for it."""
    if proposal.reducing:
        return None
    config, rules = context.config, proposal.rules
    if rules.limits is None:
        return _missing("instruments", rules.instrument)
    if rules.venue not in config.venues:
        return _missing("venues", rules.venue)
    if rules.asset not in config.assets:
        return _missing("assets", rules.asset)
    if proposal.strategy not in config.strategies:
        return _missing("strategies", proposal.strategy)
    return None


def _missing(table: str, name: str) -> Denial:
    return Denial(DenialCode.LIMIT_MISSING, f"table=risk.{table} name={name}")
