import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest

from gateway_binance.market_dialect import MARKETS, BinanceMarketDialect
from gateway_kit.decode import CaptureDecoder
from testkit.market_feed import combined, depth_answer, depth_data, quote_data

DEPTH, QUOTE = "btcusdt@depth@100ms", "btcusdt@bookTicker"
SNAPSHOT = depth_answer(10, [["100", "1"], ["99", "2"]], [["101", "1"], ["102", "2"]])
TRADE = {"e": "trade", "E": 5, "s": "BTCUSDT", "t": 7, "p": "100.5", "q": "0.25", "T": 4, "m": True}


def lines(*frames: bytes) -> Iterator[bytes]:
    return (b"%d %s\n" % (1_000 + number, frame) for number, frame in enumerate(frames))


def decoded(captured: Iterable[bytes], market: str = "spot") -> list[dict[str, Any]]:
    decoder = CaptureDecoder(BinanceMarketDialect(MARKETS[market]))
    return [json.loads(msgspec.json.encode(event)) for event in decoder.events(captured)]


def kinds(events: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(event["event"], event.get("update_id")) for event in events]


def test_every_kind_of_event_has_its_exact_form() -> None:
    aggregate = {"e": "aggTrade", "E": 5, "s": "BTCUSDT", "a": 3, "p": "100.5", "q": "2", "T": 4, "m": False}
    events = decoded(
        lines(
            SNAPSHOT,
            combined(DEPTH, depth_data(11, 12, b=[["100.5", "3"]], a=[["101", "0"]])),
            combined(QUOTE, quote_data(13)),
            combined("btcusdt@trade", TRADE),
            combined("btcusdt@aggTrade", aggregate),
        )
    )
    assert events == [
        {"event": "snapshot", "instrument": "BTCUSDT", "update_id": 10},
        {
            "event": "book", "instrument": "BTCUSDT", "update_id": 12, "venue_time_ns": 1_700_000_000_000_000_000,
            "received_ns": 1001, "bids": [[100.5, 3.0], [100.0, 1.0], [99.0, 2.0]], "asks": [[102.0, 2.0]],
        },
        {
            "event": "top", "instrument": "BTCUSDT", "update_id": 13, "bid": 100.0, "bid_size": 1.0, "ask": 101.0,
            "ask_size": 1.0, "received_ns": 1002,
        },
        {
            "event": "trade", "instrument": "BTCUSDT", "trade_id": 7, "price": 100.5, "size": 0.25,
            "aggressor": "sell", "venue_time_ns": 4_000_000, "received_ns": 1003,
        },
        {
            "event": "agg_trade", "instrument": "BTCUSDT", "trade_id": 3, "price": 100.5, "size": 2.0,
            "aggressor": "buy", "venue_time_ns": 4_000_000, "received_ns": 1004,
        },
    ]  # fmt: skip


def test_messages_that_waited_follow_the_snapshot_with_the_time_they_came() -> None:
    events = decoded(
        lines(
            combined(DEPTH, depth_data(9, 10)),
            combined(DEPTH, depth_data(11, 12)),
            combined(QUOTE, quote_data(12)),
            combined(DEPTH, depth_data(13, 14)),
            SNAPSHOT,
            combined(DEPTH, depth_data(15, 15)),
        )
    )
    assert kinds(events) == [("top", 12), ("snapshot", 10), ("book", 12), ("book", 14), ("book", 15)]
    assert [event["received_ns"] for event in events if event["event"] == "book"] == [1001, 1003, 1005]


def test_at_most_five_levels_a_side_are_told_best_first() -> None:
    levels = [[str(price), "1"] for price in range(90, 100)]
    (_, book) = decoded(lines(SNAPSHOT, combined(DEPTH, depth_data(11, 11, b=levels))))
    assert [price for price, _ in book["bids"]] == [100, 99, 98, 97, 96]


def test_a_gap_is_told_once_and_mended_by_the_next_snapshot() -> None:
    events = decoded(
        lines(
            SNAPSHOT,
            combined(DEPTH, depth_data(11, 11)),
            combined(DEPTH, depth_data(13, 13)),
            combined(DEPTH, depth_data(14, 14)),
            depth_answer(12, [["100", "1"]], [["101", "1"]]),
        )
    )
    assert kinds(events) == [
        ("snapshot", 10), ("book", 11), ("invalid", None), ("snapshot", 12), ("book", 13), ("book", 14),
    ]  # fmt: skip
    assert events[2] == {
        "event": "invalid", "instrument": "BTCUSDT", "reason": "gap: book at 11, next message 13-13",
    }  # fmt: skip


