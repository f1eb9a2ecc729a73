import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crossbook.instruments import Grid
from crossbook.messages.base import TradingStatus
from crossbook.messages.market import InstrumentDefinition
from gateway_binance.instruments import definitions
from gateway_kit.market_dialect import FrameError

PRICE = {"filterType": "PRICE_FILTER", "minPrice": "0.01000000", "maxPrice": "1000000", "tickSize": "0.01000000"}
LOT = {"filterType": "LOT_SIZE", "minQty": "0.00010000", "maxQty": "9000.5", "stepSize": "0.00010000"}


def listing(market: str, *filters: dict[str, Any], **fields: Any) -> InstrumentDefinition:
    symbol: dict[str, Any] = {
        "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "filters": list(filters),
        "pricePrecision": 2, "quantityPrecision": 3, "surprise": {"of": ["2027"]},
    }  # fmt: skip
    if market == "usdm":
        symbol |= {"contractType": "PERPETUAL", "marginAsset": "USDT"}
    body = json.dumps({"timezone": "UTC", "symbols": [symbol | fields]}).encode()
    return definitions(body, market)["BTCUSDT"]


def test_spot_rules_become_a_definition() -> None:
    made = listing(
        "spot", PRICE, LOT,
        {"filterType": "NOTIONAL", "minNotional": "5.0", "applyMinToMarket": True, "maxNotional": "9000000"},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "120.00005", "stepSize": "0.00000000"},
        {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "1.3", "bidMultiplierDown": "0.7",
         "askMultiplierUp": "5", "askMultiplierDown": "0.8", "avgPriceMins": 5},
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "MAX_POSITION", "maxPosition": "10"},
    )  # fmt: skip
    assert made == InstrumentDefinition(
        instrument="BTC-USDT@binance", revision=0, venue="binance", market="spot", symbol="BTCUSDT", kind="spot",
        base="BTC", quote="USDT", settle="USDT", tick_size=Decimal("0.01"), lot_size=Decimal("0.0001"),
        min_qty_lots=1, max_qty_lots=90_005_000, min_notional=Decimal(5), status=TradingStatus.TRADING,
        min_price=Decimal("0.01"), max_price=Decimal(1_000_000), bid_multiplier_up=Decimal("1.3"),
        bid_multiplier_down=Decimal("0.7"), ask_multiplier_up=Decimal(5), ask_multiplier_down=Decimal("0.8"),
        max_market_qty_lots=1_200_000, max_open_orders=200,
    )  # fmt: skip


def test_usdm_rules_become_a_definition_of_a_perpetual() -> None:
    made = listing(
        "usdm", PRICE, LOT,
        {"filterType": "MIN_NOTIONAL", "notional": "100"},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {"filterType": "PERCENT_PRICE", "multiplierUp": "1.05", "multiplierDown": "0.95", "multiplierDecimal": "4"},
    )  # fmt: skip
    assert (made.instrument, made.kind, made.settle) == ("BTC-USDT-PERP@binance", "perp", "USDT")
    assert (made.min_notional, made.max_open_orders) == (Decimal(100), 200)
    assert (made.bid_multiplier_up, made.bid_multiplier_down) == (Decimal("1.05"), Decimal(0))
    assert (made.ask_multiplier_up, made.ask_multiplier_down) == (Decimal(0), Decimal("0.95"))


def test_spot_s_older_percent_price_bounds_both_sides_both_ways() -> None:
    made = listing("spot", PRICE, LOT, {"filterType": "PERCENT_PRICE", "multiplierUp": "5", "multiplierDown": "0.2"})
    assert (made.bid_multiplier_up, made.bid_multiplier_down) == (Decimal(5), Decimal("0.2"))
    assert (made.ask_multiplier_up, made.ask_multiplier_down) == (Decimal(5), Decimal("0.2"))


def test_both_shapes_of_the_least_notional_are_read() -> None:
    assert listing("spot", {"filterType": "MIN_NOTIONAL", "minNotional": "10.0"}).min_notional == 10
    assert listing("spot", {"filterType": "NOTIONAL", "minNotional": "7"}).min_notional == 7
    assert listing("spot").min_notional == 0


