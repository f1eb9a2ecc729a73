"""The market maker as a whole, driven by hand: what it asks for, when, and what it says of itself."""

from decimal import Decimal

import pytest

from crossbook.messages.base import Liveness, OrderState, Purpose, Side, TradingStatus
from crossbook.messages.inventory import Position
from crossbook.messages.market import BookDepth, BookInvalid, BookProved, BookTop, VenueHealth
from crossbook.messages.orders import Accepted, AmendIntent, CancelIntent, Denied, Fill, PlaceIntent, StateSnapshot
from crossbook.messages.risk import Block, RiskState
from strategy_mm.market_maker import MarketMaker
from strategy_mm.parameters import FairPriceParameters, SpreadParameters
from testkit.mm_builders import (
    INSTRUMENT,
    MS,
    START,
    accept_all,
    definition,
    parameters,
    ready_maker,
    snapshot,
    top,
    update,
)


def reasons(maker: MarketMaker) -> dict[Side, str]:
    """The reason of each side; empty while quoting."""
    states = maker.quote_states(START + 3_600_000 * MS)
    assert states is not None
    return {state.side: state.reason for state in states.states}


def both(reason: str) -> dict[Side, str]:
    return {Side.BUY: reason, Side.SELL: reason}


def quoting_maker(position: str = "0") -> MarketMaker:
    maker = ready_maker(position)
    accept_all(maker, list(maker.on_market(2, top(), START)), START)
    assert reasons(maker) == both("")
    return maker


def test_the_first_book_brings_a_bid_and_an_ask_that_say_what_they_were_decided_on() -> None:
    intents = ready_maker().on_market(42, top(at_ns=START - 5 * MS), START)
    assert [type(intent) for intent in intents] == [PlaceIntent, PlaceIntent]
    bid, ask = (intent for intent in intents if isinstance(intent, PlaceIntent))
    # fair 1000.1, half spread 2 bps base + 0.5 * 1.5 bps volatility = 2.75 bps -> 999.825, 1000.375
    assert (bid.side, bid.price_ticks, bid.qty_lots) == (Side.BUY, 9998, 10)
    assert (ask.side, ask.price_ticks, ask.qty_lots) == (Side.SELL, 10004, 10)
    assert (bid.market_seq, bid.market_received_ns, bid.tick_received_ns) == (42, START - 5 * MS, START - 5 * MS)
    assert (bid.decided_ns, bid.valid_until_ns) == (START, START + 250 * MS)
    assert bid.post_only and bid.purpose is Purpose.QUOTE and not bid.reduce_only
    assert bid.intent_id < ask.intent_id


def test_an_order_is_not_valid_longer_than_its_book() -> None:
    bid = ready_maker().on_market(2, top(at_ns=START - 900 * MS), START)[0]
    assert isinstance(bid, PlaceIntent) and bid.valid_until_ns == START + 100 * MS


def test_nothing_is_repeated_while_the_venue_has_not_answered() -> None:
    maker = ready_maker()
    maker.on_market(2, top(), START)
    assert maker.on_market(3, top(1010.0, 1010.2), START) == []
    assert reasons(maker) == both("awaiting_venue")


def test_a_tick_that_had_to_wait_for_the_venue_is_the_cause_of_what_follows_its_answer() -> None:
    maker = ready_maker()
    bid, _ = (intent for intent in maker.on_market(2, top(), START) if isinstance(intent, PlaceIntent))
    later = START + 100 * MS
    assert maker.on_market(3, top(990.0, 990.2, later), later) == []
    maker.on_verdict(Accepted(bid.intent_id, 7, "place", later), later)  # type: ignore[arg-type]
    assert maker.on_event("orders.mm", 1, update(bid, 7, OrderState.PENDING, later), later) == []
    moved = maker.on_event("orders.mm", 2, update(bid, 7, OrderState.OPEN, later + 1), later + 1)
    assert [intent.tick_received_ns for intent in moved] == [later]


def test_a_market_that_moves_away_takes_the_quotes_along() -> None:
    maker = quoting_maker()
    moved = maker.on_market(3, top(990.0, 990.2, START + 100 * MS), START + 100 * MS)
    assert [type(intent) for intent in moved] == [AmendIntent]
    assert isinstance(moved[0], AmendIntent) and moved[0].price_ticks < 9998
    later = START + 1000 * MS
    others = maker.on_market(4, top(990.0, 990.2, later), later)
    # the jump of 101 bps in a second lifts the volatility to 18.4 bps: half spread 11.2 bps above 990.1
    assert [intent.price_ticks for intent in others if isinstance(intent, AmendIntent)] == [9912]


