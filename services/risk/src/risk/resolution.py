"""First of all checks: whether the intent is an order at all, of an instrument or an order that we know.

It turns an intent into the `Proposal` that the other checks look at, and reads no field before it is proved sound.
"""

from crossbook.messages.base import OrderType, Purpose, Side, Tif
from crossbook.messages.orders import AmendIntent, PlaceIntent
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.exposure import OrderExposure
from risk.instrument_rules import InstrumentRules
from risk.live_orders import LiveOrder
from risk.market_views import MarketView
from risk.proposal import Proposal, is_reducing

CODES = {
    DenialCode.INVALID_ORDER: "a field is missing, not finite, not above zero, or contradicts another one",
    DenialCode.UNKNOWN_INSTRUMENT: "no gateway has told the rules of this instrument yet",
    DenialCode.UNKNOWN_ORDER: "the order to amend is not live, or is not this strategy's",
}

_MOST = 2**63 - 1
"""More than the wires carry is no number of ticks, lots or nanoseconds."""


def resolve_place(intent: PlaceIntent, order_id: int, context: RiskContext, now_ns: int) -> Proposal | Denial:
    """What a new order would be."""
    if fault := _fault_of_place(intent):
        return Denial(DenialCode.INVALID_ORDER, fault)
    rules = context.rules.get(intent.instrument)
    if rules is None:
        return Denial(DenialCode.UNKNOWN_INSTRUMENT, f"instrument={intent.instrument}")
    view = context.view(intent.instrument)
    qty = intent.qty_lots * rules.lot_units
    cell = context.cell(intent.account, rules)
    return Proposal(
        order_id=order_id,
        strategy=intent.strategy,
        account=intent.account,
        rules=rules,
        revision=intent.revision,
        side=intent.side,
        order_type=intent.order_type,
        price_ticks=intent.price_ticks,
        qty_lots=intent.qty_lots,
        post_only=intent.post_only,
        reduce_only=intent.reduce_only,
        purpose=intent.purpose,
        valid_until_ns=intent.valid_until_ns,
        market_received_ns=intent.market_received_ns,
        now_ns=now_ns,
        view=view,
        cell=cell,
        strategy_cell=context.strategy_cell(intent.strategy, intent.account, rules),
        ceiling=qty,
        extra=qty,
        spend=qty,
        price=_worst_price(intent, rules, view),
        rate=context.valuation.rate(rules.quote),
        reducing=is_reducing(cell, intent.side, qty),
    )


def resolve_amend(intent: AmendIntent, context: RiskContext, now_ns: int) -> Proposal | Denial:
    """What the order would be after the amend; until it is answered, the worst of both."""
    if fault := _fault_of_numbers(
        intent.price_ticks, intent.qty_lots, intent.valid_until_ns, intent.market_received_ns
    ):
        return Denial(DenialCode.INVALID_ORDER, fault)
    order = context.live_orders.get(intent.order_id)
    exposure = context.exposure.order(intent.order_id)
    if order is None or exposure is None or order.strategy != intent.strategy:
        return Denial(DenialCode.UNKNOWN_ORDER, f"order_id={intent.order_id} strategy={intent.strategy}")
    filled_lots = exposure.filled // order.lot_units
    if order.order_type is not OrderType.LIMIT or intent.qty_lots <= filled_lots or not intent.price_ticks:
        context_text = f"type={order.order_type.name} price_ticks={intent.price_ticks} qty_lots={intent.qty_lots}"
        return Denial(DenialCode.INVALID_ORDER, f"{context_text} filled_lots={filled_lots}")
    return _amended(intent, order, exposure, context, now_ns)


def _amended(
    intent: AmendIntent, order: LiveOrder, exposure: OrderExposure, context: RiskContext, now_ns: int
) -> Proposal:
    rules = context.rules[order.instrument]
    cell = context.cell(order.account, rules)
    wanted = intent.qty_lots * order.lot_units
    ceiling = exposure.ceiling + wanted - exposure.filled if rules.replaces_on_amend else max(exposure.ceiling, wanted)
    extra = ceiling - exposure.ceiling
    return Proposal(
        order_id=order.order_id,
        strategy=order.strategy,
        account=order.account,
        rules=rules,
        revision=order.revision,
        side=order.side,
        order_type=order.order_type,
        price_ticks=intent.price_ticks,
        qty_lots=intent.qty_lots,
        post_only=order.post_only,
        reduce_only=order.reduce_only,
        purpose=order.purpose,
        valid_until_ns=intent.valid_until_ns,
        market_received_ns=intent.market_received_ns,
        now_ns=now_ns,
        view=context.view(order.instrument),
        cell=cell,
        strategy_cell=context.strategy_cell(order.strategy, order.account, rules),
        ceiling=ceiling,
        extra=extra,
        spend=max(wanted - exposure.filled, exposure.reserved),
        price=intent.price_ticks * rules.tick,
        rate=context.valuation.rate(rules.quote),
        amends=order,
        reducing=is_reducing(cell, order.side, extra),
    )


def _worst_price(intent: PlaceIntent, rules: InstrumentRules, view: MarketView) -> float:
    if intent.order_type is OrderType.LIMIT:
        return intent.price_ticks * rules.tick
    return view.mid * (1 + intent.side * rules.taker_collar)


def _fault_of_place(intent: PlaceIntent) -> str:
    if not (intent.strategy and intent.account and isinstance(intent.side, Side) and isinstance(intent.tif, Tif)):
        return f"strategy={intent.strategy!r} account={intent.account!r} side={intent.side} tif={intent.tif}"
    if fault := _fault_of_numbers(
        intent.price_ticks, intent.qty_lots, intent.valid_until_ns, intent.market_received_ns
    ):
        return fault
    if not isinstance(intent.purpose, Purpose) or type(intent.revision) is not int:
        return f"purpose={intent.purpose} revision={intent.revision}"
    return _contradiction(intent)


def _contradiction(intent: PlaceIntent) -> str:
    """A market order has no price and rests nowhere; a limit order has one; what must rest cannot be immediate."""
    if intent.order_type is OrderType.MARKET:
        sound = intent.price_ticks == 0 and not intent.post_only
    elif intent.order_type is OrderType.LIMIT:
        sound = intent.price_ticks > 0 and not (intent.post_only and intent.tif is not Tif.GTC)
    else:
        sound = False
    if sound:
        return ""
    return f"type={intent.order_type} price_ticks={intent.price_ticks} tif={intent.tif} post_only={intent.post_only}"


def _fault_of_numbers(price_ticks: int, qty_lots: int, valid_until_ns: int, market_received_ns: int) -> str:
    """Messages are typed, but an object built in the same process may hold anything: a float, NaN, None, a text."""
    numbers = (price_ticks, qty_lots, valid_until_ns, market_received_ns)
    if all(type(number) is int and 0 <= number <= _MOST for number in numbers) and qty_lots:
        return ""
    names = ("price_ticks", "qty_lots", "valid_until_ns", "market_received_ns")
    return " ".join(f"{name}={number!r:.40}" for name, number in zip(names, numbers, strict=True))
