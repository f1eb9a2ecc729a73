"""A capture is recognised, joined, moved to now and played; its book is there from the beginning."""

import gzip
import lzma
from pathlib import Path
from typing import Any

import pytest

from testkit.small_capture import DEEP_ASKS, DEEP_BIDS, START_MS, depth_diff, line, trade_message, trader
from venue_sim.background.capture import market_of, parse_line
from venue_sim.background.replay import Replay, ReplaySettings
from venue_sim.background.replay_instruments import replayed_instrument
from venue_sim.exchange.api import (
    AggregateTrade,
    CapturedMessage,
    Event,
    Exchange,
    OrderChanged,
    OrderType,
    PlaceOrder,
    Side,
    TimeInForce,
    atoms,
    plain,
)
from venue_sim.exchange.presets import SPOT, USDM, spot_instrument
from venue_sim.shell.capture_files import opener

NOW_NS = 1_900_000_000_000_000_000
_MS = 1_000_000
SNAPSHOT = {"lastUpdateId": 100, "bids": DEEP_BIDS, "asks": DEEP_ASKS}
AHEAD_MS = 1_270
"""How far the venue's clock is ahead of the recorder's in these captures."""


def spot_lines() -> list[str]:
    """A diff before the snapshot, the snapshot, then a diff and a trade each 100 ms."""
    lines = [
        line(START_MS, depth_diff(99, 100, event_ms=START_MS + AHEAD_MS), "btcusdt@depth@100ms"),
        line(START_MS + 5, SNAPSHOT),
    ]
    for number in range(10):
        received = START_MS + 10 + 100 * number
        diff = depth_diff(
            101 + number, 101 + number, [["99.50", str(number + 1)]], event_ms=received + AHEAD_MS - number
        )
        lines.append(line(received, diff, "btcusdt@depth@100ms"))
        trade = trade_message(500 + number, Side.SELL, "100.00", "3", received + AHEAD_MS)
        lines.append(line(received + 1, trade, "btcusdt@trade"))
    return lines


def usdm_lines() -> list[str]:
    stamps = {"E": START_MS, "T": START_MS, "s": "BTCUSDT"}
    first = {"e": "depthUpdate", **stamps, "U": 190, "u": 205, "pu": 180, "b": [], "a": []}
    second = {"e": "depthUpdate", **stamps, "U": 210, "u": 215, "pu": 205, "b": [["99.0", "1"]], "a": []}
    snapshot = {**SNAPSHOT, "lastUpdateId": 200, "E": START_MS, "T": START_MS}
    return [line(START_MS, snapshot), line(START_MS + 1, first), line(START_MS + 20, second)]


def empty_exchange() -> Exchange:
    exchange = Exchange()
    for market in (SPOT, USDM):
        exchange.add_market(market)
    return exchange


def capture(lines: list[str]) -> Any:
    return lambda: iter(lines)


def messages(exchange: Exchange) -> list[CapturedMessage]:
    return [event for event in exchange.drain() if isinstance(event, CapturedMessage)]


def test_market_is_recognised_and_the_book_is_there_before_play() -> None:
    exchange = empty_exchange()
    Replay(exchange, [capture(spot_lines()), capture(usdm_lines())])
    assert [one.symbol for one in exchange.instruments("spot")] == ["BTCUSDT"]
    assert [one.symbol for one in exchange.instruments("usdm")] == ["BTCUSDT"]
    spot = exchange.snapshot("spot", "BTCUSDT", 2)
    assert (spot.update_id, spot.bids[0]) == (100, (atoms("100.00"), atoms(10)))
    assert exchange.drain() == []


def test_messages_come_when_they_are_due_with_times_moved_to_now_and_ids_kept() -> None:
    exchange = empty_exchange()
    replay = Replay(exchange, [capture(spot_lines())])
    replay.advance(NOW_NS)
    assert [one.message["u"] for one in messages(exchange)] == [101]
    replay.advance(NOW_NS + 99 * _MS)
    trade = messages(exchange)
    assert [one.message["t"] for one in trade] == [500]
    replay.advance(NOW_NS + 300 * _MS)
    diffs = [one.message for one in messages(exchange) if one.channel == "depth"]
    assert [(diff["U"], diff["u"]) for diff in diffs] == [(102, 102), (103, 103), (104, 104)]
    now_ms = NOW_NS // _MS
    assert [diff["E"] for diff in diffs] == [now_ms + 99, now_ms + 198, now_ms + 297]
    assert trade[0].message["E"] == trade[0].message["T"] == now_ms
    assert exchange.snapshot("spot", "BTCUSDT", 5).update_id == 104


def test_no_event_time_lies_after_now() -> None:
    exchange = empty_exchange()
    replay = Replay(exchange, [capture(spot_lines())])
    for step in range(0, 1_000, 7):
        replay.advance(NOW_NS + step * _MS)
        for event in messages(exchange):
            assert event.message["E"] <= NOW_NS // _MS + step


