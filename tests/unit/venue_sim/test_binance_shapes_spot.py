"""Spot replies, events and frames have the keys of the venue's recorded and documented ones, in the same order."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testkit.binance_venue import NOW_MS, RESTING, BinanceVenue
from testkit.small_exchange import request
from venue_sim.binance.depth_window import DepthWindow
from venue_sim.binance.desk import Digits
from venue_sim.binance.spot.events import user_events
from venue_sim.binance.spot.frames import SpotFrames
from venue_sim.exchange.api import (
    AccountChanged,
    AggregateTrade,
    BestQuoteChanged,
    LevelChanged,
    OrderChanged,
    OrderRef,
    Side,
    TradePrinted,
    atoms,
)

Samples = Callable[..., Path]
CONDITIONAL = {"strategyId", "strategyType", "trailingDelta", "trailingTime", "preventedMatchId", "preventedQuantity"}
"""Fields that the documents show only with orders that used them."""


@pytest.fixture
def venue() -> BinanceVenue:
    return BinanceVenue("spot")


@pytest.fixture
def documented(shared_samples: Samples) -> Callable[[str], list[Any]]:
    """Results of the documents' examples in a section."""
    lines = shared_samples("binance", "spot_wsapi_doc_examples.jsonl").read_text().splitlines()
    examples = [json.loads(line) for line in lines]

    def of(section: str) -> list[Any]:
        return [each["msg"]["result"] for each in examples if each["section"] == section and "result" in each["msg"]]

    return of


def recorded(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_new_order_replies(venue: BinanceVenue, documented: Callable[[str], list[Any]]) -> None:
    ack, result, full = documented("Place new order (TRADE)")[:3]
    asked = RESTING | {"price": "60000", "quantity": "0.01"}
    assert list(venue.done("order.place", **asked, newOrderRespType="ACK")) == list(ack)
    assert list(venue.done("order.place", **asked, newOrderRespType="RESULT")) == list(result)
    venue.exchange.place("bob", _offer(venue, "60000", "0.005"), NOW_MS)
    venue.done("openOrders.cancelAll", symbol="BTCUSDT")
    venue.exchange.place("bob", _offer(venue, "61000", "0.005"), NOW_MS)
    filled = venue.done("order.place", **asked | {"price": "61000"})
    assert set(filled) == set(full) | {"selfTradePreventionMode"}
    assert [list(fill) for fill in filled["fills"]] == [list(full["fills"][0])]


def _offer(venue: BinanceVenue, price: str, quantity: str) -> Any:
    return request(Side.SELL, price, quantity, client=f"offer-{price}")


def test_cancel_and_amend_replies(venue: BinanceVenue, documented: Callable[[str], list[Any]]) -> None:
    placed = venue.done("order.place", **RESTING, price="60000", quantity="0.01")
    amended = venue.done("order.amend.keepPriority", symbol="BTCUSDT", orderId=placed["orderId"], newQty="0.005")
    example = documented("Order Amend Keep Priority (TRADE)")[0]
    assert list(amended) == list(example)
    assert list(amended["amendedOrder"]) == list(example["amendedOrder"])
    cancelled = venue.done("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"])
    stops = {"stopPrice", "icebergQty"}
    assert list(cancelled) == [key for key in documented("Cancel order (TRADE)")[0] if key not in CONDITIONAL | stops]


def test_cancel_replace_replies(venue: BinanceVenue, documented: Callable[[str], list[Any]]) -> None:
    example = documented("Cancel and replace order (TRADE)")[0]
    placed = venue.done("order.place", **RESTING, price="60000", quantity="0.01")
    asked = RESTING | {"price": "60001", "quantity": "0.01", "cancelOrderId": placed["orderId"]}
    done = venue.done("order.cancelReplace", **asked, cancelReplaceMode="STOP_ON_FAILURE")
    assert list(done) == list(example)
    assert list(done["cancelResponse"]) == list(example["cancelResponse"])
    later = {"workingTime", "fills"}  # of the section's newer examples
    assert set(done["newOrderResponse"]) == set(example["newOrderResponse"]) | later