def test_an_unmoved_market_causes_no_intent_for_ten_minutes() -> None:
    maker = quoting_maker()
    for second in range(600):
        at_ns = START + second * 1000 * MS
        assert maker.on_market(3 + second, top(at_ns=at_ns), at_ns) == []


def test_a_long_position_lowers_the_quotes_and_the_limit_takes_the_bid_off() -> None:
    flat = [i for i in ready_maker().on_market(2, top(), START) if isinstance(i, PlaceIntent)]
    long = [i for i in ready_maker("0.4").on_market(2, top(), START) if isinstance(i, PlaceIntent)]
    assert all(skewed.price_ticks < plain.price_ticks for skewed, plain in zip(long, flat, strict=True))
    assert (long[0].qty_lots, long[1].qty_lots) == (6, 10)
    full = ready_maker("1.0")
    assert [i.side for i in full.on_market(2, top(), START) if isinstance(i, PlaceIntent)] == [Side.SELL]
    assert reasons(full) == {Side.BUY: "inventory_limit", Side.SELL: "awaiting_venue"}


def test_a_fill_moves_the_position_and_cools_the_side_down() -> None:
    maker = ready_maker()
    resting = accept_all(maker, list(maker.on_market(2, top(), START)), START)
    bid, now = resting[Side.BUY], START + 10 * MS
    fill = Fill("binance", "main", INSTRUMENT, "t1", bid.order_id, "mm", Side.BUY, Decimal("999.8"), Decimal("0.01"),
                Decimal(0), "USDT", True, 0, now)  # fmt: skip
    maker.on_event("fills.mm", 1, fill, now)
    maker.on_event(f"position.main.{INSTRUMENT}", 1, position("0.01", now), now)
    ended = update(place_of(maker, bid), bid.order_id, OrderState.FILLED, now, filled_lots=10)
    assert maker.on_event("orders.mm", 9, ended, now) == []
    assert maker.loops[INSTRUMENT].position == 0.01
    assert reasons(maker)[Side.BUY] == "cooling_down"
    again = maker.on_timer(now + 250 * MS)
    assert [i.side for i in again if isinstance(i, PlaceIntent)] == [Side.BUY]


def position(qty: str, at_ns: int) -> Position:
    zero = Decimal(0)
    return Position(
        "binance", "main", INSTRUMENT, Decimal(qty), zero, zero, zero, zero, zero, zero, zero, 0.0, 1, at_ns
    )


def place_of(maker: MarketMaker, order: object) -> PlaceIntent:
    """A place intent with the identity of a resting order, to build further updates from."""
    fresh = ready_maker().on_market(2, top(), START)
    wanted = next(i for i in fresh if isinstance(i, PlaceIntent) and i.side is order.side)  # type: ignore[attr-defined]
    assert wanted.intent_id == order.intent_id  # type: ignore[attr-defined]
    return wanted


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (BookInvalid(INSTRUMENT, "gap", START, START), "book_invalid"),
        (top(0.0, 1000.2), "book_one_sided"),
        (top(1000.3, 1000.2), "book_crossed"),
        (top(900.0, 1000.0), "spread_too_wide"),
        (definition(status=TradingStatus.HALTED, revision=2), "instrument_not_trading"),
        (VenueHealth("binance", "main", "spot", Liveness.DOWN, "socket closed", START, START), "venue_down"),
    ],
)
def test_a_market_that_cannot_be_priced_from_takes_the_quotes_off_and_names_why(message: object, reason: str) -> None:
    maker = quoting_maker()
    intents = list(maker.on_market(3, message, START + MS))  # type: ignore[arg-type]
    intents += maker.on_timer(START + MS)
    assert [type(intent) for intent in intents] == [CancelIntent, CancelIntent]
    assert reasons(maker) == both(reason)


def test_health_of_another_market_of_the_venue_changes_nothing() -> None:
    maker = quoting_maker()
    maker.on_market(3, VenueHealth("binance", "main", "usdm", Liveness.DOWN, "x", START, START), START)
    assert maker.on_timer(START) == []


def test_a_silent_book_becomes_stale_and_a_proof_keeps_it_fresh() -> None:
    maker = quoting_maker()
    assert maker.on_timer(START + 1000 * MS) == []
    maker.on_market(3, BookProved(INSTRUMENT, 1, START + 500 * MS), START + 1000 * MS)
    assert maker.on_timer(START + 1500 * MS) == []
    assert [type(i) for i in maker.on_timer(START + 1501 * MS)] == [CancelIntent, CancelIntent]
    assert reasons(maker) == both("book_stale")


