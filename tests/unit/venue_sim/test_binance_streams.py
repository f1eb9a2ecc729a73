"""Stream names and the control messages of a stream connection."""

import pytest

from venue_sim.binance.admission import Product
from venue_sim.binance.streams import Subscriptions, parsed
from venue_sim.shell.stream_server import Address, address_of


@pytest.mark.parametrize(
    ("product", "name", "channel", "speed_ms", "levels"),
    [
        ("spot", "btcusdt@depth", "depth", 1000, 0),
        ("spot", "btcusdt@depth@100ms", "depth", 100, 0),
        ("spot", "btcusdt@depth10@100ms", "partial", 100, 10),
        ("spot", "btcusdt@bookTicker", "bookTicker", 0, 0),
        ("usdm", "btcusdt@depth", "depth", 250, 0),
        ("usdm", "btcusdt@depth@0ms", "depth", 0, 0),
        ("usdm", "btcusdt@depth20@500ms", "partial", 500, 20),
        ("usdm", "btcusdt@markPrice", "markPrice", 3000, 0),
        ("usdm", "btcusdt@markPrice@1s", "markPrice", 1000, 0),
    ],
)
def test_names(product: Product, name: str, channel: str, speed_ms: int, levels: int) -> None:
    stream = parsed(name, product)
    assert stream is not None
    assert (stream.symbol, stream.channel, stream.speed_ms, stream.levels) == ("BTCUSDT", channel, speed_ms, levels)


@pytest.mark.parametrize(
    "name", ["BTCUSDT@depth", "btcusdt@Depth", "btcusdt@depth7", "btcusdt", "btcusdt@depth@20ms", ""]
)
def test_names_that_mean_nothing(name: str) -> None:
    assert parsed(name, "spot") is None


def test_routes_of_usdm() -> None:
    routes = {
        name: parsed(f"btcusdt@{name}", "usdm") for name in ("depth", "bookTicker", "trade", "aggTrade", "markPrice")
    }
    assert {name: stream.route for name, stream in routes.items() if stream} == {
        "depth": "public",
        "bookTicker": "public",
        "trade": "public",
        "aggTrade": "market",
        "markPrice": "market",
    }


def subscriptions(most: int = 1024) -> Subscriptions:
    return Subscriptions("spot", False, most, lambda stream: True, lambda name: name == "listen-key")


def test_subscribing_listing_and_unsubscribing() -> None:
    control = subscriptions()
    answer = control.control('{"method":"SUBSCRIBE","params":["btcusdt@trade","nosuch"],"id":1}')
    assert answer == {"result": None, "id": 1}
    assert list(control.streams) == ["btcusdt@trade"], "what does not exist is acknowledged and stays silent"
    assert control.control('{"method":"LIST_SUBSCRIPTIONS","id":"x"}') == {
        "result": ["btcusdt@trade", "nosuch"],
        "id": "x",
    }
    assert control.control('{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":null}') == {
        "result": None,
        "id": None,
    }
    assert control.streams == {}


def test_a_listen_key_is_subscribed_like_a_stream() -> None:
    control = subscriptions()
    control.control('{"method":"SUBSCRIBE","params":["listen-key"],"id":1}')
    assert control.listen_keys == {"listen-key"}


def test_properties() -> None:
    control = subscriptions()
    assert control.control('{"method":"GET_PROPERTY","params":["combined"],"id":2}') == {"result": False, "id": 2}
    assert control.control('{"method":"SET_PROPERTY","params":["combined",true],"id":5}') == {"result": None, "id": 5}
    assert control.combined is True
    assert control.control('{"method":"SET_PROPERTY","params":["combined","yes"],"id":6}')["code"] == 1
    assert control.control('{"method":"SET_PROPERTY","params":["colour",true],"id":7}') == {
        "code": 0,
        "msg": "Unknown property",
        "id": 7,
    }


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("{", 3, "Invalid JSON"),
        ("[]", 2, "expected an object"),
        ('{"id":1}', 2, "missing field `method`"),
        ('{"method":"subscribe","id":1}', 2, "unknown variant `subscribe`"),
        ('{"method":"SUBSCRIBE","params":[1],"id":1}', 2, "must be strings"),
        ('{"method":"SUBSCRIBE","params":[],"id":{}}', 2, "request ID"),
    ],
)
def test_complaints(text: str, code: int, part: str) -> None:
    answer = subscriptions().control(text)
    assert answer["code"] == code and part in answer["msg"]


def test_no_more_streams_than_allowed() -> None:
    control = subscriptions(most=2)
    answer = control.control('{"method":"SUBSCRIBE","params":["a@trade","b@trade","c@trade"],"id":1}')
    assert answer["error"]["code"] == 2 and control.streams == {}


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("/ws/btcusdt@depth@100ms", Address("", False, ("btcusdt@depth@100ms",), "", ())),
        ("/stream?streams=a@trade/b@trade", Address("", True, ("a@trade", "b@trade"), "", ())),
        ("/public/stream", Address("public", True, (), "", ())),
        ("/private/ws?listenKey=KEY&events=A/B", Address("private", False, (), "KEY", ("A", "B"))),
        ("/private/ws/KEY", Address("private", False, ("KEY",), "", ())),
        ("/elsewhere", None),
    ],
)
def test_addresses(target: str, address: Address | None) -> None:
    assert address_of(target) == address
