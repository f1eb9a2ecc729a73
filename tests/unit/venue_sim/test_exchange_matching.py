"""Price-time priority, and what times in force do with what does not match."""

import pytest

from testkit.small_exchange import BUY, SELL, SYMBOL, Trader, small_exchange
from venue_sim.exchange.api import (
    AggregateTrade,
    BestQuoteChanged,
    EndReason,
    LevelChanged,
    OrderStatus,
    Rejected,
    RejectReason,
    Side,
    TimeInForce,
    TradePrinted,
    atoms,
)


def test_better_price_first_then_older_order() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    worse = ann.place(SELL, "100.02")
    older = ann.place(SELL, "100.01")
    younger = ann.place(SELL, "100.01")
    bob.place(BUY, "100.02", "2.5")
    assert ann.again(older).status is OrderStatus.FILLED
    assert ann.again(younger).status is OrderStatus.FILLED
    assert ann.again(worse).filled == atoms("0.5")
    assert [fill.price for fill in exchange.fills("bob", "spot")] == [
        atoms("100.01"),
        atoms("100.01"),
        atoms("100.02"),
    ]


def test_taker_gets_the_makers_price_and_rests_with_the_remainder() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "1")
    order = bob.place(BUY, "101", "3")
    assert (order.status, order.filled, order.filled_quote) == (
        OrderStatus.PARTIALLY_FILLED,
        atoms(1),
        atoms(100),
    )
    book = exchange.snapshot("spot", SYMBOL, 5)
    assert book.bids == [(atoms(101), atoms(2))]
    assert book.asks == []


def test_modify_loses_priority_and_may_trade() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann", "usdm"), Trader(exchange, "bob", "usdm")
    first = ann.place(SELL, "62000")
    second = ann.place(SELL, "62000")
    exchange.modify("ann", ann.ref(first), first.price, atoms("0.9"), 2_000)
    bob.place(BUY, "62000", "1")
    assert ann.again(second).status is OrderStatus.FILLED
    assert ann.again(first).filled == 0
    resting = bob.place(BUY, "61000", "0.4")
    changed = exchange.modify("bob", bob.ref(resting), atoms("62000"), atoms("0.4"), 2_001)
    assert changed.status is OrderStatus.FILLED
    assert changed.order_id == resting.order_id


def test_reducing_in_place_keeps_priority() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    first = ann.place(SELL, "100", "2")
    second = ann.place(SELL, "100", "2")
    reduced = exchange.reduce_in_place("ann", ann.ref(first), atoms("1.5"), 2_000, "renamed")
    assert reduced.client_order_id == "renamed"
    bob.place(BUY, "100", "1.5")
    assert ann.again(first).status is OrderStatus.FILLED
    assert ann.again(second).filled == 0


@pytest.mark.parametrize("quantity", ["2", "3", "0.5"])
def test_reducing_in_place_must_be_between_filled_and_present(quantity: str) -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    order = ann.place(SELL, "100", "2")
    bob.place(BUY, "100", "0.5")
    with pytest.raises(Rejected) as rejected:
        exchange.reduce_in_place("ann", ann.ref(order), atoms(quantity), 2_000)
    assert rejected.value.reason is RejectReason.AMEND_NOT_SMALLER
    assert ann.again(order).quantity == atoms(2)


def test_modify_to_no_more_than_filled_cancels() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann", "usdm"), Trader(exchange, "bob", "usdm")
    order = ann.place(SELL, "62000", "1")
    bob.place(BUY, "62000", "0.5")
    changed = exchange.modify("ann", ann.ref(order), atoms("62001"), atoms("0.5"), 2_000)
    assert (changed.status, changed.filled) == (OrderStatus.CANCELED, atoms("0.5"))
    assert exchange.snapshot("usdm", SYMBOL, 5).asks == []


