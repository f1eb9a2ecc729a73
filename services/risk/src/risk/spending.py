"""What an order takes out of its wallet for each base unit, at its own price and with fees."""

import math

from crossbook.messages.base import OrderType, Side
from risk.instrument_rules import InstrumentRules
from risk.live_orders import LiveOrder
from risk.proposal import Proposal
from risk.units import QTY_SCALE


def cost_per_base(proposal: Proposal) -> int:
    """Units of the spent asset for one base unit of a spot order; a market buy pays up to its collar."""
    if proposal.side is Side.SELL:
        return QTY_SCALE
    if proposal.order_type is OrderType.MARKET:
        return market_buy_cost(proposal.rules, proposal.price)
    return proposal.rules.with_fee(proposal.price_ticks * proposal.rules.tick_units)


def standing_cost(order: LiveOrder, rules: InstrumentRules) -> int:
    """The same for a limit order that stands, at the higher of its present and its pending price."""
    return QTY_SCALE if order.side is Side.SELL else rules.with_fee(order.worst_price)


def market_buy_cost(rules: InstrumentRules, worst_price: float) -> int:
    """The same for a market buy that pays at most `worst_price`."""
    return rules.with_fee(math.ceil(worst_price / rules.tick) * rules.tick_units)
