"""Queries, cancels, cancel-replace, the dead-man switch, the operator's hand, and how all of it is told."""

import pytest

from testkit.small_exchange import BUY, SELL, SYMBOL, Trader, request, small_exchange
from venue_sim.exchange.api import (
    AccountChanged,
    BalanceTransferred,
    CancelReplaceMode,
    CancelRestriction,
    EndReason,
    Execution,
    InstrumentChanged,
    MarkChanged,
    Order,
    OrderChanged,
    OrderRef,
    OrderStatus,
    Rejected,
    RejectReason,
    TimeInForce,
    TradePrinted,
    atoms,
)


def test_an_order_is_found_by_either_id_and_refused_when_they_disagree() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    one, two = ann.place(BUY, "100", client="one"), ann.place(BUY, "100", client="two")
    by_client = OrderRef("spot", SYMBOL, client_order_id="two")
    assert exchange.order("ann", by_client).order_id == two.order_id
    assert exchange.order("ann", OrderRef("spot", SYMBOL, one.order_id, "one")).order_id == one.order_id
    with pytest.raises(Rejected) as rejected:
        exchange.cancel("ann", OrderRef("spot", SYMBOL, one.order_id, "two"), 2_000)
    assert rejected.value.reason is RejectReason.ID_PAIR_MISMATCH


def test_another_accounts_order_does_not_exist() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    order = ann.place(BUY, "100")
    with pytest.raises(Rejected) as rejected:
        exchange.order("bob", ann.ref(order))
    assert rejected.value.reason is RejectReason.ORDER_NOT_FOUND
    with pytest.raises(Rejected) as rejected:
        exchange.cancel("bob", ann.ref(order), 2_000)
    assert rejected.value.reason is RejectReason.NOT_OPEN


def test_ended_orders_stay_for_queries_and_cannot_be_cancelled_again() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    order = ann.place(BUY, "100", client="gone")
    exchange.cancel("ann", ann.ref(order), 2_000, "cancel-1")
    assert exchange.order("ann", OrderRef("spot", SYMBOL, client_order_id="gone")).status is OrderStatus.CANCELED
    with pytest.raises(Rejected) as rejected:
        exchange.cancel("ann", ann.ref(order), 2_001)
    assert rejected.value.reason is RejectReason.NOT_OPEN
    assert exchange.open_orders("ann", "spot") == []
    assert [one.order_id for one in exchange.all_orders("ann", "spot", SYMBOL)] == [order.order_id]


def test_cancel_all_takes_one_symbol_of_one_account() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    mine = [ann.place(BUY, "100"), ann.place(SELL, "200")]
    theirs = bob.place(BUY, "100")
    elsewhere = Trader(exchange, "ann", "usdm").place(BUY, "60000")
    cancelled = exchange.cancel_all("ann", "spot", SYMBOL, 2_000)
    assert [order.order_id for order in cancelled] == [order.order_id for order in mine]
    assert bob.again(theirs).status is OrderStatus.NEW
    assert exchange.open_orders("ann", "usdm")[0].order_id == elsewhere.order_id


def replace(mode: CancelReplaceMode, ref: OrderRef, price: str = "101") -> tuple[object, object]:
    exchange = small_exchange()
    Trader(exchange, "ann").place(BUY, "100", client="old")
    result = exchange.cancel_replace("ann", ref, request(BUY, price, client="new"), 2_000, mode)
    return result.canceled, result.placed


OLD = OrderRef("spot", SYMBOL, client_order_id="old")
NONE_SUCH = OrderRef("spot", SYMBOL, client_order_id="none")


def test_cancel_replace_does_both() -> None:
    cancelled, placed = replace(CancelReplaceMode.STOP_ON_FAILURE, OLD)
    assert isinstance(cancelled, Order) and isinstance(placed, Order)
    assert (cancelled.status, cancelled.end_reason) == (OrderStatus.CANCELED, EndReason.REPLACED_AWAY)
    assert (placed.status, placed.client_order_id) == (OrderStatus.NEW, "new")


def test_cancel_replace_stops_or_goes_on_when_the_cancel_fails() -> None:
    cancelled, placed = replace(CancelReplaceMode.STOP_ON_FAILURE, NONE_SUCH)
    assert isinstance(cancelled, Rejected) and placed is None
    cancelled, placed = replace(CancelReplaceMode.ALLOW_FAILURE, NONE_SUCH)
    assert isinstance(cancelled, Rejected) and isinstance(placed, Order)


def test_cancel_replace_may_cancel_and_then_fail_to_place() -> None:
    cancelled, placed = replace(CancelReplaceMode.STOP_ON_FAILURE, OLD, price="101.001")
    assert isinstance(cancelled, Order) and cancelled.status is OrderStatus.CANCELED
    assert isinstance(placed, Rejected) and placed.reason is RejectReason.PRICE_OFF_TICK


def test_cancel_restriction_spares_an_order_in_another_state() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    order = ann.place(BUY, "100")
    result = exchange.cancel_replace(
        "ann",
        ann.ref(order),
        request(BUY, "101", client="new"),
        2_000,
        restriction=CancelRestriction.ONLY_PARTIALLY_FILLED,
    )
    assert isinstance(result.canceled, Rejected)
    assert result.canceled.reason is RejectReason.CANCEL_RESTRICTED
    assert ann.again(order).status is OrderStatus.NEW


