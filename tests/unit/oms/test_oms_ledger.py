"""Average-cost bookkeeping: every figure exact."""

from decimal import Decimal as D

import pytest

from oms import ledger
from oms.ledger import Fee
from oms.rows import Holding


def traded(*trades: tuple[str, str], fee: Fee = Fee(D(0))) -> Holding:  # noqa: B008  it is a tuple
    row = Holding("main", "BTC-USDT@binance", "")
    for qty, price in trades:
        ledger.apply_trade(row, D(qty), D(price), fee)
    return row


@pytest.mark.parametrize(
    ("trades", "qty", "average", "realised"),
    [
        ([("1", "100")], "1", "100", "0"),
        ([("1", "100"), ("1", "110")], "2", "105", "0"),
        ([("2", "100"), ("-1", "110")], "1", "100", "10"),
        ([("2", "100"), ("-2", "90")], "0", "0", "-20"),
        ([("-1", "100")], "-1", "100", "0"),
        ([("-1", "100"), ("-3", "120")], "-4", "115", "0"),
        ([("-4", "115"), ("1", "100")], "-3", "115", "15"),
        ([("1", "100"), ("-3", "120")], "-2", "120", "20"),
        ([("-2", "120"), ("5", "100")], "3", "100", "40"),
    ],
)
def test_trades_give_position_average_and_result(
    trades: list[tuple[str, str]], qty: str, average: str, realised: str
) -> None:
    row = traded(*trades)
    assert (row.qty, row.average_price, row.realised) == (D(qty), D(average), D(realised))


def test_volume_counts_and_both_sides_are_kept() -> None:
    row = traded(("2", "100"), ("-0.5", "110"), fee=Fee(D("0.1")))
    assert (row.bought, row.sold, row.volume, row.fees, row.fills) == (D(2), D("0.5"), D(255), D("0.2"), 2)


def test_a_fee_taken_out_of_the_base_shrinks_the_position_and_is_counted_at_its_worth() -> None:
    row = traded(("1", "100"), fee=Fee(D("0.1"), D("0.001")))
    assert (row.qty, row.fees, row.realised) == (D("0.999"), D("0.1"), D(0))
    mark = D(110)
    assert row.realised + ledger.unrealised(row, mark) - row.fees == D("0.999") * mark - 100


def test_a_base_fee_that_crosses_zero_opens_a_dust_position_at_the_trades_price() -> None:
    row = traded(("-1", "100"))
    ledger.apply_trade(row, D(1), D(90), Fee(D("0.09"), D("0.001")))
    assert (row.qty, row.average_price, row.realised) == (D("-0.001"), D(90), D(10))


def test_a_rebate_is_a_negative_cost() -> None:
    assert traded(("1", "100"), fee=Fee(D("-0.02"))).fees == D("-0.02")


@pytest.mark.parametrize(("qty", "mark", "result"), [("2", "110", "20"), ("-2", "110", "-20"), ("0", "110", "0")])
def test_unrealised_result_is_at_the_mark(qty: str, mark: str, result: str) -> None:
    row = traded((qty, "100")) if D(qty) else traded()
    assert ledger.unrealised(row, D(mark)) == D(result)


def test_adopting_the_venues_quantity_is_no_trade_and_without_a_price_no_result() -> None:
    row = traded(("2", "100"))
    assert ledger.adjust(row, D("1.5"), D(0)) == D("-0.5")
    assert (row.qty, row.average_price, row.realised, row.adjusted, row.volume) == (
        D("1.5"),
        D(100),
        D(0),
        D("-0.5"),
        D(200),
    )


def test_an_adopted_position_takes_its_entry_price() -> None:
    row = traded()
    ledger.adjust(row, D("-3"), D(50))
    assert (row.qty, row.average_price) == (D(-3), D(50))


def test_a_position_adopted_before_any_price_takes_the_first_mark_once() -> None:
    row = traded()
    ledger.adjust(row, D(3), D(0))
    assert ledger.price_if_unpriced(row, D(70))
    assert not ledger.price_if_unpriced(row, D(80))
    assert row.average_price == D(70)
