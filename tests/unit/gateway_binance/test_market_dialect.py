import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway_binance.market_dialect import MARKETS, BinanceMarketDialect, route_of
from gateway_kit.market_dialect import Channel, Data, FrameError, Malformed, Snapshot, StreamRoute

PAYLOADS = Path(__file__).parents[2] / "payloads" / "binance"


def payloads(name: str) -> list[Any]:
    lines = [json.loads(line) for line in (PAYLOADS / name).read_text().splitlines()]
    return [pytest.param(line, id=line["name"]) for line in lines]


def dialect(market: str = "spot") -> BinanceMarketDialect:
    return BinanceMarketDialect(MARKETS[market])


def plain(value: object) -> object:
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("payload", payloads("market_frames.jsonl"))
def test_every_message_shape_reads_bare(payload: dict[str, Any]) -> None:
    reading = dialect(payload["market"]).read(json.dumps(payload["frame"]).encode())
    assert isinstance(reading, Data)
    assert reading.route == ("", payload["channel"], payload["frame"]["s"])
    told = {name: plain(getattr(reading.message, name)) for name in payload["expect"]}
    assert told == payload["expect"]


@pytest.mark.parametrize("payload", payloads("market_frames.jsonl"))
def test_every_message_shape_reads_in_one_pass_once_its_stream_is_learned(payload: dict[str, Any]) -> None:
    speaker = dialect(payload["market"])
    other = speaker.learn(StreamRoute("ethusdt@bookTicker", Channel.QUOTE, "ETHUSDT"))
    envelope = speaker.learn(StreamRoute("any@stream", Channel(payload["channel"]), payload["frame"]["s"]))
    frame = json.dumps({"stream": "any@stream", "data": payload["frame"]}).encode()
    decoded: Any = speaker.decode(memoryview(frame))
    assert [type(decoded)] == [envelope] != [other]
    told = {name: plain(getattr(decoded.data, name)) for name in payload["expect"]}
    assert told == payload["expect"]


@pytest.mark.parametrize("payload", payloads("market_odd_frames.jsonl"))
def test_frames_that_are_no_known_data_are_recognised(payload: dict[str, Any]) -> None:
    reading = dialect().read(payload["frame"].encode())
    assert type(reading).__name__ == payload["reading"]
    for name, value in payload["expect"].items():
        assert plain(getattr(reading, name)) == value


def test_a_stream_that_was_not_learned_is_refused_by_the_short_way_and_read_by_the_long_one() -> None:
    speaker = dialect()
    speaker.learn(StreamRoute("ethusdt@bookTicker", Channel.QUOTE, "ETHUSDT"))
    frame = b'{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}}'
    with pytest.raises(msgspec.MsgspecError):
        speaker.decode(frame)
    reading = speaker.read(frame)
    assert isinstance(reading, Data)
    assert reading.route == StreamRoute("btcusdt@bookTicker", Channel.QUOTE, "BTCUSDT")


def test_before_any_stream_is_learned_every_frame_takes_the_long_way() -> None:
    with pytest.raises(msgspec.MsgspecError):
        dialect().decode(b"{}")


def test_learning_a_stream_twice_gives_the_same_type() -> None:
    speaker = dialect()
    route = StreamRoute("btcusdt@trade", Channel.TRADE, "BTCUSDT")
    assert speaker.learn(route) is speaker.learn(route)


@pytest.mark.parametrize(
    ("stream", "route"),
    [
        ("btcusdt@depth", ("btcusdt@depth", "depth", "BTCUSDT")),
        ("btcusdt@depth@0ms", ("btcusdt@depth@0ms", "depth", "BTCUSDT")),
        ("btcusdt@markPrice@1s", ("btcusdt@markPrice@1s", "mark", "BTCUSDT")),
        ("!contractInfo", ("!contractInfo", "status", "*")),
        ("btcusdt@depth20@100ms", None),
        ("btcusdt@kline_1m", None),
        ("币安人生usdt@trade", ("币安人生usdt@trade", "trade", "币安人生USDT")),
        ("@trade", None),
        ("", None),
    ],
)
def test_names_of_streams_say_what_they_carry(stream: str, route: tuple[str, str, str] | None) -> None:
    assert route_of(stream) == route


def test_a_message_that_is_missing_a_field_is_malformed_and_says_whose_it_was() -> None:
    reading = dialect().read(b'{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}}')
    assert isinstance(reading, Malformed)
    assert reading.route == StreamRoute("btcusdt@trade", Channel.TRADE, "BTCUSDT")
    assert "missing required field" in reading.reason


def test_answers_of_rest_are_read() -> None:
    speaker = dialect()
    snapshot = speaker.snapshot(b'{"lastUpdateId":7,"bids":[["1.5","2"]],"asks":[["1.6","3"]]}')
    assert (snapshot.last_id, snapshot.bids, snapshot.asks) == (7, [(1.5, 2.0)], [(1.6, 3.0)])
    one = b'{"symbol":"BTCUSDT","bidPrice":"1","bidQty":"2","askPrice":"3","askQty":"4"}'
    for body in (one, b"[" + one + b"]"):
        (quote,) = speaker.best_quotes(body)
        assert (quote.symbol, quote.bid, quote.bid_size, quote.ask, quote.ask_size) == ("BTCUSDT", 1, 2, 3, 4)


@pytest.mark.parametrize("body", [b"<html>bad gateway</html>", b'{"code":-1121,"msg":"Invalid symbol."}', b"", b"[]x"])
def test_answers_that_cannot_be_read_say_what_came(body: bytes) -> None:
    with pytest.raises(FrameError, match=r" in b"):
        dialect().snapshot(body)
    with pytest.raises(FrameError, match=r" in b"):
        dialect().best_quotes(body)


def test_one_symbol_without_a_sensible_quote_hides_no_other() -> None:
    bad = b'{"symbol":"X","bidPrice":"","bidQty":"2","askPrice":"3","askQty":"4"}'
    good = b'{"symbol":"BTCUSDT","bidPrice":"1","bidQty":"2","askPrice":"3","askQty":"4","lastUpdateId":9}'
    (quote,) = dialect("usdm").best_quotes(b"[" + bad + b"," + good + b"]")
    assert (quote.symbol, quote.update_id) == ("BTCUSDT", 9)


def test_contract_information_without_a_status_says_nothing_about_it() -> None:
    reading = dialect("usdm").read(b'{"e":"contractInfo","E":1,"s":"BTCUSDT","bks":[],"st":1}')
    assert isinstance(reading, Data)
    assert reading.message.status is None


def test_a_snapshot_among_frames_is_a_snapshot() -> None:
    reading = dialect("usdm").read(b'{"lastUpdateId":7,"E":5,"T":4,"bids":[],"asks":[["1","1"]]}')
    assert isinstance(reading, Snapshot)
    assert (reading.message.last_id, reading.message.time_ms, reading.message.asks) == (7, 5, [(1.0, 1.0)])
