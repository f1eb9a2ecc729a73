"""Frames with flipped bytes, cuts, swapped types and odd numbers: nothing is raised, no price is nonsense."""

import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway_binance.market_dialect import MARKETS, BinanceMarketDialect
from gateway_kit.decode import CaptureDecoder
from gateway_kit.decode_events import BookEvent, TopEvent, TradeEvent
from testkit.market_feed import Heard, Picture, binance_feed, combined, depth_data, quote_data

ODD_VALUES = [
    "NaN", "nan", "Infinity", "-Infinity", "1e999", "-1", "", "0", "0.0", "1e-400", "abc", None, True, False, [], {}, 0,
    -1, 10**40, 1.5, "9" * 400, [["1", "2"]], [["1"]], [[None, None]], {"a": 1}, "\u0000", "١٢٣",
]  # fmt: skip

SEEDS = [
    combined("btcusdt@depth@100ms", depth_data(11, 12, b=[["100.5", "3"]], a=[["101", "0"], ["103", "2"]])),
    combined("btcusdt@depth@100ms", depth_data(11, 12, 10, b=[["100.5", "3"]])),
    combined("btcusdt@bookTicker", quote_data(13)),
    combined("btcusdt@trade", {"e": "trade", "E": 5, "s": "BTCUSDT", "t": 7, "p": "1", "q": "2", "T": 4, "m": True}),
    json.dumps(depth_data(11, 12, b=[["1", "2"]])).encode(),
    b'{"lastUpdateId":20,"bids":[["1","2"]],"asks":[["3","4"]]}',
    b'{"result":null,"id":1}',
    b'{"error":{"code":2,"msg":"x"},"id":1}',
    b'{"stream":"btcusdt@trade","data":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b"[" * 5_000,
]


def flipped(frame: bytes, draw: random.Random) -> bytes:
    mutated = bytearray(frame)
    for _ in range(draw.randint(1, 4)):
        mutated[draw.randrange(len(mutated))] ^= 1 << draw.randrange(8)
    return bytes(mutated)


def truncated(frame: bytes, draw: random.Random) -> bytes:
    return frame[: draw.randrange(len(frame))]


def swapped(frame: bytes, draw: random.Random) -> bytes:
    """One value somewhere in the frame replaced by an odd one."""
    try:
        tree = json.loads(frame)
    except (ValueError, RecursionError):
        return frame
    places = list(_places(tree))
    if not places:
        return frame
    holder, key = draw.choice(places)
    holder[key] = draw.choice(ODD_VALUES)
    return json.dumps(tree).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [flipped, truncated, swapped, swapped]


def is_sound(price: float, size: float) -> bool:
    return math.isfinite(price) and math.isfinite(size) and price >= 0 and size >= 0 and (price > 0 or size == 0)


def check_heard(heard: Heard) -> None:
    for event in heard.take():
        match event:
            case ("top", _, bid, bid_size, ask, ask_size):
                assert is_sound(bid, bid_size)
                assert is_sound(ask, ask_size)
                assert bid < ask or bid == 0 or ask == 0
            case ("book", _, (bid, bid_size), (ask, ask_size)):
                assert is_sound(bid, bid_size)
                assert is_sound(ask, ask_size)
            case ("trade" | "agg_trade", _, price, size, _):
                assert math.isfinite(price)
                assert price > 0
                assert math.isfinite(size)


@settings(max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(SEEDS), st.integers(0, 2**32)), min_size=1, max_size=20))
def test_a_feed_takes_any_frame(frames: list[tuple[bytes, int]]) -> None:
    for market in ("spot", "usdm"):
        heard = Heard()
        feed = binance_feed(market, heard, "BTCUSDT")
        feed.feeds["BTCUSDT"].on_snapshot(Picture(10), 1)
        for seed, number in frames:
            draw = random.Random(number)
            feed.on_frame(memoryview(draw.choice(MUTATIONS)(seed, draw)), 2)
            check_heard(heard)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_a_feed_takes_any_bytes(frame: bytes) -> None:
    heard = Heard()
    feed = binance_feed("spot", heard, "BTCUSDT")
    feed.on_frame(frame, 1)
    check_heard(heard)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=80), max_size=10), st.integers(0, 2**32))
def test_a_decoder_of_captures_takes_any_lines(garbage: list[bytes], number: int) -> None:
    draw = random.Random(number)
    frames = [draw.choice(MUTATIONS)(draw.choice(SEEDS), draw) for _ in range(20)]
    lines = [b"%d %s" % (at, frame.replace(b"\n", b" ")) for at, frame in enumerate(frames)] + garbage
    draw.shuffle(lines)
    for event in CaptureDecoder(BinanceMarketDialect(MARKETS["spot"])).events(lines):
        if isinstance(event, BookEvent):
            assert all(is_sound(price, size) and price > 0 for price, size in (*event.bids, *event.asks))
        elif isinstance(event, TradeEvent):
            assert is_sound(event.price, event.size)


@pytest.mark.parametrize(("market", "symbol"), [("spot", "NKNUSDT"), ("usdm", "KEEPUSDT")])
def test_real_frames_mutated_never_give_nonsense(shared_samples: Callable[..., Path], market: str, symbol: str) -> None:
    draw = random.Random(20261123)
    recorded = shared_samples("binance", f"{market}_stream_{symbol}.jsonl").read_bytes().splitlines()
    snapshot = shared_samples("binance", f"{market}_depth_snapshot_{symbol}.json").read_bytes()
    for _ in range(12):
        lines = [
            draw.choice(MUTATIONS)(line, draw).replace(b"\n", b" ") if draw.random() < 0.2 else line
            for line in recorded
        ]
        decoder = CaptureDecoder(BinanceMarketDialect(MARKETS[market]))
        for event in decoder.events([snapshot, *lines]):
            if isinstance(event, BookEvent):
                assert all(is_sound(price, size) and price > 0 for price, size in (*event.bids, *event.asks))
            elif isinstance(event, TopEvent):
                assert math.isfinite(event.bid + event.ask + event.bid_size + event.ask_size)