def test_queries(venue: BinanceVenue, documented: Callable[[str], list[Any]]) -> None:
    placed = venue.done("order.place", **RESTING, price="60000", quantity="0.01")
    shown = venue.done("order.status", symbol="BTCUSDT", orderId=placed["orderId"])
    assert set(shown) == set(documented("Query order (USER_DATA)")[0]) - CONDITIONAL
    opened = venue.done("openOrders.status", symbol="BTCUSDT")
    assert set(opened[0]) == set(documented("Current open orders (USER_DATA)")[0][0])
    counts = venue.done("account.rateLimits.orders")
    assert [list(each) for each in counts] == [list(each) for each in documented("Unfilled Order Count (USER_DATA)")[0]]
    account = venue.done("account.status")
    example = documented("Account information (USER_DATA)")[0]
    assert set(account) == set(example)
    assert [set(each) for each in account["balances"]] == [{"asset", "free", "locked"}] * 2
    assert set(account["commissionRates"]) == set(example["commissionRates"])


def test_rest_samples(venue: BinanceVenue, shared_samples: Samples) -> None:
    path = shared_samples("binance", "spot_nautilus_fixtures.jsonl")
    samples = {each["src"].rsplit("/", 1)[-1]: each["msg"] for each in recorded(path)}
    venue.exchange.place("bob", _offer(venue, "60000", "0.01"), NOW_MS)
    venue.done("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    for event in venue.events():
        if isinstance(event, TradePrinted | AggregateTrade):
            venue.desk.tape.note(event)
    venue.done("order.place", **RESTING, price="50000", quantity="0.01")
    pairs = {
        "account_trades_response.json": venue.done("myTrades", symbol="BTCUSDT")[0],
        "trades_response.json": venue.done("trades", symbol="BTCUSDT")[0],
        "avg_price_response.json": venue.done("avgPrice", symbol="BTCUSDT"),
        "ticker_price_response.json": venue.done("ticker.price", symbol="BTCUSDT"),
        "book_ticker_response.json": venue.done("ticker.book", symbol="BTCUSDT"),
        "depth_response.json": venue.done("depth", symbol="BTCUSDT"),
        "account_response.json": venue.done("account.status"),
    }
    for name, reply in pairs.items():
        example = samples[name][0] if isinstance(samples[name], list) else samples[name]
        assert set(reply) == set(example), name
    info, example = venue.done("exchangeInfo"), samples["exchange_info_response.json"]
    assert set(info) == set(example) - {"sors"}
    assert set(info["symbols"][0]) == set(example["symbols"][0])


def test_filters_are_those_of_the_venue(venue: BinanceVenue, shared_samples: Samples) -> None:
    example = json.loads(shared_samples("binance", "spot_exchangeInfo_excerpt_2021.json").read_text())
    known = {each["filterType"]: set(each) for each in example["symbols"][1]["filters"]}
    ours = {each["filterType"]: set(each) for each in venue.done("exchangeInfo")["symbols"][0]["filters"]}
    shared = known.keys() & ours.keys()
    assert shared >= {"PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE", "MAX_NUM_ORDERS"}
    assert {name: ours[name] for name in shared} == {name: known[name] for name in shared}


def test_execution_reports_as_recorded(venue: BinanceVenue, shared_samples: Samples) -> None:
    samples = recorded(shared_samples("binance", "spot_user_stream_wsapi_2026.jsonl"))
    new, filled = (each["msg"]["event"] for each in samples[2:4])
    venue.exchange.place("bob", _offer(venue, "60000", "0.01"), NOW_MS)
    venue.done("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01", newClientOrderId="mine")
    reports = [report for event in venue.events() if isinstance(event, OrderChanged) for report in user_events(event)]
    ours = [report for report in reports if report["c"] == "mine"]
    assert [list(report) for report in ours] == [list(new), list(filled)]
    assert [(report["x"], report["X"], report["M"], report["t"] == -1) for report in ours] == [
        ("NEW", "NEW", False, True),
        ("TRADE", "FILLED", True, False),
    ]


def test_a_cancel_names_itself_and_the_order(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **RESTING, price="50000", quantity="0.01", newClientOrderId="mine")
    venue.done("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"], newClientOrderId="the-cancel")
    reports = [user_events(event)[0] for event in venue.events() if isinstance(event, OrderChanged)]
    assert [(report["c"], report["C"], report["x"]) for report in reports] == [
        ("mine", "", "NEW"),
        ("the-cancel", "mine", "CANCELED"),
    ]


