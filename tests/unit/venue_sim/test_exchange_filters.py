"""The instrument's rules: each violation has its own reason, and changes nothing."""

from typing import Any

import pytest

from testkit.small_exchange import BUY, SELL, SYMBOL, Trader, small_exchange
from venue_sim.exchange.api import InstrumentStatus, OrderStatus, Rejected, RejectReason, atoms


@pytest.mark.parametrize(
    ("market", "side", "price", "quantity", "reason"),
    [
        ("spot", BUY, "100.001", "1", RejectReason.PRICE_OFF_TICK),
        ("spot", BUY, "2000000", "1", RejectReason.BAD_PRICE),
        ("spot", BUY, "100", "0.000001", RejectReason.QUANTITY_TOO_SMALL),
        ("spot", BUY, "100", "1.000001", RejectReason.QUANTITY_OFF_LOT),
        ("spot", BUY, "100", "9001", RejectReason.QUANTITY_TOO_LARGE),
        ("spot", BUY, "50000", "0.00009", RejectReason.NOTIONAL_TOO_SMALL),
        ("spot", BUY, "450000", "21", RejectReason.NOTIONAL_TOO_LARGE),
        ("spot", BUY, "500001", "1", RejectReason.PRICE_TOO_HIGH),
        ("spot", BUY, "19999", "1", RejectReason.PRICE_TOO_LOW),
        ("spot", SELL, "0", "101", RejectReason.MARKET_QUANTITY_TOO_LARGE),
        ("spot", BUY, "0", "0.00002", RejectReason.NOTIONAL_TOO_SMALL),
        ("usdm", BUY, "62000.05", "1", RejectReason.PRICE_OFF_TICK),
        ("usdm", BUY, "62000", "0.001", RejectReason.NOTIONAL_TOO_SMALL),
        ("usdm", BUY, "105001", "1", RejectReason.PRICE_TOO_HIGH),
        ("usdm", SELL, "94999", "1", RejectReason.PRICE_TOO_LOW),
        ("usdm", SELL, "0", "121", RejectReason.MARKET_QUANTITY_TOO_LARGE),
    ],
)
def test_each_violation_has_its_reason(market: str, side: Any, price: str, quantity: str, reason: RejectReason) -> None:
    exchange = small_exchange()
    trader = Trader(exchange, "ann", market)
    maker = Trader(exchange, "bob", market)
    maker.place(SELL, "100000", "1")
    trader.place(BUY, "100000", "1")
    exchange.set_mark("usdm", SYMBOL, atoms(100_000), atoms(100_000), 0)
    exchange.drain()
    before = exchange.truth()
    with pytest.raises(Rejected) as rejected:
        trader.place(side, price, quantity)
    assert rejected.value.reason is reason
    assert exchange.drain() == []
    assert exchange.truth() == before


def test_reduce_only_is_exempt_from_the_least_notional() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann", "usdm"), Trader(exchange, "bob", "usdm")
    ann.place(SELL, "62000", "0.01")
    bob.place(BUY, "62000", "0.01")
    assert bob.place(SELL, "62100", "0.001", reduce_only=True).status is OrderStatus.NEW


def test_open_orders_are_limited() -> None:
    exchange = small_exchange()
    exchange.change_rules("spot", SYMBOL, 1_000, max_open_orders=2)
    ann = Trader(exchange, "ann")
    ann.place(BUY, "100")
    ann.place(BUY, "100")
    with pytest.raises(Rejected) as rejected:
        ann.place(BUY, "100")
    assert rejected.value.reason is RejectReason.TOO_MANY_ORDERS


def test_client_id_is_unique_among_open_orders_and_free_again_afterwards() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    first = ann.place(BUY, "100", client="same")
    with pytest.raises(Rejected) as rejected:
        ann.place(BUY, "101", client="same")
    assert rejected.value.reason is RejectReason.DUPLICATE_CLIENT_ID
    exchange.cancel("ann", ann.ref(first), 2_000)
    second = ann.place(BUY, "101", client="same")
    assert second.order_id != first.order_id


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (InstrumentStatus.HALTED, RejectReason.MARKET_CLOSED),
        (InstrumentStatus.CANCEL_ONLY, RejectReason.CANCEL_ONLY),
    ],
)
def test_a_closed_symbol_takes_cancels_only(status: InstrumentStatus, reason: RejectReason) -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    order = ann.place(BUY, "100")
    exchange.set_status("spot", SYMBOL, status, 2_000)
    with pytest.raises(Rejected) as rejected:
        ann.place(BUY, "101")
    assert rejected.value.reason is reason
    assert exchange.cancel("ann", ann.ref(order), 2_001).status is OrderStatus.CANCELED


def test_delisting_expires_every_order_and_frees_its_means() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    order = ann.place(BUY, "100", "5")
    exchange.set_status("spot", SYMBOL, InstrumentStatus.DELISTED, 2_000)
    assert ann.again(order).status is OrderStatus.EXPIRED
    assert [balance.locked for balance in exchange.balances("ann", "spot")] == [0, 0]


def test_a_tick_change_is_told_and_holds_at_once() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    ann.place(BUY, "100.01")
    changed = exchange.change_rules("spot", SYMBOL, 2_000, tick=atoms("0.1"), min_price=atoms("0.1"))
    assert changed.revision == 2
    with pytest.raises(Rejected) as rejected:
        ann.place(BUY, "100.01")
    assert rejected.value.reason is RejectReason.PRICE_OFF_TICK
    assert exchange.snapshot("spot", SYMBOL, 1).bids == [(atoms("100.01"), atoms(1))]


def test_an_unknown_rule_is_an_error_of_the_caller() -> None:
    with pytest.raises(TypeError):
        small_exchange().change_rules("spot", SYMBOL, 2_000, tikc=1)
