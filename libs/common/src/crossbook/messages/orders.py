"""Between strategies and the OMS: intents and verdicts on `intents` (DEALER/ROUTER), order events on `events`."""

from decimal import Decimal

from crossbook.messages.base import Message, Operation, OrderState, OrderType, Part, Purpose, Side, Tif


class PlaceIntent(Message, frozen=True, tag=201):
    """A strategy asks for a new order. `intent_id` is unique per strategy and grows."""

    intent_id: int
    strategy: str
    account: str
    instrument: str
    revision: int
    side: Side
    order_type: OrderType
    tif: Tif
    price_ticks: int
    """0 for a market order."""
    qty_lots: int
    post_only: bool
    reduce_only: bool
    purpose: Purpose
    valid_until_ns: int
    decided_ns: int
    market_seq: int
    """Sequence of the `BookTop` that was decided on."""
    market_received_ns: int
    """When the venue last proved that book: what its age counts from."""
    tick_received_ns: int = 0
    """Receipt of the very tick that caused this intent, for latency; 0 when no tick did."""
    pair_id: int = 0
    """Intents of one pair (arbitrage legs) are approved together or not at all; 0: alone."""


class AmendIntent(Message, frozen=True, tag=202):
    """Change price or total quantity of an open order. `qty_lots` is the new total, filled part included."""

    intent_id: int
    strategy: str
    order_id: int
    price_ticks: int
    qty_lots: int
    valid_until_ns: int
    decided_ns: int
    market_seq: int
    market_received_ns: int
    tick_received_ns: int = 0


class CancelIntent(Message, frozen=True, tag=203):
    """Cancel one order, named by the OMS's id, or by the intent that asked for it while no id is known yet."""

    intent_id: int
    strategy: str
    order_id: int
    place_intent_id: int
    decided_ns: int
    tick_received_ns: int = 0


class CancelAllIntent(Message, frozen=True, tag=204):
    """Cancel every order of ours in a scope; an empty string means any. A strategy's own name scopes it to itself."""

    intent_id: int
    sender: str
    strategy: str
    venue: str
    account: str
    instrument: str
    decided_ns: int


class Accepted(Message, frozen=True, tag=211):
    """The intent passed risk and is journalled. For a place, `order_id` is the new order's."""

    intent_id: int
    order_id: int
    operation: Operation
    accepted_ns: int


class Denied(Message, frozen=True, tag=212):
    """Ours, never the venue's: nothing was sent. `context` is `key=value` pairs with the numbers compared."""

    intent_id: int
    order_id: int
    code: str
    context: str
    denied_ns: int


class StrategyHello(Message, frozen=True, tag=220):
    """First message of a strategy on `intents`, again whenever the link returns."""

    strategy: str
    nonce: int
    schema_version: int
    build: str
    account: str
    instruments: tuple[str, ...]


class StrategyBeat(Message, frozen=True, tag=221):
    """Each 250 ms. Beats that stop make the OMS cancel the strategy's orders within 1 s."""

    strategy: str
    nonce: int
    progress: int
    """Grows only when the strategy's loop does its work."""
    sent_ns: int


class QuoteState(Part, frozen=True):
    """Why a side is or is not quoted: `state` is `quoting` or `blocked`."""

    instrument: str
    side: Side
    state: str
    reason: str
    since_ns: int
    context: str
    advice: str = ""
    """What a human can do about it."""


class QuoteStates(Message, frozen=True, tag=222):
    """A strategy's quote states, sent on every change and each second; published on `quotes.<strategy>`."""

    strategy: str
    states: tuple[QuoteState, ...]
    sent_ns: int
    account: str = ""
    fair_prices: dict[str, float] = {}
    """Fair price per instrument at that moment, for the operator's table."""


class StateRequest(Message, frozen=True, tag=223):
    """Ask the OMS for everything that concerns a strategy (empty: for all of it)."""

    request_id: int
    strategy: str


class OrderUpdate(Message, frozen=True, tag=230):
    """The present state of an order, topic `orders.<strategy>`. Carries state only; quantities come as fills."""

    order_id: int
    intent_id: int
    strategy: str
    account: str
    instrument: str
    revision: int
    side: Side
    order_type: OrderType
    tif: Tif
    price_ticks: int
    qty_lots: int
    filled_lots: int
    """Sum of the fills applied so far, for convenience."""
    state: OrderState
    unknown_operation: Operation | None
    """Set while `state` is UNKNOWN."""
    venue_order_id: str
    reason: str
    """Code and words of the last reject, denial or end."""
    updated_ns: int
    post_only: bool = False
    reduce_only: bool = False
    purpose: Purpose = Purpose.QUOTE
    pending_price_ticks: int = 0
    """New price and total quantity asked for while an amend is in flight or unknown, else 0."""
    pending_qty_lots: int = 0
    created_time_ns: int = 0


class Fill(Message, frozen=True, tag=231):
    """A trade of ours, applied once, topic `fills.<strategy>`. `fee` above zero is a cost, below zero a rebate."""

    venue: str
    account: str
    instrument: str
    venue_trade_id: str
    order_id: int
    """0 where the order is not ours (a trade from outside)."""
    strategy: str
    side: Side
    price: Decimal
    qty: Decimal
    """In base units."""
    fee: Decimal
    fee_asset: str
    maker: bool
    venue_time_ns: int
    applied_ns: int
    fair_price: float = 0.0
    """Mid of the instrument when the fill was applied: the base of its markout."""


class StateSnapshot(Message, frozen=True, tag=240):
    """The OMS's answer to a `StateRequest`: authoritative, complete for the strategy asked for."""

    request_id: int
    strategy: str
    orders: tuple[OrderUpdate, ...]
    positions: dict[str, Decimal]
    """Position per instrument of the strategy's account, in base units (spot: balance less baseline)."""
    size_scale: float
    halted: str
    """Reason why adding orders are denied at present; empty when they are not."""
    sequences: dict[str, int]
    """Last sequence published on each `events` topic of the strategy when this was taken."""
    oms_epoch: int
    taken_ns: int
    balances: dict[str, Decimal] = {}
    """Free balance per `<market>.<asset>` of the account."""
