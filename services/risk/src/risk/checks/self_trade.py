"""Whether the order could trade with another one of ours: same account and instrument, whatever the strategy."""

from crossbook.messages.base import OrderType, Side
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.live_orders import UNBOUNDED
from risk.proposal import Proposal
from risk.units import qty_decimal

CODES = {DenialCode.SELF_TRADE: "it would meet an order of ours that is open, in flight or unknown"}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny a price that reaches the nearest of our own on the other side, pending amends at their worse price."""
    side = proposal.side
    own = context.live_orders.best_against(proposal.account, proposal.rules.instrument, side)
    if own is None:
        return None
    if proposal.order_type is OrderType.MARKET:
        price = UNBOUNDED if side is Side.BUY else 0
    else:
        price = proposal.price_ticks * proposal.rules.tick_units
    if side * (price - own) < 0:
        return None
    shown = "market" if proposal.order_type is OrderType.MARKET else qty_decimal(price)
    return Denial(DenialCode.SELF_TRADE, f"side={side.name} price={shown} own={_own(own)}")


def _own(price: int) -> str:
    return "market" if price in (0, UNBOUNDED) else f"{qty_decimal(price)}"
