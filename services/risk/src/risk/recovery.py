"""Counting orders again that the journal remembers, exactly as if they had been approved a moment ago."""

from crossbook.messages.base import OrderType, Side
from crossbook.messages.orders import OrderUpdate
from risk.context import RiskContext
from risk.instrument_rules import InstrumentRules
from risk.live_orders import LiveOrder
from risk.spending import market_buy_cost, standing_cost


def restore_order(update: OrderUpdate, context: RiskContext) -> None:
    """Count an order, with its unanswered amend if it has one.

    Positions are set apart: the filled part of the order is only taken off what it could still fill. One that has ended
    but is still owed fills is restored like a live one, and then ended. Raises KeyError when the instrument is not
    defined, ValueError when the order is counted already.
    """
    rules = context.rules[update.instrument]
    order = _live_order(update, rules)
    ceiling, filled = _ceiling_lots(update, rules) * order.lot_units, update.filled_lots * order.lot_units
    cells = (context.cell(order.account, rules), context.strategy_cell(order.strategy, order.account, rules))
    context.live_orders.add(order)
    context.exposure.reserve(order.order_id, order.side, cells, ceiling, order.lot_units, filled)
    if not rules.is_perp:
        wallet = context.spent_wallet(order.account, rules, order.side is Side.BUY)
        cost = _cost(order, rules, context)
        spend = (max(update.qty_lots, update.pending_qty_lots) - update.filled_lots) * order.lot_units
        context.wallets.reserve(order.order_id, wallet, cost, max(spend, 0))


def _ceiling_lots(update: OrderUpdate, rules: InstrumentRules) -> int:
    if update.pending_qty_lots and rules.replaces_on_amend:
        return update.qty_lots + update.pending_qty_lots - update.filled_lots
    return max(update.qty_lots, update.pending_qty_lots)


def _cost(order: LiveOrder, rules: InstrumentRules, context: RiskContext) -> int:
    if order.side is Side.BUY and order.order_type is OrderType.MARKET:
        return market_buy_cost(rules, context.view(order.instrument).mid * (1 + rules.taker_collar))
    return standing_cost(order, rules)


def _live_order(update: OrderUpdate, rules: InstrumentRules) -> LiveOrder:
    return LiveOrder(
        order_id=update.order_id,
        strategy=update.strategy,
        account=update.account,
        instrument=update.instrument,
        revision=update.revision,
        side=update.side,
        order_type=OrderType(update.order_type),
        price_ticks=update.price_ticks,
        qty_lots=update.qty_lots,
        purpose=update.purpose,
        post_only=update.post_only,
        reduce_only=update.reduce_only,
        lot_units=rules.lot_units,
        tick_units=rules.tick_units,
        pending_price_ticks=update.pending_price_ticks,
    )
