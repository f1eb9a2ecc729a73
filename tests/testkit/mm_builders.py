"""Builders shared by the market maker's tests: an instrument, books, updates as an OMS would send them."""

from decimal import Decimal

from crossbook.messages.base import OrderState, OrderType, Side, Tif, TradingStatus
from crossbook.messages.market import BookTop, InstrumentDefinition
from crossbook.messages.orders import Accepted, OrderUpdate, PlaceIntent, StateSnapshot
from strategy_mm.market_maker import MarketMaker
from strategy_mm.parameters import InventoryParameters, QuotingParameters, SizeParameters

INSTRUMENT = "BTC-USDT@binance"
MS = 1_000_000
START = 10_000 * MS


def definition(**changes: object) -> InstrumentDefinition:
    """Tick 0.1, lot 0.001, minimum notional 5, maker fee 0."""
    values: dict[str, object] = {
        "instrument": INSTRUMENT,
        "revision": 1,
        "venue": "binance",
        "market": "spot",
        "symbol": "BTCUSDT",
        "kind": "spot",
        "base": "BTC",
        "quote": "USDT",
        "settle": "USDT",
        "tick_size": Decimal("0.1"),
        "lot_size": Decimal("0.001"),
        "min_qty_lots": 1,
        "max_qty_lots": 1_000_000,
        "min_notional": Decimal(5),
        "status": TradingStatus.TRADING,
        "fees_known": True,
    }
    return InstrumentDefinition(**{**values, **changes})  # type: ignore[arg-type]


def parameters(**changes: object) -> QuotingParameters:
    """One level of 0.01, at most 1.0 from flat."""
    values: dict[str, object] = {
        "instrument": INSTRUMENT,
        "inventory": InventoryParameters(max_deviation=1.0),
        "size": SizeParameters(base=0.01),
    }
    return QuotingParameters(**{**values, **changes})  # type: ignore[arg-type]


def top(bid: float = 1000.0, ask: float = 1000.2, at_ns: int = START, size: float = 5.0) -> BookTop:
    """A best quote received and published at `at_ns`."""
    return BookTop(INSTRUMENT, 1, bid, size, ask, size, 0, at_ns, at_ns)


def snapshot(
    maker: MarketMaker, orders: tuple[OrderUpdate, ...] = (), position: str = "0", halted: str = ""
) -> StateSnapshot:
    """The answer to the request the maker makes now."""
    request = maker.state_request(START)
    assert request is not None
    positions = {INSTRUMENT: Decimal(position)}
    return StateSnapshot(request.request_id, maker.session.strategy, orders, positions, 1.0, halted, {}, 1, START)


def ready_maker(position: str = "0", **changes: object) -> MarketMaker:
    """A market maker that knows everything but a book."""
    maker = MarketMaker("mm", "main", [parameters(**changes)], 100, START)
    maker.on_market(1, definition(), START)
    maker.on_oms_link(True)
    maker.on_snapshot(snapshot(maker, position=position), START)
    return maker


def update(place: PlaceIntent, order_id: int, state: OrderState, at_ns: int, **changes: object) -> OrderUpdate:
    """What the OMS says of the order that `place` asked for."""
    values: dict[str, object] = {
        "order_id": order_id,
        "intent_id": place.intent_id,
        "strategy": place.strategy,
        "account": place.account,
        "instrument": place.instrument,
        "revision": place.revision,
        "side": place.side,
        "order_type": OrderType.LIMIT,
        "tif": Tif.GTC,
        "price_ticks": place.price_ticks,
        "qty_lots": place.qty_lots,
        "filled_lots": 0,
        "state": state,
        "unknown_operation": None,
        "venue_order_id": "v1",
        "reason": "",
        "updated_ns": at_ns,
    }
    return OrderUpdate(**{**values, **changes})  # type: ignore[arg-type]


def accept_all(maker: MarketMaker, intents: list[object], at_ns: int) -> dict[Side, OrderUpdate]:
    """Let the OMS accept and the venue acknowledge every place; returns the resting orders by side."""
    resting: dict[Side, OrderUpdate] = {}
    for index, intent in enumerate(intents):
        if isinstance(intent, PlaceIntent):
            order_id = 1000 + intent.intent_id
            maker.on_verdict(Accepted(intent.intent_id, order_id, "place", at_ns), at_ns)  # type: ignore[arg-type]
            resting[intent.side] = update(intent, order_id, OrderState.OPEN, at_ns + 1)
            maker.on_event("orders.mm", index + 1, resting[intent.side], at_ns + 1)
    return resting
