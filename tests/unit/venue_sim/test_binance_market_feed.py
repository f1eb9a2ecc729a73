"""Market frames: depth windows that a client can follow by each market's sync rules, and nothing for nobody."""

import json
from decimal import Decimal
from typing import Any

import pytest

from testkit.binance_venue import NOW_MS, BinanceVenue
from testkit.small_exchange import request
from venue_sim.binance.admission import Product
from venue_sim.binance.market_feed import Frame, MarketFeed
from venue_sim.binance.spot.frames import SpotFrames
from venue_sim.binance.usdm.frames import UsdmFrames
from venue_sim.exchange.api import CapturedMessage, InstrumentStatus, Side, atoms

PRIVATE = ("AccountChanged", "OrderChanged", "BalanceTransferred", "LeverageChanged")
Book = dict[str, dict[str, str]]


class Market:
    """A product with a feed; bob buys and ann sells."""

    def __init__(self, product: Product, *streams: str) -> None:
        self.venue = BinanceVenue(product)
        self.product = product
        frames = SpotFrames() if product == "spot" else UsdmFrames()
        self.feed = MarketFeed(self.venue.desk, frames, set(streams))
        self.now_ms = NOW_MS
        self._placed = 0

    def place(self, side: Side, price: str, quantity: str = "0.1") -> None:
        self._placed += 1
        wanted = request(side, price, quantity, market=self.product, client=f"order-{self._placed}")
        self.venue.exchange.place("bob" if side is Side.BUY else "ann", wanted, self.now_ms)

    def frames(self, after_ms: int = 0) -> list[Frame]:
        """What goes out at once and, after some time, by the clock."""
        out: list[Frame] = []
        for event in self.venue.events():
            if type(event).__name__ not in PRIVATE:
                out += self.feed.note(event, self.now_ms)  # type: ignore[arg-type]
        self.now_ms += after_ms
        return out + self.feed.due(self.now_ms, self.now_ms)


def payloads(frames: list[Frame], stream: str) -> list[dict[str, Any]]:
    return [json.loads(frame.payload) for frame in frames if frame.stream == stream]


def test_streams_nobody_listens_to_are_not_rendered() -> None:
    market = Market("spot", "btcusdt@trade")
    market.place(Side.BUY, "60000")
    market.place(Side.SELL, "60000", "0.05")
    assert {frame.stream for frame in market.frames(1000)} == {"btcusdt@trade"}


def test_a_spot_window_has_the_last_quantity_of_each_price_and_no_hole_in_its_ids() -> None:
    market = Market("spot", "btcusdt@depth@100ms", "btcusdt@depth")
    market.place(Side.BUY, "60000", "0.1")
    market.place(Side.BUY, "60000", "0.2")
    first = payloads(market.frames(), "btcusdt@depth@100ms")
    market.place(Side.SELL, "60000", "0.3")
    assert market.frames(99) == [], "the interval is not over"
    fast = payloads(market.frames(1), "btcusdt@depth@100ms")
    assert [each["b"] for each in first] == [[["60000.00000000", "0.30000000"]]]
    assert [each["b"] for each in fast] == [[["60000.00000000", "0.00000000"]]]
    assert fast[0]["U"] == first[0]["u"] + 1
    slow = payloads(market.frames(1000), "btcusdt@depth")
    assert [each["u"] for each in slow] == [fast[0]["u"]]


@pytest.mark.parametrize("product", ["spot", "usdm"])
def test_a_client_that_follows_the_rules_has_the_venues_book(product: Product) -> None:
    stream = "btcusdt@depth@100ms"
    market = Market(product, stream)
    diffs: list[dict[str, Any]] = []
    snapshot: dict[str, Any] = {}
    for step in range(60):
        side = Side.BUY if step % 2 else Side.SELL
        away = 15 if side is Side.SELL else -15
        market.place(side, str(60_000 + away + (step * 7) % 40 - 20), "0.01")
        diffs += payloads(market.frames(40), stream)
        if step == 20:
            snapshot = market.venue.done("depth", symbol="BTCUSDT", limit=1000)
    diffs += payloads(market.frames(100), stream)
    mine = follow_spot(snapshot, diffs) if product == "spot" else follow_usdm(snapshot, diffs)
    now = market.venue.done("depth", symbol="BTCUSDT", limit=1000)
    assert now["bids"] and now["asks"]
    for side_name in ("bids", "asks"):
        theirs = {Decimal(price): Decimal(quantity) for price, quantity in now[side_name]}
        ours = {Decimal(price): Decimal(quantity) for price, quantity in mine[side_name].items() if Decimal(quantity)}
        assert ours == theirs