def test_balances_as_documented(venue: BinanceVenue, shared_samples: Samples) -> None:
    path = shared_samples("binance", "spot_nautilus_fixtures.jsonl")
    samples = {each["src"].rsplit("/", 1)[-1]: each["msg"] for each in recorded(path)}
    venue.exchange.transfer("ann", "spot", "BTC", atoms("1"), NOW_MS)
    update, position = (user_events(event)[0] for event in venue.events())  # type: ignore[arg-type]
    assert list(update) == list(samples["balance_update.json"])
    assert list(position) == list(samples["account_position.json"])
    assert position["B"] == [{"a": "BTC", "f": "11.00000000", "l": "0.00000000"}]


def test_an_account_change_lists_only_what_changed(venue: BinanceVenue) -> None:
    venue.done("order.place", **RESTING, price="50000", quantity="0.01")
    changes = [user_events(event)[0]["B"] for event in venue.events() if isinstance(event, AccountChanged)]
    assert changes == [[{"a": "USDT", "f": "999500.00000000", "l": "500.00000000"}]]


def test_market_frames_as_recorded(shared_samples: Samples) -> None:
    frames, digits = SpotFrames(), Digits()
    kinds: dict[str, dict[str, Any]] = {}
    for each in recorded(shared_samples("binance", "spot_stream_NKNUSDT.jsonl")):
        message = each["data"]
        kinds.setdefault(message.get("e", "bookTicker"), message)
    window = DepthWindow("BTCUSDT", 100, 4)
    window.add(LevelChanged("spot", "BTCUSDT", Side.BUY, atoms("1"), atoms("2"), 5, 7))
    diff = window.take(NOW_MS)
    assert diff is not None
    best = BestQuoteChanged("spot", "BTCUSDT", 5, atoms("1"), atoms("2"), atoms("3"), atoms("4"), 7)
    aggregate = AggregateTrade("spot", "BTCUSDT", 1, 2, 3, atoms("1"), atoms("2"), Side.SELL, 7)
    ours = {
        "depthUpdate": frames.depth(diff, digits, NOW_MS),
        "bookTicker": frames.best(best, digits, NOW_MS),
        "aggTrade": frames.aggregate(aggregate, digits, NOW_MS),
    }
    assert ours.keys() <= kinds.keys()
    assert {kind: list(json.loads(text)) for kind, text in ours.items()} == {kind: list(kinds[kind]) for kind in ours}
    assert json.loads(ours["depthUpdate"])["b"] == [["1.00000000", "2.00000000"]]
    assert json.loads(ours["aggTrade"])["m"] is True, "the seller was the aggressor: the buyer was maker"


def test_a_forced_fill_is_ours_as_maker(venue: BinanceVenue) -> None:
    placed = venue.done("order.place", **RESTING, price="50000", quantity="0.01")
    venue.exchange.force_fill("ann", OrderRef("spot", "BTCUSDT", placed["orderId"]), atoms("0.004"), NOW_MS)
    reports = [user_events(event)[0] for event in venue.events() if isinstance(event, OrderChanged)]
    assert [(report["X"], report["l"], report["m"], report["Z"]) for report in reports[-1:]] == [
        ("PARTIALLY_FILLED", "0.00400000", True, "200.00000000")
    ]