def test_our_own_quote_alone_at_the_best_price_is_not_the_market() -> None:
    maker = ready_maker(
        spread=SpreadParameters(base_half_bps=0, volatility_multiplier=0, adverse_prior_bps=0, min_edge_bps=0.5)
    )
    wide = BookTop(INSTRUMENT, 1, 999.0, 5.0, 1001.0, 5.0, 0, START, START)
    accept_all(maker, list(maker.on_market(2, wide, START)), START)
    ours = BookTop(INSTRUMENT, 2, 999.9, 0.01, 1000.1, 0.01, 0, START, START)
    maker.on_market(
        3, BookDepth(INSTRUMENT, 2, [999.9, 0.01, 999.0, 5.0], [1000.1, 0.01, 1001.0, 5.0], 0, START, START), START
    )
    assert maker.on_market(4, ours, START + 1000 * MS) == []
    assert maker.loops[INSTRUMENT].fair_price == pytest.approx(1000.0)


def test_a_denial_backs_off_and_the_slot_is_free_again() -> None:
    maker = ready_maker()
    bid = maker.on_market(2, top(), START)[0]
    maker.on_verdict(Denied(bid.intent_id, 0, "price_collar", "limit_bps=50", START), START)
    assert maker.on_timer(START + 499 * MS) == []
    assert reasons(maker)[Side.BUY] == "backoff"
    assert [i.side for i in maker.on_timer(START + 500 * MS) if isinstance(i, PlaceIntent)] == [Side.BUY]


def test_what_the_bus_did_not_take_is_asked_again() -> None:
    maker = ready_maker()
    for intent in maker.on_market(2, top(), START):
        maker.on_not_sent(intent)
    assert len(maker.on_timer(START + MS)) == 2


def test_an_answer_is_complete_only_when_verdict_and_update_have_both_come() -> None:
    maker = quoting_maker()
    later = START + 100 * MS
    amend = maker.on_market(3, top(990.0, 990.2, later), later)[0]
    assert isinstance(amend, AmendIntent)
    order = maker.loops[INSTRUMENT].own.find(amend.order_id)
    assert order is not None and order.action_intent_id == amend.intent_id
    place = place_of(maker, _as_update(order))
    maker.on_event("orders.mm", 20, update(place, order.order_id, OrderState.OPEN, later - 1), later)
    assert order.action_intent_id == amend.intent_id, "an update older than the verdict answers nothing"
    maker.on_verdict(Accepted(amend.intent_id, order.order_id, "amend", later), later)  # type: ignore[arg-type]
    assert order.action_intent_id == amend.intent_id
    maker.on_event("orders.mm", 21, update(place, order.order_id, OrderState.OPEN, later + 1, price_ticks=9898), later)
    assert order.action_intent_id == 0 and order.ticks == 9898


def _as_update(order: object) -> object:
    class Identity:
        side = order.slot[0]  # type: ignore[attr-defined]
        intent_id = order.place_intent_id  # type: ignore[attr-defined]

    return Identity


def test_halts_that_concern_us_take_the_quotes_off_and_others_do_not() -> None:
    maker = quoting_maker()
    assert maker.on_event("risk", 1, risk("instrument:ETH-USDT@binance", "halt"), START) == []
    assert len(maker.on_event("risk", 2, risk("asset:BTC", "halt"), START)) == 2
    assert reasons(maker) == both("halted")


def test_reduce_only_leaves_the_reducing_side() -> None:
    maker = ready_maker("0.005")
    maker.on_event("risk", 1, risk("all", "reduce_only"), START)
    placed = [i for i in maker.on_market(2, top(), START) if isinstance(i, PlaceIntent)]
    assert [(i.side, i.qty_lots) for i in placed] == [(Side.SELL, 5)]
    assert reasons(maker)[Side.BUY] == "halted"


def risk(scope: str, level: str, scale: float = 1.0) -> RiskState:
    zero = Decimal(0)
    blocks = (Block(scope, level, "test", False, START, "test"),)
    return RiskState(blocks, scale, zero, zero, zero, zero, "USDT", START)


def test_without_the_oms_nothing_is_asked_and_its_return_is_answered_by_its_word() -> None:
    maker = quoting_maker()
    maker.on_oms_link(False)
    assert maker.on_market(3, top(900.0, 900.2), START) == []
    assert reasons(maker) == both("oms_down")
    maker.on_oms_link(True)
    assert maker.on_timer(START) == []
    assert reasons(maker) == both("syncing")
    placed = maker.on_snapshot(snapshot(maker), START)
    assert [type(i) for i in placed] == [PlaceIntent, PlaceIntent], "the oms knows no order of ours: quote anew"


