"""A resting order in a recorded market fills only when recorded trades have eaten what was ahead of it."""

import pytest

from testkit.small_capture import DEEP_BIDS, START_MS, Recording, trader
from venue_sim.exchange.api import (
    BookSnapshot,
    InstrumentStatus,
    OrderStatus,
    Rejected,
    RejectReason,
    Side,
    TimeInForce,
    atoms,
    plain,
)

BUY, SELL = Side.BUY, Side.SELL


@pytest.mark.parametrize(("traded", "filled"), [("0", "0"), ("9", "0"), ("10", "0"), ("11", "1"), ("12.5", "2")])
def test_queue_of_ten(traded: str, filled: str) -> None:
    market = Recording()
    order = trader(market.exchange).place(BUY, "100", "2")
    market.trade(SELL, "100", traded)
    assert plain(market.order(order).filled) == filled


def test_touching_without_trades_never_fills() -> None:
    market = Recording()
    order = trader(market.exchange).place(BUY, "100", "1")
    for update in range(20):
        market.depth(bids=[["100.00", str(10 - update % 10)]], asks=[["100.01", "1"]])
        market.touch("100.00", "0.5", "100.01", "1")
    assert market.order(order).filled == 0


def test_trades_of_the_other_aggressor_do_not_fill() -> None:
    market = Recording()
    order = trader(market.exchange).place(BUY, "100", "1")
    market.trade(BUY, "100", "50")
    market.trade(BUY, "99.99", "50")
    assert market.order(order).filled == 0


def test_a_trade_through_the_price_fills_no_more_than_itself() -> None:
    market = Recording()
    order = trader(market.exchange).place(BUY, "100", "2")
    market.trade(SELL, "99.99", "0.7")
    assert plain(market.order(order).filled) == "0.7"
    fill = market.exchange.fills("ann", "spot")[0]
    assert (fill.price, fill.maker) == (atoms(100), True)


def test_one_trade_is_shared_by_priority_and_never_counted_twice() -> None:
    market = Recording()
    ann, bob = trader(market.exchange), trader(market.exchange, "bob")
    better = bob.place(BUY, "100.005", "1")
    first = ann.place(BUY, "100", "1")
    second = bob.place(BUY, "100", "5")
    market.trade(SELL, "100", "12.5")
    assert [plain(market.order(order).filled) for order in (better, first, second)] == ["1", "1", "0.5"]
    assert sum(fill.quantity for name in ("ann", "bob") for fill in market.exchange.fills(name, "spot")) == atoms("2.5")


def test_a_later_order_is_never_ahead_of_an_earlier_one() -> None:
    market = Recording()
    ann = trader(market.exchange)
    first = ann.place(BUY, "100", "1")
    market.depth(bids=[["100.00", "2"]])
    second = ann.place(BUY, "100", "1")
    market.trade(SELL, "100", "5")
    assert market.order(first).filled == market.order(second).filled == 0
    market.trade(SELL, "100", "6")
    assert (market.order(first).status, market.order(second).filled) == (OrderStatus.FILLED, 0)


def test_cancellations_ahead_count_only_as_an_option() -> None:
    for counted, filled in ((False, "0"), (True, "1")):
        market = Recording(cancels_ahead=counted)
        order = trader(market.exchange).place(BUY, "100", "1")
        market.depth(bids=[["100.00", "5"]])
        market.trade(SELL, "100", "6")
        assert plain(market.order(order).filled) == filled


def test_a_cancelled_order_gives_up_its_place() -> None:
    market = Recording()
    ann = trader(market.exchange)
    order = ann.place(BUY, "100", "1")
    market.exchange.cancel("ann", ann.ref(order), 2_000)
    again = ann.place(BUY, "100", "1")
    market.trade(SELL, "100", "11")
    assert (market.order(order).filled, plain(market.order(again).filled)) == (0, "1")


def test_a_taker_takes_what_is_displayed_and_not_twice() -> None:
    market = Recording()
    ann = trader(market.exchange)
    first = ann.place(BUY, "100.02", "6", tif=TimeInForce.IOC)
    assert (plain(first.filled), plain(first.filled_quote)) == ("6", "600.08")
    second = ann.place(BUY, "100.01", "6", tif=TimeInForce.IOC)
    assert second.filled == 0
    market.depth(asks=[["100.01", "3"]])
    third = ann.place(BUY, "100.01", "6", tif=TimeInForce.IOC)
    assert plain(third.filled) == "3"
    assert all(not fill.maker for fill in market.exchange.fills("ann", "spot"))


def test_the_newest_best_quote_bounds_what_can_be_taken() -> None:
    market = Recording()
    market.touch("100.00", "10", "100.02", "2")
    taken = trader(market.exchange).place(BUY, "100.02", "9", tif=TimeInForce.IOC)
    assert (plain(taken.filled), plain(taken.filled_quote)) == ("2", "200.04")


def test_post_only_that_would_take_is_refused() -> None:
    market = Recording()
    with pytest.raises(Rejected) as rejected:
        trader(market.exchange).place(BUY, "100.01", "1", tif=TimeInForce.POST_ONLY)
    assert rejected.value.reason is RejectReason.WOULD_TAKE


def test_an_unsynced_book_takes_no_orders_and_a_new_snapshot_opens_it_again() -> None:
    market = Recording()
    ann = trader(market.exchange)
    market.depth(bids=[["99.00", "1"]], gap=True)
    with pytest.raises(Rejected) as rejected:
        ann.place(BUY, "99")
    assert rejected.value.reason is RejectReason.MARKET_CLOSED
    market.snapshot()
    assert ann.place(BUY, "99").status is OrderStatus.NEW


def test_a_trade_made_before_the_order_queued_does_not_fill_it_however_late_it_is_told() -> None:
    market = Recording()
    ann = trader(market.exchange)
    ann.now_ms = START_MS + 5
    order = ann.place(BUY, "100", "2")
    for _ in range(20):
        market.touch("100.00", "10", "100.01", "4")
    market.trade(SELL, "100", "50", late_by_ms=20)
    market.trade(SELL, "99.99", "50", late_by_ms=20)
    assert market.order(order).filled == 0
    market.trade(SELL, "100", "10", late_by_ms=5)
    market.trade(SELL, "100", "1", late_by_ms=5)
    assert plain(market.order(order).filled) == "1"


def test_nothing_fills_while_the_instrument_is_halted() -> None:
    market = Recording()
    order = trader(market.exchange).place(BUY, "100", "2")
    market.exchange.set_status("spot", "BTCUSDT", InstrumentStatus.HALTED, 2_000)
    market.trade(SELL, "99.99", "5")
    assert market.order(order).filled == 0


def test_orders_of_ours_do_not_change_the_public_book() -> None:
    market = Recording()
    ann = trader(market.exchange)
    ann.place(BUY, "100", "3")
    ann.place(BUY, "100.01", "3", tif=TimeInForce.IOC)
    shown = market.exchange.snapshot("spot", "BTCUSDT", 10)
    assert isinstance(shown, BookSnapshot)
    assert shown.bids == [(atoms(price), atoms(quantity)) for price, quantity in DEEP_BIDS]
    assert shown.asks[0] == (atoms("100.01"), atoms(4))
