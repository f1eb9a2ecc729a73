"""Whether the order is neither smaller nor larger than the venue and we allow, in quantity and in value.

The largest sizes hold for every order, reducing ones too: they bound what one mistake can do, and a position that is
larger leaves in several orders. The venue's smallest value does not hold for reduce-only orders on perpetuals.
"""

from crossbook.messages.base import OrderType
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal
from risk.units import price_units, value_decimal

CODES = {
    DenialCode.QTY_BELOW_MIN: "fewer lots than the venue's smallest order",
    DenialCode.QTY_ABOVE_MAX: "more lots than the venue's or our largest order",
    DenialCode.NOTIONAL_BELOW_MIN: "price times quantity is below the venue's smallest order",
    DenialCode.NOTIONAL_ABOVE_MAX: "the valued order is above `max_order_notional`",
}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny what is too small or too large."""
    rules, lots = proposal.rules, proposal.qty_lots
    if lots < rules.min_lots:
        return Denial(DenialCode.QTY_BELOW_MIN, f"qty_lots={lots} min_lots={rules.min_lots}")
    most = rules.max_lots
    if proposal.order_type is OrderType.MARKET and rules.max_market_lots:
        most = min(most, rules.max_market_lots) if most else rules.max_market_lots
    if most and lots > most:
        return Denial(DenialCode.QTY_ABOVE_MAX, f"qty_lots={lots} max_lots={most}")
    return _too_little_value(proposal) or _too_much_value(proposal)


def _too_little_value(proposal: Proposal) -> Denial | None:
    rules = proposal.rules
    ticks = proposal.price_ticks or int(proposal.view.mid / rules.tick)
    if ticks * proposal.qty_lots >= rules.min_tick_lots or (proposal.reduce_only and rules.is_perp):
        return None
    if not ticks:
        return None  # a market order without a reference: the collar says so
    notional = rules.grid.price(ticks) * rules.grid.qty(proposal.qty_lots)
    return Denial(DenialCode.NOTIONAL_BELOW_MIN, f"notional={notional} min_notional={rules.min_notional}")


def _too_much_value(proposal: Proposal) -> Denial | None:
    rules = proposal.rules
    if rules.limits is None:
        return None  # an adding order is denied for the missing limit, by its own check
    value = price_units(max(proposal.price, proposal.view.mid) * proposal.rate) * proposal.qty_lots * rules.lot_units
    if value <= rules.max_notional_value:
        return None
    return Denial(
        DenialCode.NOTIONAL_ABOVE_MAX,
        f"notional={value_decimal(value)} max_order_notional={rules.limits.max_order_notional}",
    )