def test_an_oms_that_is_not_ready_is_asked_again_until_it_is() -> None:
    maker = ready_maker()
    maker.on_oms_link(True)
    maker.on_snapshot(snapshot(maker, halted="recovering"), START)
    assert maker.on_market(2, top(), START) == []
    assert reasons(maker) == both("halted")
    assert maker.state_request(START + 499 * MS) is None
    again = maker.state_request(START + 500 * MS)
    assert again is not None
    ready = StateSnapshot(again.request_id, "mm", (), {}, 1.0, "", {}, 1, START)
    assert [type(i) for i in maker.on_snapshot(ready, START)] == [PlaceIntent, PlaceIntent]


def test_an_oms_that_does_not_know_us_has_restarted_and_is_asked_for_its_state() -> None:
    maker = ready_maker()
    bid, _ = maker.on_market(2, top(), START)
    maker.on_verdict(Denied(bid.intent_id, 0, "hello_first", "", START), START)
    assert maker.on_timer(START) == []
    assert reasons(maker) == both("syncing")
    assert [i.side for i in maker.on_snapshot(snapshot(maker), START) if isinstance(i, PlaceIntent)] == list(Side)


def test_live_orders_the_oms_states_are_adopted_in_place() -> None:
    maker = ready_maker()
    bid, ask = (i for i in maker.on_market(2, top(), START) if isinstance(i, PlaceIntent))
    live = (update(bid, 7, OrderState.OPEN, START), update(ask, 8, OrderState.PARTIALLY_FILLED, START, filled_lots=1))
    maker.on_oms_link(True)
    assert maker.on_snapshot(snapshot(maker, live), START) == []
    assert reasons(maker) == both("")


def test_an_unknown_live_order_of_ours_makes_us_ask_for_the_whole_state() -> None:
    maker = quoting_maker()
    bid = place_of(maker, _first(maker))
    stranger = update(bid, 4711, OrderState.OPEN, START, intent_id=1)
    maker.on_event("orders.mm", 30, stranger, START)
    assert maker.state_request(START) is not None


def _first(maker: MarketMaker) -> object:
    return _as_update(next(iter(maker.loops[INSTRUMENT].own)))


def test_a_silent_oms_is_asked_after_two_seconds() -> None:
    maker = ready_maker()
    maker.on_market(2, top(), START)
    assert maker.state_request(START + 2000 * MS) is None
    assert maker.state_request(START + 2001 * MS) is not None
    assert maker.state_request(START + 2100 * MS) is None, "not twice within half a second"


def test_unknown_fees_and_a_floor_above_the_maximum_block() -> None:
    maker = ready_maker()
    maker.on_market(1, definition(fees_known=False, revision=2), START)
    maker.on_market(2, top(), START)
    assert reasons(maker) == both("fees_unknown")
    maker.on_market(3, definition(maker_fee_bps=60.0, revision=3), START)
    maker.on_timer(START)
    assert reasons(maker) == both("floor_above_max")


def test_a_stale_reference_blocks_and_a_fresh_one_is_quoted_from() -> None:
    lead = "BTC-USDT-PERP@binance"
    maker = MarketMaker("mm", "main", [parameters(fair_price=FairPriceParameters(reference=lead))], 100, START)
    maker.on_market(1, definition(), START)
    maker.on_oms_link(True)
    maker.on_snapshot(snapshot(maker), START)
    assert maker.instruments == {INSTRUMENT, lead}
    assert maker.on_market(2, top(), START) == []
    assert reasons(maker) == both("reference_stale")
    assert len(maker.on_market(3, BookTop(lead, 1, 1001.0, 1, 1001.1, 1, 0, START, START), START)) == 2


def test_stopping_cancels_everything_and_places_nothing_more() -> None:
    maker = quoting_maker()
    assert [type(i) for i in maker.stop(START)] == [CancelIntent, CancelIntent]
    assert maker.on_market(3, top(1100.0, 1100.2), START) == []
    assert reasons(maker) == both("stopping")


def test_disabling_by_reload_takes_the_quotes_off_and_keeps_the_rest() -> None:
    maker = quoting_maker()
    maker.retune([parameters(enabled=False)])
    assert [type(i) for i in maker.on_timer(START)] == [CancelIntent, CancelIntent]
    assert reasons(maker) == both("disabled")