def test_usdm_chain_survives_an_id_hole_and_is_kept_for_others() -> None:
    exchange = empty_exchange()
    replay = Replay(exchange, [capture(usdm_lines())])
    replay.advance(NOW_NS)
    replay.advance(NOW_NS + 20 * _MS)
    assert [(one.message["pu"], one.message["u"]) for one in messages(exchange)] == [(205, 215)]
    assert exchange.snapshot("usdm", "BTCUSDT", 5).update_id == 215


def test_trades_are_told_as_aggregates_too_where_none_are_recorded() -> None:
    exchange = empty_exchange()
    replay = Replay(exchange, [capture(spot_lines())])
    replay.advance(NOW_NS)
    replay.advance(NOW_NS + 150 * _MS)
    told = [event for event in exchange.drain() if isinstance(event, AggregateTrade)]
    assert [(event.first_trade_id, plain(event.quantity)) for event in told] == [(500, "3"), (501, "3")]
    assert exchange.last_prices("spot", "BTCUSDT").last == atoms(100)


def test_fills_come_after_the_trade_that_justifies_them() -> None:
    exchange = empty_exchange()
    replay = Replay(exchange, [capture(spot_lines())])
    replay.advance(NOW_NS)
    order = trader(exchange).place(Side.BUY, "100", "2")
    exchange.drain()
    replay.advance(NOW_NS + 1_000 * _MS)
    kinds = [type(event).__name__ for event in exchange.drain()]
    assert kinds.index("OrderChanged") > kinds.index("CapturedMessage")
    filled = exchange.fills("ann", "spot")
    assert [plain(fill.quantity) for fill in filled] == ["2"]
    assert exchange.order("ann", trader(exchange).ref(order)).remaining == 0


def test_captures_of_one_market_are_joined_in_the_order_given() -> None:
    lines = spot_lines()
    exchange = empty_exchange()
    replay = Replay(exchange, [capture(lines[:8]), capture(lines[8:])])
    replay.advance(NOW_NS)
    replay.advance(NOW_NS + 2_000 * _MS)
    assert replay.finished
    assert [one.message["u"] for one in messages(exchange) if one.channel == "depth"] == list(range(101, 111))
    with pytest.raises(ValueError, match="no depth snapshot"):
        Replay(empty_exchange(), [capture(lines[8:])])


def test_rules_are_as_given_or_published_or_read_off_the_snapshot() -> None:
    exchange = empty_exchange()
    given = spot_instrument("BTC", "USDT", "0.05", "0.1")
    Replay(exchange, [capture(spot_lines())], ReplaySettings(instruments=(given,)))
    assert exchange.instrument("spot", "BTCUSDT") == given
    snapshot = {"lastUpdateId": 1, "bids": [["0.35120000", "12.0"]], "asks": [["0.3513", "7.5"], ["0.352", "1"]]}
    read = replayed_instrument("spot", "NKNUSDT", snapshot)
    assert (read.base, read.quote, plain(read.tick), plain(read.lot)) == ("NKN", "USDT", "0.0001", "0.1")
    assert plain(replayed_instrument("usdm", "BTCUSDT", snapshot).tick) == "0.1"
    with pytest.raises(ValueError, match="base and quote"):
        replayed_instrument("spot", "XYZ", snapshot)


def test_rewind_begins_again_and_resting_orders_queue_anew() -> None:
    exchange = empty_exchange()
    replay = Replay(exchange, [capture(spot_lines())])
    replay.advance(NOW_NS)
    order = trader(exchange).place(Side.BUY, "100", "2")
    replay.advance(NOW_NS + 250 * _MS)
    replay.rewind(NOW_NS + 300 * _MS)
    assert exchange.snapshot("spot", "BTCUSDT", 1).update_id == 100
    replay.advance(NOW_NS + 300 * _MS + 310 * _MS)
    assert exchange.order("ann", trader(exchange).ref(order)).filled == 0
    replay.advance(NOW_NS + 300 * _MS + 410 * _MS)
    assert plain(exchange.order("ann", trader(exchange).ref(order)).filled) == "2"


