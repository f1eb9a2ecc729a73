"""Whatever accounts do, nothing is made and nothing is lost: to the last atom, over all accounts and the fees."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from testkit.small_exchange import BUY, SELL, SYMBOL, small_exchange
from venue_sim.exchange.api import (
    Exchange,
    OrderRef,
    OrderType,
    PlaceOrder,
    Rejected,
    SelfTradePrevention,
    TimeInForce,
    atoms,
)

accounts = st.sampled_from(["ann", "bob"])
markets = st.sampled_from(["spot", "usdm"])
ticks = st.integers(min_value=0, max_value=20)
placed = st.tuples(
    st.just("place"),
    accounts,
    markets,
    st.sampled_from([BUY, SELL]),
    ticks,
    st.integers(min_value=1, max_value=4_000),
    st.sampled_from(TimeInForce),
    st.sampled_from(SelfTradePrevention),
    st.booleans(),
)
others = st.tuples(
    st.sampled_from(["cancel", "modify", "reduce", "funding", "force", "deleverage"]),
    accounts,
    markets,
    st.sampled_from([BUY, SELL]),
    ticks,
    st.integers(min_value=1, max_value=4_000),
    st.just(TimeInForce.GTC),
    st.just(SelfTradePrevention.NONE),
    st.booleans(),
)


def act(exchange: Exchange, number: int, what: tuple) -> None:  # type: ignore[type-arg]
    kind, account, market, side, offset, lots, tif, prevention, flag = what
    price = atoms(62_000) + offset * atoms("0.1")
    quantity = lots * (atoms("0.00013") if market == "spot" else atoms("0.001"))
    if market == "spot":
        quantity -= quantity % atoms("0.00001")
    opened = exchange.open_orders(account, market)
    ref = OrderRef(market, SYMBOL, opened[offset % len(opened)].order_id) if opened else OrderRef(market, SYMBOL, 0)
    if kind == "place":
        is_market = flag and tif is not TimeInForce.POST_ONLY
        order_type = OrderType.MARKET if is_market else OrderType.LIMIT
        wanted = PlaceOrder(
            market,
            SYMBOL,
            str(number),
            side,
            order_type,
            quantity,
            0 if is_market else price,
            tif,
            reduce_only=market == "usdm" and lots % 5 == 0,
            self_trade=prevention,
        )
        exchange.place(account, wanted, number)
    elif kind == "cancel":
        exchange.cancel(account, ref, number)
    elif kind == "modify":
        exchange.modify(account, ref, price, quantity, number)
    elif kind == "reduce":
        exchange.reduce_in_place(account, ref, quantity, number)
    elif kind == "funding":
        exchange.apply_funding("usdm", SYMBOL, lots - 2_000, number)
    elif kind == "force":
        exchange.force_fill(account, ref, quantity, number)
    else:
        exchange.deleverage(account, "usdm", SYMBOL, quantity, number, price)


def totals(exchange: Exchange) -> Counter[tuple[str, str]]:
    """Per market and asset, over all and the house: balances; on perpetuals wallets less the cost of positions."""
    sums: Counter[tuple[str, str]] = Counter()
    for account in exchange._floor.accounts.values():
        for key, held in account.holdings.items():
            sums[key] += held.free + held.locked
        for (market, _), state in account.states.items():
            sums[market, "USDT"] -= state.cost
    return sums


@given(st.lists(placed | others, max_size=60))
@settings(max_examples=150)
def test_every_asset_is_conserved_and_positions_sum_to_nothing(doings: list[tuple]) -> None:  # type: ignore[type-arg]
    exchange = small_exchange()
    before = totals(exchange)
    for number, what in enumerate(doings, 1):
        try:
            act(exchange, number, what)
        except Rejected:
            continue
    assert totals(exchange) == before
    positions = [state.quantity for account in exchange._floor.accounts.values() for state in account.states.values()]
    assert sum(positions) == 0


@given(st.lists(placed | others, max_size=60))
@settings(max_examples=150)
def test_reservations_and_book_agree_with_the_open_orders(doings: list[tuple]) -> None:  # type: ignore[type-arg]
    exchange = small_exchange()
    for number, what in enumerate(doings, 1):
        try:
            act(exchange, number, what)
        except Rejected:
            continue
    for account in ("ann", "bob"):
        opened = exchange.open_orders(account, "spot")
        locked = {one.asset: one.locked for one in exchange.balances(account, "spot")}
        assert locked["BTC"] == sum(order.reserved for order in opened if order.side is SELL)
        assert locked["USDT"] == sum(order.reserved for order in opened if order.side is BUY)
        assert all(one.free >= 0 for one in exchange.balances(account, "spot"))
    for market in ("spot", "usdm"):
        opened = [order for name in ("ann", "bob") for order in exchange.open_orders(name, market)]
        shown = exchange.snapshot(market, SYMBOL, 100)
        for side, levels in ((BUY, shown.bids), (SELL, shown.asks)):
            resting: Counter[int] = Counter()
            for order in opened:
                if order.side is side:
                    resting[order.price] += order.remaining
            assert dict(levels) == dict(resting)
        assert not shown.bids or not shown.asks or shown.bids[0][0] < shown.asks[0][0]