def test_post_only_that_would_take_is_refused_and_modified_to_take_is_cancelled() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann", "usdm"), Trader(exchange, "bob", "usdm")
    ann.place(SELL, "62000")
    with pytest.raises(Rejected) as rejected:
        bob.place(BUY, "62000", tif=TimeInForce.POST_ONLY)
    assert rejected.value.reason is RejectReason.WOULD_TAKE
    resting = bob.place(BUY, "61999.9", tif=TimeInForce.POST_ONLY)
    changed = exchange.modify("bob", bob.ref(resting), atoms("62000"), resting.quantity, 2_000)
    assert (changed.status, changed.end_reason) == (OrderStatus.CANCELED, EndReason.WOULD_TAKE)


def test_immediate_or_cancel_expires_the_rest() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "1")
    order = bob.place(BUY, "100", "3", tif=TimeInForce.IOC)
    assert (order.status, order.filled) == (OrderStatus.EXPIRED, atoms(1))
    assert exchange.snapshot("spot", SYMBOL, 5).bids == []


def test_unfillable_fill_or_kill_expires_on_spot_and_is_refused_on_perpetuals() -> None:
    exchange = small_exchange()
    for market, price in (("spot", "62000"), ("usdm", "62000")):
        Trader(exchange, "ann", market).place(SELL, price, "1")
    bob = Trader(exchange, "bob")
    order = bob.place(BUY, "62000", "1.1", tif=TimeInForce.FOK)
    assert (order.status, order.end_reason, order.filled) == (
        OrderStatus.EXPIRED,
        EndReason.NOT_FILLABLE_WHOLE,
        0,
    )
    with pytest.raises(Rejected) as rejected:
        Trader(exchange, "bob", "usdm").place(BUY, "62000", "1.1", tif=TimeInForce.FOK)
    assert rejected.value.reason is RejectReason.NOT_FILLABLE_WHOLE
    assert bob.place(BUY, "62000", "1", tif=TimeInForce.FOK).status is OrderStatus.FILLED


def test_market_order_by_quote_spends_no_more_than_asked() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "1")
    ann.place(SELL, "103", "1")
    order = bob.place(BUY, "0", "0", quote_quantity=atoms(150))
    assert order.status is OrderStatus.FILLED
    assert order.filled == atoms("1.48543")
    assert atoms("149.99") < order.filled_quote <= atoms(150)


def test_market_order_into_an_empty_book_is_refused_on_spot_and_expires_on_perpetuals() -> None:
    exchange = small_exchange()
    with pytest.raises(Rejected) as rejected:
        Trader(exchange, "ann").place(SELL, "0", "1")
    assert rejected.value.reason is RejectReason.NO_LIQUIDITY
    order = Trader(exchange, "ann", "usdm").place(SELL, "0", "1")
    assert (order.status, order.filled) == (OrderStatus.EXPIRED, 0)


def test_public_events_of_a_sweep() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    for price in ("100", "100", "101"):
        ann.place(SELL, price, "1")
    exchange.drain()
    bob.place(BUY, "101", "2.5")
    events = exchange.drain()
    trades = [event for event in events if isinstance(event, TradePrinted)]
    assert [(trade.price, trade.quantity) for trade in trades] == [
        (atoms(100), atoms(1)),
        (atoms(100), atoms(1)),
        (atoms(101), atoms("0.5")),
    ]
    assert {trade.aggressor for trade in trades} == {Side.BUY}
    aggregates = [event for event in events if isinstance(event, AggregateTrade)]
    assert [(one.first_trade_id, one.last_trade_id, one.quantity) for one in aggregates] == [
        (trades[0].trade_id, trades[1].trade_id, atoms(2)),
        (trades[2].trade_id, trades[2].trade_id, atoms("0.5")),
    ]
    levels = [event for event in events if isinstance(event, LevelChanged)]
    assert [(level.price, level.quantity) for level in levels] == [
        (atoms(100), atoms(1)),
        (atoms(100), 0),
        (atoms(101), atoms("0.5")),
    ]
    assert [level.update_id for level in levels] == list(range(levels[0].update_id, levels[0].update_id + 3))
    best = [event for event in events if isinstance(event, BestQuoteChanged)]
    assert [(quote.ask, quote.ask_quantity, quote.update_id) for quote in best] == [
        (atoms(101), atoms("0.5"), levels[-1].update_id)
    ]
    assert exchange.snapshot("spot", SYMBOL, 5).update_id == levels[-1].update_id