def test_a_snapshot_too_old_for_what_waits_is_told_and_called_invalid() -> None:
    events = decoded(lines(combined(DEPTH, depth_data(20, 21)), SNAPSHOT))
    assert kinds(events) == [("snapshot", 10), ("invalid", None)]
    assert "too old" in events[1]["reason"]


def test_a_later_snapshot_bases_the_book_anew() -> None:
    events = decoded(
        lines(
            SNAPSHOT,
            combined(DEPTH, depth_data(11, 12, b=[["100", "5"]])),
            combined(DEPTH, depth_data(13, 13, a=[["101", "7"]])),
            depth_answer(12, [["100", "5"], ["50", "9"]], [["101", "1"]]),
            combined(DEPTH, depth_data(14, 14)),
        )
    )
    assert kinds(events) == [("snapshot", 10), ("book", 12), ("book", 13), ("snapshot", 12), ("book", 14)]
    assert events[-1]["bids"] == [[100, 5], [50, 9]]
    assert events[-1]["asks"] == [[101, 7]]


def test_lines_that_cannot_be_read_are_told_by_number_and_the_rest_goes_on() -> None:
    captured = [
        b"1 " + SNAPSHOT, b"\n", b"gibberish\n", b'2 {"stream":"btcusdt@de\n', b"\xff\n",
        b"3 " + combined(DEPTH, depth_data(11, 11)),
    ]  # fmt: skip
    events = decoded(captured)
    assert kinds(events) == [("error", None)] * 3 + [("snapshot", 10), ("book", 11)]
    assert [event["line"] for event in events[:3]] == [3, 4, 5]
    assert all(event["reason"] for event in events[:3])


def test_a_depth_message_with_nonsense_in_it_is_an_error_and_ends_trust() -> None:
    events = decoded(
        lines(
            SNAPSHOT,
            combined(DEPTH, depth_data(11, 11)),
            combined(DEPTH, depth_data(12, 12, b=[["NaN", "1"]])),
            combined(DEPTH, depth_data(13, 13)),
        )
    )
    assert kinds(events) == [("snapshot", 10), ("book", 11), ("invalid", None), ("error", None)]


def test_acks_and_frames_without_data_print_nothing() -> None:
    quiet = [b'{"result":null,"id":1}', b'{"e":"kline","s":"BTCUSDT"}', b'{"stream":"x@vibes","data":{}}', b"[]", b"{}"]
    assert decoded(lines(*quiet)) == []


def test_bare_messages_are_read_like_those_of_combined_streams() -> None:
    bare = [depth_data(11, 12), quote_data(12), TRADE]
    events = decoded(lines(*(json.dumps(message).encode() for message in bare), SNAPSHOT))
    assert kinds(events) == [("top", 12), ("trade", None), ("snapshot", 10), ("book", 12)]


def test_a_snapshot_with_a_url_says_itself_whose_it_is() -> None:
    line = b'{"url":"https://fapi/depth?symbol=ETHUSDT","recv_ts":1,"body":' + SNAPSHOT + b"}"
    assert decoded([line], "usdm") == [{"event": "snapshot", "instrument": "ETHUSDT", "update_id": 10}]


def test_a_snapshot_before_two_symbols_goes_to_the_one_it_fits() -> None:
    other = {**depth_data(11, 12, b=[["3000", "1"]]), "s": "ETHUSDT"}
    events = decoded(
        lines(
            combined("ethusdt@depth", {**other, "U": 500, "u": 501}),
            combined("ethusdt@bookTicker", {**quote_data(501, "3000", "3001"), "s": "ETHUSDT"}),
            combined(DEPTH, depth_data(11, 12, b=[["100.5", "1"]])),
            SNAPSHOT,
        )
    )
    assert [(event["event"], event["instrument"]) for event in events] == [
        ("top", "ETHUSDT"), ("snapshot", "BTCUSDT"), ("book", "BTCUSDT"),
    ]  # fmt: skip


def test_a_snapshot_that_fits_nothing_is_told_at_the_end_without_a_name() -> None:
    assert decoded(lines(SNAPSHOT)) == [{"event": "snapshot", "instrument": "", "update_id": 10}]


@pytest.mark.parametrize("market", ["spot", "usdm"])
def test_frames_recorded_from_another_market_are_left_out(market: str) -> None:
    decoder = CaptureDecoder(BinanceMarketDialect(MARKETS[market]), is_ours=lambda url: market in url)
    mixed = [
        b'{"url":"wss://spot/ws","recv":' + json.dumps(quote_data(1)).encode() + b"}",
        b'{"url":"wss://usdm/ws","recv":' + json.dumps(quote_data(2)).encode() + b"}",
    ]
    assert [event.update_id for event in decoder.events(mixed)] == [1 if market == "spot" else 2]  # type: ignore[union-attr]
