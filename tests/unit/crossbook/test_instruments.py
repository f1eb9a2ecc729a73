"""Canonical ids, and the exact arithmetic of ticks, lots and contracts."""

from decimal import Decimal

import msgspec
import pytest

from crossbook.instruments import Grid, InstrumentName, common_lot, instrument_id, parse_instrument_id
from crossbook.messages.base import Side, TradingStatus
from crossbook.messages.market import InstrumentDefinition

BUY, SELL = Side.BUY, Side.SELL


def grid(tick: str = "0.01", lot: str = "0.001", contract: str = "1", **changes: object) -> Grid:
    definition = InstrumentDefinition(
        "BTC-USDT@binance",
        3,
        "binance",
        "spot",
        "BTCUSDT",
        "spot",
        "BTC",
        "USDT",
        "",
        Decimal(tick),
        Decimal(lot),
        1,
        1_000_000,
        Decimal(5),
        TradingStatus.TRADING,
        Decimal(contract),
    )
    return Grid.of(msgspec.structs.replace(definition, **changes))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("BTC-USDT@binance", InstrumentName("BTC", "USDT", "spot", "binance")),
        ("BTC-USDT-PERP@binance", InstrumentName("BTC", "USDT", "perp", "binance")),
        ("1000PEPE-USDC-PERP@okx", InstrumentName("1000PEPE", "USDC", "perp", "okx")),
    ],
)
def test_an_id_and_its_parts(text: str, name: InstrumentName) -> None:
    assert parse_instrument_id(text) == name
    assert instrument_id(*name) == text


@pytest.mark.parametrize(
    "text", ["BTCUSDT", "BTC-USDT", "BTC-USDT@", "@binance", "BTC-@x", "-USDT@x", "A-B-C@x", "A-B-PERP-D@x"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an instrument id"):
        parse_instrument_id(text)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'option'"):
        instrument_id("BTC", "USDT", "option", "binance")


@pytest.mark.parametrize(
    ("price", "bid", "ask"),
    [(100.0, 10_000, 10_000), (100.004, 10_000, 10_001), (100.016, 10_001, 10_002), (0.29, 29, 29), (0.07, 7, 7)],
)
def test_a_quote_is_rounded_away_from_the_market(price: float, bid: int, ask: int) -> None:
    assert (grid().ticks_towards(price, BUY), grid().ticks_towards(price, SELL)) == (bid, ask)


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf"), float("-inf")])
def test_a_price_that_is_none_is_refused(price: float) -> None:
    with pytest.raises(ValueError, match="finite number above zero"):
        grid().ticks_towards(price, BUY)


@pytest.mark.parametrize(("qty", "lots"), [(0.0, 0), (0.0009, 0), (0.001, 1), (0.0019, 1), (0.3, 300), (0.7, 700)])
def test_a_size_is_rounded_down(qty: float, lots: int) -> None:
    assert grid().lots_down(qty) == lots


@pytest.mark.parametrize("qty", [-0.001, float("nan"), float("inf")])
def test_a_size_that_is_none_is_refused(qty: float) -> None:
    with pytest.raises(ValueError, match="from zero up"):
        grid().lots_down(qty)


def test_exact_amounts_come_back_exactly() -> None:
    assert grid().price(12_345) == Decimal("123.45")
    assert grid().qty(7) == Decimal("0.007")
    assert grid().ticks_exact(Decimal("123.45")) == 12_345
    assert grid().lots_exact(Decimal("0.007")) == 7


def test_an_amount_off_the_grid_is_refused_with_its_numbers() -> None:
    with pytest.raises(ValueError, match=r"price 123\.456 of BTC-USDT@binance is not a multiple of 0\.01"):
        grid().ticks_exact(Decimal("123.456"))
    with pytest.raises(ValueError, match="quantity"):
        grid().lots_exact(Decimal("0.0005"))


def test_a_lot_is_counted_in_base_units_whatever_a_contract_is_worth() -> None:
    contracts = grid(lot="1", contract="0.01")
    assert contracts.lot_exact == Decimal("0.01")
    assert contracts.lots_exact(Decimal("0.25")) == 25


@pytest.mark.parametrize("changes", [{"tick": "0"}, {"lot": "0"}, {"contract": "0"}, {"tick": "-0.01"}])
def test_a_step_that_is_not_above_zero_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must be above zero"):
        grid(**changes)


@pytest.mark.parametrize(
    ("price", "bid", "ask"),
    [(1234.567, 12_345_000, 12_346_000), (0.0123456, 123, 124), (123_456.0, 1_234_560_000, 1_234_560_000)],
)
def test_five_significant_figures_bound_a_price_but_whole_numbers_are_free(price: float, bid: int, ask: int) -> None:
    figures = grid(tick="0.0001", significant_figures=5)
    assert (figures.ticks_towards(price, BUY), figures.ticks_towards(price, SELL)) == (bid, ask)


@pytest.mark.parametrize(("ticks", "valid"), [(0, False), (-1, False), (999, False), (1_000, True), (2_001, False)])
def test_prices_outside_the_venues_bounds_are_not_valid(ticks: int, valid: bool) -> None:
    bounded = grid(min_price=Decimal(10), max_price=Decimal(20))
    assert bounded.is_valid_price(ticks) is valid


@pytest.mark.parametrize("status", list(TradingStatus))
def test_only_a_trading_instrument_is_tradable(status: TradingStatus) -> None:
    assert grid(status=status).is_tradable is (status is TradingStatus.TRADING)


@pytest.mark.parametrize(
    ("first", "second", "lot"), [("0.001", "0.01", "0.01"), ("0.004", "0.006", "0.012"), ("1", "0.25", "1")]
)
def test_the_common_lot_is_whole_on_both_grids(first: str, second: str, lot: str) -> None:
    assert common_lot(grid(lot=first), grid(lot=second)) == Decimal(lot)


def test_rounding_is_right_to_the_tick_also_where_there_are_billions_of_them() -> None:
    fine = grid(tick="0.0001")
    assert fine.ticks_towards(123_456.78905, BUY) == 1_234_567_890
    assert fine.ticks_towards(123_456.78905, SELL) == 1_234_567_891
    assert grid(lot="0.00000001").lots_down(99.999999995) == 9_999_999_999