def test_dead_man_switch_fires_unless_fed() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann", "usdm")
    order = ann.place(BUY, "60000")
    other = Trader(exchange, "bob", "usdm").place(BUY, "60000")
    exchange.countdown("ann", "usdm", SYMBOL, 1_000, 5_000)
    exchange.tick(5_999)
    exchange.countdown("ann", "usdm", SYMBOL, 1_000, 5_999)
    exchange.tick(6_998)
    assert ann.again(order).status is OrderStatus.NEW
    exchange.tick(6_999)
    ended = ann.again(order)
    assert (ended.status, ended.end_reason) == (OrderStatus.CANCELED, EndReason.DEAD_MAN)
    assert exchange.open_orders("bob", "usdm")[0].order_id == other.order_id
    later = ann.place(BUY, "60000")
    exchange.tick(60_000)
    assert ann.again(later).status is OrderStatus.NEW


def test_dead_man_switch_is_disarmed_by_zero() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann", "usdm")
    order = ann.place(BUY, "60000")
    exchange.countdown("ann", "usdm", SYMBOL, 1_000, 5_000)
    exchange.countdown("ann", "usdm", SYMBOL, 0, 5_500)
    exchange.tick(9_000)
    assert ann.again(order).status is OrderStatus.NEW


def test_private_events_come_in_the_order_of_what_happened() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    resting = ann.place(SELL, "100", "2")
    exchange.drain()
    bob.place(BUY, "100", "3", tif=TimeInForce.IOC)
    told = [
        (event.account, str(event.execution), str(event.order.status)) if isinstance(event, OrderChanged) else "account"
        for event in exchange.drain()
        if isinstance(event, OrderChanged | AccountChanged)
    ]
    assert told == [
        ("bob", "NEW", "NEW"),
        "account",
        ("ann", "TRADE", "FILLED"),
        "account",
        ("bob", "TRADE", "PARTIALLY_FILLED"),
        "account",
        ("bob", "EXPIRED", "EXPIRED"),
        "account",
    ]
    assert ann.again(resting).remaining == 0


def test_an_event_shows_the_order_as_it_was_then() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "1")
    ann.place(SELL, "100", "1")
    exchange.drain()
    bob.place(BUY, "100", "2")
    filled = [
        event.order.filled
        for event in exchange.drain()
        if isinstance(event, OrderChanged) and event.account == "bob" and event.execution is Execution.TRADE
    ]
    assert filled == [atoms(1), atoms(2)]


def test_a_deposit_is_told_and_more_than_there_is_cannot_be_withdrawn() -> None:
    exchange = small_exchange()
    exchange.transfer("ann", "spot", "BTC", atoms(5), 2_000)
    transferred, account = exchange.drain()
    assert isinstance(transferred, BalanceTransferred) and transferred.change == atoms(5)
    assert isinstance(account, AccountChanged) and account.balances[0].free == atoms(15)
    with pytest.raises(Rejected) as rejected:
        exchange.transfer("ann", "spot", "BTC", atoms("-15.00000001"), 2_001)
    assert rejected.value.reason is RejectReason.INSUFFICIENT_BALANCE


def test_a_forced_fill_ignores_the_queue_and_is_printed() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ahead = ann.place(SELL, "100", "1")
    behind = bob.place(SELL, "100", "2")
    exchange.drain()
    fill = exchange.force_fill("bob", bob.ref(behind), atoms("0.5"), 2_000)
    assert (fill.quantity, fill.maker) == (atoms("0.5"), True)
    assert ann.again(ahead).filled == 0
    assert [event.quantity for event in exchange.drain() if isinstance(event, TradePrinted)] == [atoms("0.5")]
    assert exchange.force_fill("bob", bob.ref(behind), 0, 2_001).quantity == atoms("1.5")
    assert bob.again(behind).status is OrderStatus.FILLED
    assert exchange.snapshot("spot", SYMBOL, 1).asks == [(atoms(100), atoms(1))]


def test_a_printed_trade_hits_the_book_down_to_its_limit() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    near, far = ann.place(SELL, "100", "1"), ann.place(SELL, "102", "1")
    exchange.print_trade("spot", SYMBOL, BUY, atoms(5), 2_000, atoms(101))
    assert ann.again(near).status is OrderStatus.FILLED
    assert ann.again(far).filled == 0


def test_marks_are_told_each_second_and_rules_when_they_change() -> None:
    exchange = small_exchange()
    exchange.set_mark("usdm", SYMBOL, atoms(62_000), atoms(61_990), atoms("0.0002"))
    for now_ms in range(10_000, 12_001, 100):
        exchange.tick(now_ms)
    exchange.change_rules("usdm", SYMBOL, 12_001, tick=atoms("0.01"))
    events = exchange.drain()
    marks = [(event.time_ms, event.mark, event.index) for event in events if isinstance(event, MarkChanged)]
    assert marks == [(now_ms, atoms(62_000), atoms(61_990)) for now_ms in (10_000, 11_000, 12_000)]
    changed = [event for event in events if isinstance(event, InstrumentChanged)]
    assert [event.instrument.tick for event in changed] == [atoms("0.01")]


def test_timeline_knows_the_worst_exposure_after_each_event() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann", "usdm")
    ann.place(BUY, "60000", "1")
    ann.place(SELL, "61000", "2")
    noted = [(one["execution"], one["exposure_low"], one["exposure_high"]) for one in exchange.timeline()]
    assert noted == [("NEW", "0", "1"), ("NEW", "-2", "1")]
