"""Perpetuals: positions, realised PnL, margin, reduce-only, funding, forced closing."""

import pytest

from testkit.small_exchange import BUY, SELL, SYMBOL, Trader, small_exchange
from venue_sim.exchange.api import (
    AccountChanged,
    EndReason,
    Exchange,
    Execution,
    LevelChanged,
    OrderChanged,
    OrderStatus,
    Position,
    Rejected,
    RejectReason,
    atoms,
    plain,
)

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def traders() -> tuple[Exchange, Trader, Trader]:
    exchange = small_exchange()
    return exchange, Trader(exchange, "ann", "usdm"), Trader(exchange, "bob", "usdm")


def position(exchange: Exchange, account: str) -> Position:
    return exchange.positions(account, "usdm")[0]


def trade(seller: Trader, buyer: Trader, price: str, quantity: str) -> None:
    seller.place(SELL, price, quantity)
    buyer.place(BUY, price, quantity)


def test_average_entry_and_realised_pnl(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "1")
    trade(ann, bob, "61000", "3")
    assert plain(position(exchange, "bob").entry_price) == "60750"
    trade(bob, ann, "61750", "2")
    bought, sold = position(exchange, "bob"), position(exchange, "ann")
    assert (plain(bought.quantity), plain(bought.realised_pnl), plain(bought.entry_price)) == ("2", "2000", "60750")
    assert (plain(sold.quantity), plain(sold.realised_pnl), plain(sold.entry_price)) == ("-2", "-2000", "60750")


def test_a_trade_through_zero_closes_then_opens_at_the_new_price(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "1")
    trade(bob, ann, "60100", "3")
    flipped = position(exchange, "bob")
    assert (plain(flipped.quantity), plain(flipped.entry_price), plain(flipped.realised_pnl)) == ("-2", "60100", "100")


def test_wallet_moves_by_pnl_and_fees_only(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "1")
    trade(bob, ann, "60100", "1")
    # bob: taker at 60,000 (5 bps), maker at 60,100 (2 bps), 100 earned
    assert plain(exchange.margin("bob", "usdm").wallet) == plain(atoms(1_000_000) + atoms("100") - atoms("42.02"))


