import json

import pytest

from gateway_kit.market_dialect import Ack, Malformed, Shutdown, Unknown
from testkit.market_feed import Heard, Picture, binance_feed, combined, depth_data, quote_data

DEPTH, QUOTE, TRADE = "btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@trade"


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_frames_of_known_streams_reach_their_instrument(heard: Heard) -> None:
    feed = binance_feed("spot", heard, "BTCUSDT", "ETHUSDT")
    feed.feeds["BTCUSDT"].on_snapshot(Picture(10), 1)
    heard.take()
    assert feed.on_frame(combined(DEPTH, depth_data(11, 12, b=[["100.5", "3"]])), 2) is None
    assert feed.on_frame(combined(QUOTE, quote_data(13, bid="100.6")), 3) is None
    assert heard.take() == [
        ("top", 12, 100.5, 3.0, 101.0, 1.0),
        ("book", 12, (100.5, 3.0), (101.0, 1.0)),
        ("quote", 13),
        ("top", 13, 100.6, 1.0, 101.0, 1.0),
    ]
    assert not feed.feeds["ETHUSDT"].sync.waiting


def test_a_gap_in_one_instrument_leaves_the_other_alone(heard: Heard) -> None:
    feed = binance_feed("spot", heard, "BTCUSDT", "ETHUSDT")
    for symbol in ("BTCUSDT", "ETHUSDT"):
        feed.feeds[symbol].on_snapshot(Picture(10), 1)
    feed.on_frame(combined(DEPTH, depth_data(15, 16)), 2)
    assert not feed.feeds["BTCUSDT"].trusted
    assert feed.feeds["ETHUSDT"].trusted
    assert feed.counts.gaps == 1


def test_control_frames_are_handed_back(heard: Heard) -> None:
    feed = binance_feed("spot", heard, "BTCUSDT")
    assert feed.on_frame(b'{"result":null,"id":4}', 1) == Ack(4, "")
    assert feed.on_frame(b'{"e":"serverShutdown","E":1}', 1) == Shutdown()


def test_unknown_frames_are_counted_and_stop_nothing(heard: Heard) -> None:
    feed = binance_feed("spot", heard, "BTCUSDT")
    assert isinstance(feed.on_frame(b'{"e":"rugPull"}', 1), Unknown)
    feed.on_frame(combined("dogeusdt@bookTicker", {**quote_data(1), "s": "DOGEUSDT"}), 1)
    assert feed.counts.unknown == 2
    assert feed.last_odd == "quote of DOGEUSDT, which was not asked for"
    assert feed.on_frame(combined(QUOTE, quote_data(1)), 1) is None


def test_a_depth_message_that_cannot_be_read_makes_its_book_invalid_at_once(heard: Heard) -> None:
    feed = binance_feed("spot", heard, "BTCUSDT")
    feed.feeds["BTCUSDT"].on_snapshot(Picture(10), 1)
    heard.take()
    reading = feed.on_frame(combined(DEPTH, depth_data(11, 12, b=[["nan", "3"]])), 2)
    assert isinstance(reading, Malformed)
    assert heard.kinds() == ["invalid"]
    assert not feed.feeds["BTCUSDT"].trusted
    assert feed.counts.malformed == 1


def test_a_quote_that_cannot_be_read_is_counted_and_the_book_stands(heard: Heard) -> None:
    feed = binance_feed("spot", heard, "BTCUSDT")
    feed.feeds["BTCUSDT"].on_snapshot(Picture(10), 1)
    feed.on_frame(combined(QUOTE, quote_data(11, bid="1e999")), 2)
    assert feed.feeds["BTCUSDT"].trusted
    assert feed.counts.malformed == 1


def test_a_status_is_told_to_the_listener(heard: Heard) -> None:
    feed = binance_feed("usdm", heard, "BTCUSDT")
    info = {"e": "contractInfo", "E": 1, "s": "BTCUSDT", "cs": "SETTLING", "st": 1}
    feed.on_frame(combined("!contractInfo", info), 1)
    feed.on_frame(json.dumps(info).encode(), 1)
    assert heard.take() == [("status", "BTCUSDT", "halted"), ("status", "BTCUSDT", "halted")]


def test_a_lost_connection_ends_trust_in_the_books_it_carried(heard: Heard) -> None:
    feed = binance_feed("spot", heard, "BTCUSDT", "ETHUSDT")
    for symbol in ("BTCUSDT", "ETHUSDT"):
        feed.feeds[symbol].on_snapshot(Picture(10), 1)
    heard.take()
    feed.disconnected(["ETHUSDT"], "disconnected: reset", 5)
    assert heard.take() == [("invalid", "ETHUSDT", "disconnected: reset")]
