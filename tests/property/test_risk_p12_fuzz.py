"""Promise P12 at the gate: nothing that is not finite, whole, on the grid, in band and in time is ever approved.

Whatever stands in the fields, the gate answers with a verdict, never with an exception, and what it approves is judged
here once more from the instrument's definition alone.
"""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossbook.messages.base import OrderType, Purpose, Side, Tif
from crossbook.messages.market import BookTop
from crossbook.messages.orders import AmendIntent, PlaceIntent
from risk.denials import Denial, DenialCode
from risk.gate import ApprovedAmend, ApprovedOrder
from testkit.evidence import CASES
from testkit.risk_world import PERP, SPOT, RiskWorld, definition

odd: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.just("1e9"),
    st.floats(),
    st.integers(-(10**30), 10**30),
    st.sampled_from([0, -1, 1, 2**63 - 1, 2**63, 10**400, Decimal("NaN"), Decimal("0.1")]),
)
near_ticks = st.one_of(st.integers(49_900, 50_080).map(lambda price: price * 100), st.integers(4_960_000, 5_040_000))
near_lots = st.one_of(st.integers(1, 400), st.integers(0, 60_000))
WORLD_NS = RiskWorld().now_ns
near_ns = st.integers(WORLD_NS - 2_000_000_000, WORLD_NS + 2_000_000_000)
later_ns = st.integers(WORLD_NS + 1, WORLD_NS + 2_000_000_000)
recent_ns = st.integers(WORLD_NS - 200_000_000, WORLD_NS)


sound_places: dict[str, st.SearchStrategy[Any]] = {
    "instrument": st.sampled_from([SPOT, PERP]),
    "revision": st.just(1),
    "side": st.sampled_from(list(Side)),
    "order_type": st.just(OrderType.LIMIT),
    "tif": st.just(Tif.GTC),
    "price_ticks": near_ticks,
    "qty_lots": near_lots,
    "post_only": st.booleans(),
    "reduce_only": st.just(False),
    "purpose": st.sampled_from(list(Purpose)),
    "valid_until_ns": later_ns,
    "market_received_ns": recent_ns,
}
other_values: dict[str, st.SearchStrategy[Any]] = {
    "instrument": st.sampled_from(["", "XRP-USDT@alpha"]),
    "order_type": st.one_of(st.just(OrderType.MARKET), odd),
    "tif": st.one_of(st.sampled_from(list(Tif)), odd),
    "post_only": st.booleans(),
    "reduce_only": st.booleans(),
    "price_ticks": st.one_of(st.just(0), odd),
    "valid_until_ns": st.one_of(near_ns, odd),
    "market_received_ns": st.one_of(near_ns, odd),
}


@st.composite
def nearly_sound(draw: st.DrawFn, sound: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """Sound fields, of which none, one or a few are anything else."""
    spoilt = draw(st.sets(st.sampled_from(sorted(sound)), max_size=2))
    return {name: draw(other_values.get(name, odd) if name in spoilt else sound[name]) for name in sorted(sound)}


def intent_of(world: RiskWorld, fields: dict[str, Any]) -> PlaceIntent:
    whole: dict[str, Any] = {"intent_id": 1, "strategy": "mm", "account": "main", "decided_ns": 0, "market_seq": 0}
    return PlaceIntent(**(whole | fields))


def assert_sound(world: RiskWorld, intent: PlaceIntent) -> None:
    """What a venue could take without harm, worked out anew."""
    rules = world.engine.context.rules[intent.instrument].definition
    lot = rules.lot_size * rules.contract_size
    assert type(intent.qty_lots) is int and type(intent.price_ticks) is int
    assert rules.min_qty_lots <= intent.qty_lots
    assert intent.qty_lots * lot <= Decimal("0.5")
    assert type(intent.revision) is int and intent.revision == rules.revision
    assert intent.side in (1, -1)
    assert intent.valid_until_ns > world.now_ns
    assert world.now_ns - 1_000_000_000 <= intent.market_received_ns <= world.now_ns or (
        intent.purpose is Purpose.FLATTEN and intent.market_received_ns == 0
    )
    if intent.order_type is OrderType.MARKET:
        assert intent.price_ticks == 0 and not intent.post_only
        return
    price = intent.price_ticks * rules.tick_size
    assert abs(price / 50_000 - 1) <= Decimal("0.005")
    if not intent.post_only:
        assert intent.side * (price / 50_000 - 1) <= Decimal("0.002")
    assert price * intent.qty_lots * lot <= 30_000
    assert price * intent.qty_lots * lot >= 5 or intent.reduce_only
    assert len(str(intent.price_ticks).rstrip("0")) <= 6


def fine_world() -> RiskWorld:
    """A world whose spot instrument takes at most six significant figures."""
    world = RiskWorld()
    world.engine.define(definition(SPOT, significant_figures=6))
    world.engine.define(definition(PERP, significant_figures=6))
    world.engine.set_position("main", PERP, Decimal("-0.2"))
    return world


@given(nearly_sound(sound_places))
def test_what_is_approved_is_sound_whatever_was_asked(fields: dict[str, Any]) -> None:
    world = fine_world()
    intent = intent_of(world, fields)
    verdict = world.ask(intent)
    CASES["P12"] += 1
    if isinstance(verdict, ApprovedOrder):
        assert_sound(world, intent)
    else:
        assert verdict.code in DenialCode
        assert world.engine.context.exposure.order(1) is None


sound_amends: dict[str, st.SearchStrategy[Any]] = {
    name: sound_places[name] for name in ("price_ticks", "qty_lots", "valid_until_ns", "market_received_ns")
}


@given(nearly_sound(sound_amends), odd)
def test_what_is_amended_is_sound_whatever_was_asked(fields: dict[str, Any], other_id: Any) -> None:
    world = fine_world()
    order_id = world.place(qty="0.01", price=49_990)
    amend = AmendIntent(intent_id=2, strategy="mm", order_id=order_id, decided_ns=0, market_seq=0, **fields)
    verdict = world.engine.approve_amend(amend, world.now_ns)
    CASES["P12"] += 2
    if isinstance(verdict, ApprovedAmend):
        live = world.engine.context.live_orders.get(order_id)
        assert live is not None
        assert_sound(world, world.order(**fields))
    stray = AmendIntent(3, "mm", other_id, 4_999_000, 100, world.now_ns + 1, 0, 0, world.now_ns)
    answer = world.engine.approve_amend(stray, world.now_ns)
    assert isinstance(answer, Denial) or other_id == order_id


@given(st.floats(), st.floats(), st.floats(), st.floats())
def test_no_book_however_broken_lets_an_unsound_order_through(
    bid: float, ask: float, bid_size: float, ask_size: float
) -> None:
    world = fine_world()
    book = BookTop(SPOT, 1, bid, bid_size, ask, ask_size, 0, world.now_ns, world.now_ns)
    world.engine.on_top(book)
    view = world.engine.context.view(SPOT)
    assert view.mid > 0
    assert view.invalid or 0 < view.bid < view.ask
    CASES["P12"] += 2
    for intent in (world.order(price=49_995), world.market_order()):
        if isinstance(world.ask(intent), ApprovedOrder):
            assert not view.invalid
            assert intent.order_type is OrderType.LIMIT or ask_size >= 0.1
            assert abs(49_995 / view.mid - 1) <= 0.005 or intent.order_type is OrderType.MARKET
