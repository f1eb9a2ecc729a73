"""Spot: what an order locks, what a trade moves, what the fee takes."""

import pytest

from testkit.small_exchange import BUY, SELL, Trader, request, small_exchange
from venue_sim.exchange.api import AccountChanged, Exchange, Rejected, RejectReason, atoms, plain


def held(exchange: Exchange, account: str) -> dict[str, tuple[str, str]]:
    return {one.asset: (plain(one.free), plain(one.locked)) for one in exchange.balances(account, "spot")}


def test_an_order_locks_what_it_would_pay_and_a_cancel_frees_it() -> None:
    exchange = small_exchange()
    ann = Trader(exchange, "ann")
    buy = ann.place(BUY, "100.01", "2")
    ann.place(SELL, "200", "3")
    assert held(exchange, "ann") == {"BTC": ("7", "3"), "USDT": ("999799.98", "200.02")}
    exchange.cancel("ann", ann.ref(buy), 2_000)
    assert held(exchange, "ann") == {"BTC": ("7", "3"), "USDT": ("1000000", "0")}


def test_fees_come_off_what_is_received() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "2")
    bob.place(BUY, "101", "2")
    assert held(exchange, "ann") == {"BTC": ("8", "0"), "USDT": ("1000199.8", "0")}
    assert held(exchange, "bob") == {"BTC": ("11.998", "0"), "USDT": ("999800", "0")}


def test_a_better_price_frees_the_difference_at_once() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "1")
    bob.place(BUY, "110", "2")
    assert held(exchange, "bob")["USDT"] == ("999790", "110")


def test_fee_asset_is_used_while_it_lasts() -> None:
    exchange = small_exchange()
    exchange.transfer("bob", "spot", "BNB", atoms("0.0005"), 1_000)
    exchange.set_fee_asset("bob", "spot", "BNB", atoms(200))
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "2")
    bob.place(BUY, "100", "1")
    bob.place(BUY, "100", "1")
    assert [(plain(fill.fee), fill.fee_asset) for fill in exchange.fills("bob", "spot")] == [
        ("0.0005", "BNB"),
        ("0.001", "BTC"),
    ]


def test_own_rates_replace_the_markets() -> None:
    exchange = small_exchange()
    exchange.set_fee_rates("ann", "spot", maker=atoms("-0.0001"), taker=0)
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "1")
    bob.place(BUY, "100", "1")
    assert plain(exchange.fills("ann", "spot")[0].fee) == "-0.01"


@pytest.mark.parametrize(
    ("side", "price", "quantity"),
    [(BUY, "100001", "10"), (SELL, "100001", "10.00001"), (SELL, "0", "10.1")],
)
def test_more_than_there_is_is_refused(side: object, price: str, quantity: str) -> None:
    exchange = small_exchange()
    Trader(exchange, "bob").place(BUY, "100", "20")
    with pytest.raises(Rejected) as rejected:
        Trader(exchange, "ann").place(side, price, quantity)  # type: ignore[arg-type]
    assert rejected.value.reason is RejectReason.INSUFFICIENT_BALANCE


def test_a_market_order_never_spends_more_than_is_free() -> None:
    exchange = small_exchange()
    exchange.transfer("bob", "spot", "USDT", atoms(-999_850), 1_000)
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "1")
    ann.place(SELL, "104", "1")
    with pytest.raises(Rejected) as rejected:
        bob.place(BUY, "0", "2")
    assert rejected.value.reason is RejectReason.INSUFFICIENT_BALANCE
    bob.place(BUY, "0", "1")
    assert held(exchange, "bob")["USDT"] == ("50", "0")


def test_refused_order_leaves_no_trace() -> None:
    exchange = small_exchange()
    before = exchange.truth()
    with pytest.raises(Rejected):
        Trader(exchange, "ann").place(BUY, "200000", "10")
    assert exchange.truth() == before
    exchange.test_order("ann", request(BUY, "100", "1"), 1_000)
    assert exchange.truth() == before
    assert exchange.drain() == []


def test_every_change_of_a_balance_is_told_with_its_new_state() -> None:
    exchange = small_exchange()
    ann, bob = Trader(exchange, "ann"), Trader(exchange, "bob")
    ann.place(SELL, "100", "2")
    bob.place(BUY, "100", "1")
    told: dict[tuple[str, str], tuple[int, int]] = {}
    for event in exchange.drain():
        if isinstance(event, AccountChanged):
            told |= {(event.account, one.asset): (one.free, one.locked) for one in event.balances}
    assert told == {
        (account, one.asset): (one.free, one.locked)
        for account in ("ann", "bob")
        for one in exchange.balances(account, "spot")
    }