def follow_spot(snapshot: dict[str, Any], diffs: list[dict[str, Any]]) -> Book:
    """U <= lastUpdateId + 1 <= u for the first, then U == u before + 1."""
    book, last = book_of(snapshot), snapshot["lastUpdateId"]
    for diff in [each for each in diffs if each["u"] > last]:
        assert diff["U"] <= last + 1 <= diff["u"]
        last = apply(book, diff)
    return book


def follow_usdm(snapshot: dict[str, Any], diffs: list[dict[str, Any]]) -> Book:
    """U <= lastUpdateId <= u (or the event right after it) for the first, then pu == u before."""
    book, last = book_of(snapshot), snapshot["lastUpdateId"]
    waiting = [each for each in diffs if each["u"] >= last]
    assert waiting[0]["U"] <= last + 1
    previous = waiting[0]["pu"]
    for diff in waiting:
        assert diff["pu"] == previous
        previous = apply(book, diff)
    return book


def book_of(snapshot: dict[str, Any]) -> Book:
    return {"bids": dict(snapshot["bids"]), "asks": dict(snapshot["asks"])}


def apply(book: Book, diff: dict[str, Any]) -> int:
    book["bids"].update(diff["b"])
    book["asks"].update(diff["a"])
    return int(diff["u"])


def test_best_quotes_go_out_at_once_and_share_the_ids_of_depth() -> None:
    market = Market("usdm", "btcusdt@bookTicker", "btcusdt@depth@0ms")
    market.place(Side.BUY, "60000", "0.1")
    market.place(Side.SELL, "60001", "0.2")
    frames = market.frames()
    best, depth = payloads(frames, "btcusdt@bookTicker"), payloads(frames, "btcusdt@depth@0ms")
    assert [(each["b"], each["a"]) for each in best] == [("60000.00", "0.00"), ("60000.00", "60001.00")]
    assert best[-1]["u"] == depth[-1]["u"]


def test_partial_books_are_as_deep_as_asked() -> None:
    market = Market("spot", "btcusdt@depth5@100ms", "btcusdt@depth10@100ms")
    for step in range(8):
        market.place(Side.BUY, str(60_000 - step))
    frames = market.frames(100)
    assert len(payloads(frames, "btcusdt@depth5@100ms")[0]["bids"]) == 5
    assert len(payloads(frames, "btcusdt@depth10@100ms")[0]["bids"]) == 8


def test_trades_and_their_aggregate() -> None:
    market = Market("spot", "btcusdt@trade", "btcusdt@aggTrade")
    market.place(Side.BUY, "60000", "0.1")
    market.place(Side.BUY, "60000", "0.1")
    market.place(Side.SELL, "60000", "0.15")
    frames = market.frames()
    trades, aggregates = payloads(frames, "btcusdt@trade"), payloads(frames, "btcusdt@aggTrade")
    assert [(each["q"], each["m"]) for each in trades] == [("0.10000000", True), ("0.05000000", True)]
    assert [(each["q"], each["f"], each["l"]) for each in aggregates] == [
        ("0.15000000", trades[0]["t"], trades[1]["t"])
    ]


def test_marks_each_second_and_each_third() -> None:
    market = Market("usdm", "btcusdt@markPrice", "btcusdt@markPrice@1s")
    seen: list[str] = []
    for _ in range(7):
        market.venue.exchange.set_mark("usdm", "BTCUSDT", atoms("60000"), atoms("60001"), atoms("0.0001"))
        market.venue.exchange.tick(market.now_ms)
        seen += [frame.stream for frame in market.frames(1_000)]
    assert seen.count("btcusdt@markPrice@1s") == 7 and seen.count("btcusdt@markPrice") == 3


def test_changes_of_rules_are_announced() -> None:
    market = Market("usdm", "!contractInfo")
    market.venue.exchange.set_status("usdm", "BTCUSDT", InstrumentStatus.DELISTED, market.now_ms)
    assert [each["cs"] for each in payloads(market.frames(), "!contractInfo")] == ["CLOSE"]


def test_captured_messages_go_out_as_they_are_on_every_depth_pace() -> None:
    streams = ("btcusdt@depth@100ms", "btcusdt@depth", "btcusdt@bookTicker")
    market = Market("spot", *streams)
    message = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 5, "u": 6, "b": [["1.0", "2"]], "a": []}
    out = market.feed.note(CapturedMessage("spot", "BTCUSDT", "depth", message, NOW_MS), NOW_MS)
    assert [(frame.stream, json.loads(frame.payload)) for frame in out] == [
        ("btcusdt@depth", message),
        ("btcusdt@depth@100ms", message),
    ]