@pytest.mark.parametrize("lines", [[], ["1 []\n"], ["no capture\n"], ['17 {"a": \n']])
def test_what_is_no_capture_is_refused_plainly(lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Replay(empty_exchange(), [capture(lines)])


@pytest.mark.parametrize(
    ("text", "channel", "market"),
    [
        ('17 {"u":5,"s":"BNBUSDT","b":"1","B":"2","a":"3","A":"4"}', "bookTicker", "spot"),
        ('17 {"e":"bookTicker","u":5,"s":"BNBUSDT","b":"1","B":"2","a":"3","A":"4"}', "bookTicker", "usdm"),
        ('{"recv_ts":1.5,"stream":"x@depth","data":{"e":"depthUpdate","E":1,"s":"X","U":1,"u":2}}', "depth", "spot"),
        ('{"recv_ts":1.5,"url":"u","body":{"lastUpdateId":7,"bids":[],"asks":[]}}', "snapshot", "spot"),
        ('17 {"lastUpdateId":7,"E":5,"T":5,"bids":[],"asks":[]}', "snapshot", "usdm"),
        ('17 {"stream":"x@depth5","data":{"lastUpdateId":7,"bids":[],"asks":[]}}', "", None),
        ('17 {"result":null,"id":1}', "", None),
    ],
)
def test_lines_are_told_apart(text: str, channel: str, market: str | None) -> None:
    captured = parse_line(text)
    assert captured is not None
    assert (captured.channel, market_of(captured)) == (channel, market)
    assert captured.received_ns in (17, 1_500_000_000)


@pytest.mark.parametrize("name", ["plain.txt", "packed.txt.gz", "packed.txt.xz"])
def test_captures_are_read_from_disk_plain_or_packed(tmp_path: Path, name: str) -> None:
    content = "".join(spot_lines()).encode()
    packed = {".txt": content, ".gz": gzip.compress(content), ".xz": lzma.compress(content)}[Path(name).suffix]
    (tmp_path / name).write_bytes(packed)
    opened = opener(tmp_path / name)
    assert list(opened()) == list(opened()) == spot_lines()
    with pytest.raises(FileNotFoundError):
        opener(tmp_path / "none.txt")


@pytest.mark.parametrize(("market", "symbol"), [("spot", "NKNUSDT"), ("usdm", "KEEPUSDT")])
def test_real_recordings_in_the_other_form_play(shared_samples: Any, market: str, symbol: str) -> None:
    """A snapshot in one file, the stream in another, as JSON objects with `recv_ts`; the rules read off them."""
    names = (f"{market}_depth_snapshot_{symbol}.json", f"{market}_stream_{symbol}.jsonl")
    exchange = empty_exchange()
    replay = Replay(exchange, [opener(shared_samples("binance", name)) for name in names])
    assert [one.symbol for one in exchange.instruments(market)] == [symbol]
    for second in range(120):
        replay.advance(NOW_NS + second * 1_000 * _MS)
    assert replay.finished
    book = exchange.snapshot(market, symbol, 5)
    assert book.bids[0][0] < book.asks[0][0]
    assert {event.channel for event in messages(exchange)} >= {"depth", "bookTicker", "aggTrade"}


def test_real_captures_fill_orders_only_by_trades_that_justify_it(shared_dir: Path) -> None:
    """Twenty seconds of both markets with orders kept at the touch."""
    folder = shared_dir / "marketdata" / "T_ticks_2024-08-08"
    paths = [folder / f"{name}_btcusdt_20240808.txt.xz" for name in ("spot", "usdm")]
    if not all(path.is_file() for path in paths):
        pytest.skip("the recorded market data is not here")
    exchange = empty_exchange()
    replay = Replay(exchange, [opener(path) for path in paths])
    trader(exchange)
    told: list[Event] = []
    for step in range(2_000):
        replay.advance(NOW_NS + step * 10 * _MS)
        told += exchange.drain()
        if step % 100 == 0:
            quote_both_sides(exchange, step, NOW_NS // _MS + step * 10)
    fills = [fill for market in ("spot", "usdm") for fill in exchange.fills("ann", market)]
    assert {fill.market for fill in fills} == {"spot", "usdm"}
    assert all(fill.maker for fill in fills)
    assert_justified(told)


def assert_justified(told: list[Event]) -> None:
    """Each fill follows a trade of the other aggressor at its price or through it; they share no more than its size."""
    left, trade = 0, CapturedMessage("", "", "", {}, 0)
    for event in told:
        if isinstance(event, CapturedMessage):
            trade, left = event, atoms(event.message["q"]) if event.channel == "trade" else 0
        elif isinstance(event, OrderChanged) and event.fill is not None:
            fill, price = event.fill, atoms(trade.message["p"])
            assert (fill.market, fill.side is Side.BUY) == (trade.market, trade.message["m"])
            assert price <= fill.price if fill.side is Side.BUY else price >= fill.price
            left -= fill.quantity
            assert left >= 0


def quote_both_sides(exchange: Exchange, number: int, now_ms: int) -> None:
    for market in ("spot", "usdm"):
        exchange.cancel_all("ann", market, "BTCUSDT", now_ms)
        best = {side: next(exchange.offered(market, "BTCUSDT", side.opposite)) for side in Side}
        for side, (price, _) in best.items():
            name = f"{market}-{side}-{number}"
            quote = PlaceOrder(
                market, "BTCUSDT", name, side, OrderType.LIMIT, atoms("0.01"), price, TimeInForce.POST_ONLY
            )
            exchange.place("ann", quote, now_ms)