def test_zero_switches_a_filter_off() -> None:
    made = listing("spot", {**PRICE, "minPrice": "0", "maxPrice": "0"}, {**LOT, "minQty": "0", "maxQty": "0"})
    assert (made.min_price, made.max_price) == (Decimal(0), Decimal(0))
    assert (made.max_qty_lots, made.min_qty_lots) == (0, 1)


def test_the_grid_is_eight_decimals_where_its_filter_is_off_and_never_the_precision_field() -> None:
    made = listing("spot", {**PRICE, "tickSize": "0.00000000"}, {**LOT, "stepSize": "0"})
    assert (made.tick_size, made.lot_size) == (Decimal("1E-8"), Decimal("1E-8"))
    assert Grid.of(made).tick == 1e-8


def test_a_least_quantity_between_two_lots_is_rounded_up() -> None:
    assert listing("spot", PRICE, {**LOT, "minQty": "0.00025"}).min_qty_lots == 3


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("TRADING", TradingStatus.TRADING),
        ("CANCEL_ONLY", TradingStatus.CANCEL_ONLY),
        ("BREAK", TradingStatus.HALTED),
        ("HALT", TradingStatus.HALTED),
        ("END_OF_DAY", TradingStatus.HALTED),
        ("PENDING_TRADING", TradingStatus.HALTED),
        ("PRE_SETTLE", TradingStatus.HALTED),
        ("SETTLING", TradingStatus.HALTED),
        ("TRADING_HALT", TradingStatus.HALTED),
        ("CLOSE", TradingStatus.GONE),
        ("A_WORD_OF_2027", TradingStatus.HALTED),
        ("", TradingStatus.HALTED),
    ],
)
def test_statuses_become_ours_and_unknown_ones_are_not_tradable(told: str, status: TradingStatus) -> None:
    assert listing("usdm", PRICE, LOT, status=told).status is status


def test_contracts_with_a_delivery_date_are_left_out() -> None:
    listed = [
        {"symbol": name, "baseAsset": "BTC", "quoteAsset": "USDT", "contractType": kind, "filters": []}
        for name, kind in (("BTCUSDT", "PERPETUAL"), ("BTCUSDT_270326", "CURRENT_QUARTER"), ("NEWUSDT", ""),
                           ("TSLAUSDT", "TRADIFI_PERPETUAL"))
    ]  # fmt: skip
    found = definitions(json.dumps({"symbols": listed}).encode(), "usdm")
    assert sorted(found) == ["BTCUSDT", "TSLAUSDT"]


def test_one_unreadable_entry_is_told_and_spoils_no_other() -> None:
    good = {"symbol": "BTCUSDT", "baseAsset": "BTC", "quoteAsset": "USDT", "filters": [PRICE, LOT]}
    bad = [
        {"symbol": "A"},
        {**good, "symbol": "B", "filters": [{**PRICE, "tickSize": "NaN"}]},
        {**good, "symbol": "C", "filters": [{**LOT, "stepSize": "-1"}]},
        {**good, "symbol": "D", "filters": [{**LOT, "stepSize": "soon"}]},
        {**good, "symbol": "E", "filters": "none"},
    ]
    told: list[str] = []
    found = definitions(json.dumps({"symbols": [*bad, good]}).encode(), "spot", told.append)
    assert list(found) == ["BTCUSDT"]
    assert len(told) == 5


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"symbols":[]}', b'{"code":-1003,"msg":"Too many"}'])
def test_an_answer_that_lists_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(FrameError, match="exchangeInfo of spot"):
        definitions(body, "spot")


def test_recorded_exchange_info_reads(shared_samples: Callable[..., Path]) -> None:
    spot = definitions(shared_samples("binance", "spot_exchangeInfo_excerpt_2021.json").read_bytes(), "spot")
    usdm = definitions(shared_samples("binance", "usdm_exchangeInfo_excerpt_2021.json").read_bytes(), "usdm")
    assert (spot["NKNUSDT"].tick_size, spot["NKNUSDT"].lot_size) == (Decimal("0.0001"), Decimal(1))
    assert (spot["ETHBTC"].instrument, spot["ETHBTC"].min_notional) == ("ETH-BTC@binance", Decimal("0.0001"))
    assert usdm["SUSHIUSDT"].tick_size == Decimal("0.0010")  # its pricePrecision would say 0.0001
    assert usdm["BTCUSDT"].max_market_qty_lots == 1_000_000
