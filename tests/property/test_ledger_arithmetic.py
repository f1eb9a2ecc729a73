"""The ledger explains cash: for any trades, fees and marks, to the last digit that 28 can hold."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from oms import ledger
from oms.ledger import Fee
from oms.rows import Holding

PRICES = st.decimals("0.01", "100000", places=2)
QUANTITIES = st.decimals("-50", "50", places=5).filter(bool)
FEE_RATES = st.decimals("-0.0005", "0.01", places=4)
TRADES = st.lists(st.tuples(QUANTITIES, PRICES, FEE_RATES, st.booleans()), max_size=40)
CLOSE = D("1e-12")


def play(trades: list[tuple[D, D, D, bool]]) -> tuple[Holding, D, D]:
    """The holding after the trades, and what really happened to quote and base."""
    row, cash, base = Holding("main", "BTC-USDT@binance", ""), D(0), D(0)
    for qty, price, rate, in_base in trades:
        units = abs(qty) * rate if in_base else D(0)
        worth = abs(qty) * rate * price
        ledger.apply_trade(row, qty, price, Fee(worth, units))
        cash -= qty * price + (D(0) if in_base else worth)
        base += qty - units
    return row, cash, base


@given(TRADES, PRICES)
def test_result_at_any_mark_is_cash_plus_what_is_held(trades: list[tuple[D, D, D, bool]], mark: D) -> None:
    row, cash, base = play(trades)
    result = row.realised + ledger.unrealised(row, mark) - row.fees
    assert abs(result - (cash + base * mark)) <= CLOSE * (1 + row.volume + abs(base) * mark)


@given(TRADES)
def test_quantity_is_what_is_held_exactly(trades: list[tuple[D, D, D, bool]]) -> None:
    row, _, base = play(trades)
    assert row.qty == base
    assert row.bought - row.sold == sum((qty for qty, *_ in trades), D(0))


@given(TRADES)
def test_flat_is_flat_and_an_average_lies_between_the_prices_paid(trades: list[tuple[D, D, D, bool]]) -> None:
    row, _, _ = play(trades)
    if not row.qty:
        assert row.average_price == 0
    else:
        prices = [price for _, price, _, _ in trades]
        assert min(prices) - CLOSE <= row.average_price <= max(prices) + CLOSE


@given(TRADES, st.decimals("-100", "100", places=5))
def test_adopting_a_quantity_without_a_price_makes_no_result(trades: list[tuple[D, D, D, bool]], venues: D) -> None:
    row, _, _ = play(trades)
    realised = row.realised
    difference = ledger.adjust(row, venues, D(0))
    assert row.qty == venues
    assert row.adjusted == difference
    assert row.realised == realised


@given(TRADES, st.data())
def test_two_strategies_shares_add_up_to_the_account(trades: list[tuple[D, D, D, bool]], data: st.DataObject) -> None:
    owners = [data.draw(st.booleans()) for _ in trades]
    mine, _, _ = play([t for t, own in zip(trades, owners, strict=True) if own])
    theirs, _, _ = play([t for t, own in zip(trades, owners, strict=True) if not own])
    whole, _, _ = play(trades)
    mark = D(100)
    assert mine.qty + theirs.qty == whole.qty
    results = [row.realised + ledger.unrealised(row, mark) - row.fees for row in (mine, theirs, whole)]
    assert abs(results[0] + results[1] - results[2]) <= CLOSE * (1 + whole.volume)
