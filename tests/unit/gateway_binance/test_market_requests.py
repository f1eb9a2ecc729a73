import json

import pytest

from gateway_binance.endpoints import SPOT, USDM
from gateway_binance.market_requests import BinanceMarketRequests, StreamChoice
from gateway_kit.market_dialect import FrameError


def requests(market: str, *, trades: str = "trade", depth_speed: str = "100ms") -> BinanceMarketRequests:
    table = SPOT if market == "spot" else USDM
    return BinanceMarketRequests(market, table["mainnet"], StreamChoice(depth_speed, trades))


def test_spot_runs_everything_over_one_connection() -> None:
    (plan,) = requests("spot").plans(["BTCUSDT", "ETHUSDT"])
    assert plan.url == "wss://stream.binance.com:9443/stream"
    assert [route.stream for route in plan.routes] == [
        "btcusdt@depth@100ms", "btcusdt@bookTicker", "ethusdt@depth@100ms", "ethusdt@bookTicker",
        "btcusdt@trade", "ethusdt@trade",
    ]  # fmt: skip
    assert {route.symbol for route in plan.routes} == {"BTCUSDT", "ETHUSDT"}


def test_usdm_splits_books_from_trades_and_marks_by_route() -> None:
    public, market = requests("usdm", trades="aggTrade").plans(["BTCUSDT"])
    assert (public.url, market.url) == (
        "wss://fstream.binance.com/public/stream",
        "wss://fstream.binance.com/market/stream",
    )
    assert [route.stream for route in public.routes] == ["btcusdt@depth@100ms", "btcusdt@bookTicker"]
    assert [route.stream for route in market.routes] == ["btcusdt@aggTrade", "btcusdt@markPrice@1s", "!contractInfo"]
    assert (public.speaks_each_ms, market.speaks_each_ms) == (0, 1_000)


def test_usdm_s_undocumented_trades_come_on_the_public_route() -> None:
    public, market = requests("usdm", trades="trade", depth_speed="0ms").plans(["BTCUSDT"])
    assert [route.stream for route in public.routes] == ["btcusdt@depth@0ms", "btcusdt@bookTicker", "btcusdt@trade"]
    assert [route.stream for route in market.routes] == ["btcusdt@markPrice@1s", "!contractInfo"]


def test_trades_may_be_left_out() -> None:
    (plan,) = requests("spot", trades="none").plans(["BTCUSDT"])
    assert [route.channel for route in plan.routes] == ["depth", "quote"]


def test_control_frames_name_streams_and_an_id() -> None:
    assert json.loads(requests("spot").subscribe(["a@trade", "币@trade"], 7)) == {
        "method": "SUBSCRIBE", "params": ["a@trade", "币@trade"], "id": 7,
    }  # fmt: skip
    assert json.loads(requests("spot").unsubscribe(["a@trade"], 8))["method"] == "UNSUBSCRIBE"


@pytest.mark.parametrize(
    ("market", "levels", "limit", "weight"),
    [
        ("spot", 20, 100, 5),
        ("spot", 101, 500, 25),
        ("spot", 1_000, 1_000, 50),
        ("spot", 9_999, 5_000, 250),
        ("usdm", 20, 50, 2),
        ("usdm", 100, 100, 5),
        ("usdm", 500, 500, 10),
        ("usdm", 1_000, 1_000, 20),
    ],
)
def test_a_snapshot_costs_what_its_depth_costs(market: str, levels: int, limit: int, weight: int) -> None:
    call = requests(market).snapshot("BTCUSDT", levels)
    assert call.url.endswith(f"/depth?symbol=BTCUSDT&limit={limit}")
    assert call.weight == weight


def test_best_quotes_of_several_are_one_question() -> None:
    spot, usdm = requests("spot"), requests("usdm")
    one = "https://api.binance.com/api/v3/ticker/bookTicker?symbol=BTCUSDT"
    assert spot.best_quotes(["BTCUSDT"]) == (one, 2)
    several = "https://api.binance.com/api/v3/ticker/bookTicker?symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D"
    assert spot.best_quotes(["BTCUSDT", "ETHUSDT"]) == (several, 4)
    assert usdm.best_quotes(["BTCUSDT", "ETHUSDT"]) == ("https://fapi.binance.com/fapi/v1/ticker/bookTicker", 5)


def test_symbols_beyond_ascii_are_percent_encoded() -> None:
    assert "symbol=%E5%B8%81USDT" in requests("spot").snapshot("币USDT", 5).url


def test_the_clock_is_read() -> None:
    assert requests("spot").time().url == "https://api.binance.com/api/v3/time"
    assert requests("usdm").time_ms(b'{"serverTime":1790000000000}') == 1_790_000_000_000
    with pytest.raises(FrameError, match="time"):
        requests("spot").time_ms(b"{}")


def test_definitions_come_with_what_could_not_be_read() -> None:
    body = {
        "symbols": [
            {"symbol": "ETHUSDT"},
            {"symbol": "BTCUSDT", "baseAsset": "BTC", "quoteAsset": "USDT"},
            {"symbol": "X"},
        ]
    }
    found, bad = requests("spot").definitions(json.dumps(body).encode(), ["BTCUSDT", "ETHUSDT"])
    assert list(found) == ["BTCUSDT"]
    assert len(bad) == 1


def test_spot_is_asked_for_our_symbols_only_where_that_is_wanted() -> None:
    spot, usdm = requests("spot"), requests("usdm")
    assert spot.instruments() == ("https://api.binance.com/api/v3/exchangeInfo", 20)
    assert spot.instruments(["BTCUSDT"]).url.endswith("/exchangeInfo?symbols=%5B%22BTCUSDT%22%5D")
    assert usdm.instruments(["BTCUSDT"]) == ("https://fapi.binance.com/fapi/v1/exchangeInfo", 1)