def test_margin_limits_what_can_be_opened(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, _, bob = traders
    exchange.set_leverage("bob", "usdm", SYMBOL, 2, 1_000)
    bob.place(BUY, "60000", "33")
    assert plain(exchange.margin("bob", "usdm").order_margin) == "990000"
    with pytest.raises(Rejected) as rejected:
        bob.place(BUY, "60000", "1")
    assert rejected.value.reason is RejectReason.INSUFFICIENT_MARGIN
    bob.place(SELL, "61000", "30")  # the other side needs no more than the worse of both
    assert plain(exchange.margin("bob", "usdm").available) == "10000"


def test_closing_is_never_refused_for_margin(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "20")
    exchange.set_mark("usdm", SYMBOL, atoms(58_000), atoms(58_000), 0)
    exchange.transfer("bob", "usdm", "USDT", -exchange.margin("bob", "usdm").available, 1_000)
    assert exchange.margin("bob", "usdm").available == 0
    assert bob.place(SELL, "58100", "20").status is OrderStatus.NEW
    with pytest.raises(Rejected):
        bob.place(BUY, "57900", "1")


def test_reduce_only_needs_a_position_and_is_clipped_to_it(traders: tuple[Exchange, Trader, Trader]) -> None:
    _, ann, bob = traders
    with pytest.raises(Rejected) as rejected:
        bob.place(SELL, "62000", "1", reduce_only=True)
    assert rejected.value.reason is RejectReason.REDUCE_ONLY
    trade(ann, bob, "60000", "1")
    assert bob.place(SELL, "62000", "5", reduce_only=True).quantity == atoms(1)


def test_reduce_only_never_turns_the_position(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "2")
    first = bob.place(SELL, "60100", "2", reduce_only=True)
    second = bob.place(SELL, "60100", "2", reduce_only=True)
    third = bob.place(SELL, "60200", "2", reduce_only=True)
    ann.place(BUY, "60100", "4")
    assert position(exchange, "bob").quantity == 0
    assert bob.again(first).status is OrderStatus.FILLED
    for order in (second, third):
        ended = bob.again(order)
        assert (ended.status, ended.end_reason) == (OrderStatus.EXPIRED, EndReason.REDUCE_ONLY)


def test_funding_moves_from_longs_to_shorts(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "1")
    wallets = {name: exchange.margin(name, "usdm").wallet for name in ("ann", "bob")}
    exchange.set_mark("usdm", SYMBOL, atoms(60_000), atoms(60_000), atoms("0.0001"))
    exchange.drain()
    exchange.apply_funding("usdm", SYMBOL, atoms("0.0001"), 2_000)
    assert plain(exchange.margin("bob", "usdm").wallet - wallets["bob"]) == "-6"
    assert plain(exchange.margin("ann", "usdm").wallet - wallets["ann"]) == "6"
    told = [event for event in exchange.drain() if isinstance(event, AccountChanged)]
    assert [(event.account, event.reason, plain(event.change), event.positions) for event in told] == [
        ("ann", "FUNDING_FEE", "6", ()),
        ("bob", "FUNDING_FEE", "-6", ()),
    ]


def test_funding_is_paid_when_it_is_due(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "1")
    exchange.set_mark("usdm", SYMBOL, atoms(60_000), atoms(60_000), atoms("0.0001"))
    exchange.tick(10 * DAY_MS + 1)
    wallet = exchange.margin("bob", "usdm").wallet
    exchange.tick(10 * DAY_MS + DAY_MS // 3 - 1)
    assert exchange.margin("bob", "usdm").wallet == wallet
    exchange.tick(10 * DAY_MS + DAY_MS // 3)
    assert plain(exchange.margin("bob", "usdm").wallet - wallet) == "-6"
    assert exchange.mark("usdm", SYMBOL).next_funding_ms == 10 * DAY_MS + 2 * DAY_MS // 3


def test_deleveraging_closes_at_the_given_price_without_an_order_of_the_account(
    traders: tuple[Exchange, Trader, Trader],
) -> None:
    exchange, ann, bob = traders
    trade(ann, bob, "60000", "2")
    resting = bob.place(SELL, "61000", "1", reduce_only=True)
    exchange.drain()
    fill = exchange.deleverage("bob", "usdm", SYMBOL, atoms(5), 3_000, atoms(59_000), "adl_autoclose")
    assert (plain(fill.quantity), plain(fill.realised_pnl), fill.fee) == ("2", "-2000", 0)
    assert fill.client_order_id.startswith("adl_autoclose")
    told = [event for event in exchange.drain() if isinstance(event, OrderChanged)]
    assert [event.execution for event in told] == [Execution.CALCULATED, Execution.EXPIRED]
    assert bob.again(resting).status is OrderStatus.EXPIRED
    assert position(exchange, "bob").quantity == 0
    with pytest.raises(Rejected):
        exchange.deleverage("bob", "usdm", SYMBOL, atoms(5), 3_000)


def test_before_a_liquidation_the_exchange_takes_the_orders_out(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, _, bob = traders
    bob.place(BUY, "60000", "1")
    taken = exchange.expire_all("bob", "usdm", SYMBOL, 3_000)
    assert [(order.status, order.end_reason) for order in taken] == [(OrderStatus.EXPIRED, EndReason.LIQUIDATION)]
    assert exchange.open_orders("bob", "usdm") == []
    assert exchange.margin("bob", "usdm").order_margin == 0


def test_update_ids_of_perpetuals_grow_with_holes(traders: tuple[Exchange, Trader, Trader]) -> None:
    exchange, _, bob = traders
    for price in ("60000", "60001", "60002"):
        bob.place(BUY, price, "1")
    ids = [event.update_id for event in exchange.drain() if isinstance(event, LevelChanged)]
    assert ids == sorted(ids)
    assert ids[1] - ids[0] > 1
