"""Counting an order in everything that orders are counted in, and taking it out again, in one place."""

from crossbook.messages.base import Side
from risk.context import RiskContext
from risk.live_orders import LiveOrder
from risk.proposal import Proposal
from risk.spending import cost_per_base, standing_cost


def reserve(proposal: Proposal, context: RiskContext) -> None:
    """Count a new order before it is sent."""
    rules = proposal.rules
    order = LiveOrder(
        order_id=proposal.order_id,
        strategy=proposal.strategy,
        account=proposal.account,
        instrument=rules.instrument,
        revision=proposal.revision,
        side=proposal.side,
        order_type=proposal.order_type,
        price_ticks=proposal.price_ticks,
        qty_lots=proposal.qty_lots,
        purpose=proposal.purpose,
        post_only=proposal.post_only,
        reduce_only=proposal.reduce_only,
        lot_units=rules.lot_units,
        tick_units=rules.tick_units,
    )
    context.live_orders.add(order)
    context.exposure.reserve(
        order.order_id, order.side, (proposal.cell, proposal.strategy_cell), proposal.ceiling, rules.lot_units
    )
    if not rules.is_perp:
        wallet = context.spent_wallet(order.account, rules, order.side is Side.BUY)
        context.wallets.reserve(order.order_id, wallet, cost_per_base(proposal), proposal.spend)


def reserve_amend(proposal: Proposal, context: RiskContext) -> None:
    """Count old and new together until the venue has answered."""
    order = proposal.amends
    assert order is not None
    order.pending_price_ticks = proposal.price_ticks
    context.live_orders.price_changed(order)
    context.exposure.set_ceiling(order.order_id, proposal.ceiling)
    cost = max(cost_per_base(proposal), context.wallets.cost(order.order_id))
    context.wallets.resize(order.order_id, proposal.spend, cost)


def settle_amend(order: LiveOrder, price_ticks: int, qty_lots: int, context: RiskContext) -> None:
    """The venue has said what stands now: count that alone. `qty_lots` is the total, the filled part included."""
    order.price_ticks, order.qty_lots, order.pending_price_ticks = price_ticks, qty_lots, 0
    context.live_orders.price_changed(order)
    context.exposure.set_ceiling(order.order_id, qty_lots * order.lot_units)
    exposure = context.exposure.order(order.order_id)
    if exposure is not None:
        cost = standing_cost(order, context.rules[order.instrument])
        context.wallets.resize(order.order_id, exposure.reserved, cost)


def withdraw(order_id: int, context: RiskContext) -> None:
    """Take out an order that was never sent."""
    context.live_orders.remove(order_id)
    context.exposure.withdraw(order_id)
    context.wallets.resize(order_id, 0, 0)
