"""Self-trade prevention: whose order goes, in each mode."""

import pytest

from testkit.small_exchange import BUY, SELL, Trader, small_exchange
from venue_sim.exchange.api import (
    Execution,
    OrderChanged,
    OrderStatus,
    Rejected,
    RejectReason,
    SelfTradePrevention,
    atoms,
)

EXPIRED, FILLED, NEW = OrderStatus.EXPIRED_IN_MATCH, OrderStatus.FILLED, OrderStatus.NEW


@pytest.mark.parametrize(
    ("mode", "maker_status", "taker_status", "others_filled"),
    [
        (SelfTradePrevention.EXPIRE_TAKER, NEW, EXPIRED, "0"),
        (SelfTradePrevention.EXPIRE_MAKER, EXPIRED, FILLED, "1"),
        (SelfTradePrevention.EXPIRE_BOTH, EXPIRED, EXPIRED, "0"),
        (SelfTradePrevention.NONE, FILLED, FILLED, "0"),
        (SelfTradePrevention.DECREMENT, EXPIRED, EXPIRED, "0"),
    ],
)
def test_modes(
    mode: SelfTradePrevention, maker_status: OrderStatus, taker_status: OrderStatus, others_filled: str
) -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    own = ann.place(SELL, "100", "1")
    other = bob.place(SELL, "100", "1")
    taker = ann.place(BUY, "100", "1", self_trade=mode)
    assert ann.again(own).status is maker_status
    assert taker.status is taker_status
    assert bob.again(other).filled == atoms(others_filled)


def test_decrement_takes_the_smaller_size_off_both() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    own = ann.place(SELL, "100", "3")
    taker = ann.place(BUY, "100", "1", self_trade=SelfTradePrevention.DECREMENT)
    assert (taker.status, taker.prevented) == (EXPIRED, atoms(1))
    left = ann.again(own)
    assert (left.status, left.remaining, left.filled) == (NEW, atoms(2), 0)
    assert exchange.snapshot("spot", "BTCUSDT", 1).asks == [(atoms(100), atoms(2))]
    assert exchange.balances("ann", "spot")[0].locked == atoms(2)


def test_a_mode_the_market_does_not_offer_is_refused() -> None:
    with pytest.raises(Rejected) as rejected:
        Trader(small_exchange(), "ann", "usdm").place(BUY, "62000", self_trade=SelfTradePrevention.DECREMENT)
    assert rejected.value.reason is RejectReason.SELF_TRADE_MODE


def test_prevention_is_told_and_frees_the_means() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    own = ann.place(SELL, "100", "1")
    exchange.drain()
    ann.place(BUY, "100", "1", self_trade=SelfTradePrevention.EXPIRE_BOTH)
    told = [
        (event.order.order_id, event.prevented)
        for event in exchange.drain()
        if isinstance(event, OrderChanged) and event.execution is Execution.TRADE_PREVENTION
    ]
    assert told == [(own.order_id, atoms(1)), (own.order_id + 1, atoms(1))]
    assert [(balance.asset, balance.free, balance.locked) for balance in exchange.balances("ann", "spot")] == [
        ("BTC", atoms(10), 0),
        ("USDT", atoms(1_000_000), 0),
    ]
