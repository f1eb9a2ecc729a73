"""USD-M replies, events and frames have the keys of the venue's recorded and documented ones."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testkit.binance_venue import NOW_MS, RESTING, BinanceVenue
from testkit.small_exchange import request
from venue_sim.binance.depth_window import DepthWindow
from venue_sim.binance.desk import Digits
from venue_sim.binance.usdm.events import user_events
from venue_sim.binance.usdm.frames import UsdmFrames
from venue_sim.exchange.api import (
    AccountChanged,
    AggregateTrade,
    BestQuoteChanged,
    LevelChanged,
    MarkChanged,
    OrderChanged,
    Side,
    TradePrinted,
    atoms,
)

Samples = Callable[..., Path]


@pytest.fixture
def venue() -> BinanceVenue:
    return BinanceVenue("usdm")


@pytest.fixture
def samples(shared_samples: Samples) -> dict[str, Any]:
    lines = shared_samples("binance", "usdm_nautilus_fixtures.jsonl").read_text().splitlines()
    lines += shared_samples("binance", "nautilus_py_ws_and_http_fixtures.jsonl").read_text().splitlines()
    return {each["src"].rsplit("/", 1)[-1]: each["msg"] for each in map(json.loads, lines)}


@pytest.fixture
def real(shared_samples: Samples) -> dict[str, Any]:
    """Messages recorded on the public route in 2026, by event type."""
    lines = shared_samples("binance", "ws_public_2026.jsonl").read_text().splitlines()
    messages = [each["recv"] for each in map(json.loads, lines) if "fstream" in each["url"] and "recv" in each]
    return {message["e"]: message for message in messages if "e" in message}


def trade_once(venue: BinanceVenue) -> None:
    venue.exchange.place("bob", request(Side.SELL, "60000", "0.01", market="usdm", client="offer"), NOW_MS)
    venue.done("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01", newClientOrderId="mine")


def test_order_replies(venue: BinanceVenue, samples: dict[str, Any]) -> None:
    example = set(samples["order_response.json"])
    placed = venue.done("order.place", **RESTING, price="60000", quantity="0.01")
    ack = example - {"avgPrice", "cumQuote", "time"} | {"cumQty"}
    assert set(placed) == ack
    names = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert set(venue.done("order.status", **names)) == example
    modified = venue.done("order.modify", **names, side="BUY", quantity="0.02", price="60001")
    assert (set(modified), modified["origQty"], modified["price"]) == (ack, "0.020", "60001.00")
    assert set(venue.done("order.cancel", **names)) == ack


def test_account_replies(venue: BinanceVenue, samples: dict[str, Any]) -> None:
    trade_once(venue)
    balance = venue.done("balance")
    assert set(balance[0]) == set(samples["balance.json"][0])
    account, example = venue.done("account.v2"), samples["account_info_v2.json"]
    assert set(account) == set(example) | {"feeBurn"}
    assert set(account["assets"][0]) == set(example["assets"][0])
    assert set(account["positions"][0]) == set(example["positions"][0]) | {"unrealizedProfit", "breakEvenPrice"}
    risk = venue.done("position.v2", symbol="BTCUSDT")
    assert set(risk[0]) >= set(samples["position_risk.json"][0])
    assert (risk[0]["positionAmt"], risk[0]["entryPrice"]) == ("0.010", "60000")
    trades = venue.done("userTrades", symbol="BTCUSDT")
    assert set(trades[0]) == set(samples["http_futures_account_trades.json"][0]) | {"pair"}
    assert trades[0]["commission"] == "0.30000000"


def test_settings_replies(venue: BinanceVenue, samples: dict[str, Any]) -> None:
    assert venue.done("positionSide.show") == {"dualSidePosition": False}
    rate = venue.done("commissionRate", symbol="BTCUSDT")
    assert set(rate) == set(samples["http_futures_wallet_commission_rate_btcusdt.json"]) | {"rpiCommissionRate"}
    config = venue.done("symbolConfig", symbol="BTCUSDT")
    assert set(config[0]) == set(samples["http_futures_account_symbol_config.json"][0])


def test_public_replies(venue: BinanceVenue, samples: dict[str, Any], shared_samples: Samples) -> None:
    depth = venue.done("depth", symbol="BTCUSDT")
    assert set(depth) == set(samples["http_futures_market_depth.json"])
    example = json.loads(shared_samples("binance", "usdm_exchangeInfo_excerpt_2021.json").read_text())
    info = venue.done("exchangeInfo")
    assert set(info) == set(example)
    assert set(info["symbols"][0]) >= set(example["symbols"][0])
    known = {each["filterType"]: set(each) for each in example["symbols"][0]["filters"]}
    del known["MAX_NUM_ALGO_ORDERS"]  # the venue removed it in 2025
    assert {each["filterType"]: set(each) for each in info["symbols"][0]["filters"]} == known


def test_order_events(venue: BinanceVenue, samples: dict[str, Any]) -> None:
    trade_once(venue)
    events = [event for event in venue.events() if getattr(event, "account", "") == "ann"]
    shown = [each for event in events for each in user_events(event, venue.desk.digits_of)]  # type: ignore[arg-type]
    kinds = [each["e"] if each["e"] != "ORDER_TRADE_UPDATE" else each["o"]["x"] for each in shown]
    assert kinds == ["NEW", "TRADE_LITE", "TRADE", "ACCOUNT_UPDATE"]
    by_kind = dict(zip(kinds, shown, strict=True))
    assert set(by_kind["TRADE_LITE"]) == set(samples["trade_lite.json"])
    example = samples["order_update_trade.json"]
    trailing_only = {"AP", "cr"}
    assert set(by_kind["TRADE"]) == set(example)
    assert set(by_kind["TRADE"]["o"]) == set(example["o"]) - trailing_only | {"pm", "gtd", "er"}
    assert set(by_kind["NEW"]["o"]) == set(by_kind["TRADE"]["o"]) - {"n", "N"}, "no fee yet"
    traded = by_kind["TRADE"]["o"]
    assert (traded["c"], traded["X"], traded["n"], traded["N"], traded["ap"]) == (
        "mine",
        "FILLED",
        "0.30000000",
        "USDT",
        "60000",
    )


def test_account_events(venue: BinanceVenue, samples: dict[str, Any]) -> None:
    trade_once(venue)
    example = samples["account_update.json"]
    changed = [event for event in venue.events() if isinstance(event, AccountChanged) and event.account == "ann"]
    update = user_events(changed[-1], venue.desk.digits_of)[0]
    assert set(update) == set(example) and set(update["a"]) == set(example["a"])
    assert [set(each) for each in update["a"]["B"]] == [set(example["a"]["B"][0])]
    assert [set(each) for each in update["a"]["P"]] == [set(example["a"]["P"][0])]
    assert (update["a"]["m"], update["a"]["P"][0]["pa"], update["a"]["P"][0]["ep"]) == ("ORDER", "0.010", "60000")


def test_funding_shows_balances_only(venue: BinanceVenue) -> None:
    trade_once(venue)
    venue.events()
    venue.exchange.set_mark("usdm", "BTCUSDT", atoms("60000"), atoms("60000"), atoms("0.0001"))
    venue.exchange.apply_funding("usdm", "BTCUSDT", atoms("0.0001"), NOW_MS)
    events = [event for event in venue.events() if isinstance(event, AccountChanged) and event.account == "ann"]
    update = user_events(events[0], venue.desk.digits_of)[0]["a"]
    assert (update["m"], update["P"], update["B"][0]["bc"]) == ("FUNDING_FEE", [], "-0.06")
    for event in events:
        venue.income.note(event)
    line = venue.done("income", incomeType="FUNDING_FEE")[0]
    assert (line["income"], line["asset"]) == ("-0.06000000", "USDT")


def test_an_adl_is_marked_as_the_venue_marks_it(venue: BinanceVenue, samples: dict[str, Any]) -> None:
    trade_once(venue)
    venue.events()
    venue.exchange.set_mark("usdm", "BTCUSDT", atoms("61000"), atoms("61000"), 0)
    venue.exchange.deleverage("ann", "usdm", "BTCUSDT", atoms("0.004"), NOW_MS, prefix="adl_autoclose")
    orders = [event for event in venue.events() if isinstance(event, OrderChanged)]
    update = user_events(orders[0], venue.desk.digits_of)
    assert len(update) == 1, "no TRADE_LITE for a fill the exchange made"
    example = samples["order_update_adl.json"]["o"]
    detail = update[0]["o"]
    assert (detail["x"], detail["X"]) == (example["x"], example["X"]) == ("CALCULATED", "NEW_ADL")
    assert detail["c"].startswith("adl_autoclose") and detail["rp"] == "4.00000000"


def test_market_frames(real: dict[str, Any], samples: dict[str, Any]) -> None:
    frames, digits = UsdmFrames(), Digits(2, 3)
    window = DepthWindow("BTCUSDT", 100, 4)
    window.add(LevelChanged("usdm", "BTCUSDT", Side.BUY, atoms("1"), atoms("2"), 7, 7))
    window.add(LevelChanged("usdm", "BTCUSDT", Side.BUY, atoms("1"), atoms("3"), 9, 8))
    diff = window.take(NOW_MS)
    assert diff is not None
    depth = json.loads(frames.depth(diff, digits, NOW_MS))
    assert list(depth) == list(real["depthUpdate"])
    assert (depth["U"], depth["u"], depth["pu"], depth["b"], depth["T"]) == (7, 9, 4, [["1.00", "3.000"]], 8)
    trade = TradePrinted("usdm", "BTCUSDT", 1, atoms("1"), atoms("2"), Side.BUY, 0, 0, 7)
    assert list(json.loads(frames.trade(trade, digits, NOW_MS))) == list(real["trade"])
    best = BestQuoteChanged("usdm", "BTCUSDT", 5, atoms("1"), atoms("2"), atoms("3"), atoms("4"), 7)
    assert set(json.loads(frames.best(best, digits, NOW_MS))) == set(samples["book_ticker_stream.json"])
    aggregate = AggregateTrade("usdm", "BTCUSDT", 1, 2, 3, atoms("1"), atoms("2"), Side.SELL, 7)
    shown = set(json.loads(frames.aggregate(aggregate, digits, NOW_MS)))
    assert shown == set(samples["agg_trade_stream.json"]) | {"nq"}
    mark = MarkChanged("usdm", "BTCUSDT", atoms("1"), atoms("2"), atoms("-0.0001"), 9, 7)
    told = json.loads(frames.mark(mark, digits, NOW_MS))
    assert set(told) == set(samples["mark_price_stream.json"]) | {"ap"} and told["r"] == "-0.00010000"
