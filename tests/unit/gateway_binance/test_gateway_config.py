"""Configuration guards money: live hosts only on purpose, real keys never in files."""

from pathlib import Path

import pytest

from crossbook.config import load
from crossbook.errors import ConfigError
from gateway_binance.endpoints import SPOT, USDM, is_live_host
from gateway_binance.shell.committed_secrets import refuse_committed_secrets
from gateway_binance.shell.config import BinanceConfig
from gateway_binance.shell.endpoints_file import with_endpoints
from gateway_binance.shell.venue import venue_offer
from testkit.shared_files import ROOT

KEYS = {"api_key": "k", "secret": "s"}


def config(**changes: object) -> BinanceConfig:
    fields: dict[str, object] = {"spot": {"enabled": True, "symbols": ["BTCUSDT"]}, "credentials": KEYS}
    return BinanceConfig.model_validate(fields | changes)


@pytest.mark.parametrize("host", ["api.binance.com", "fapi.binance.com", "API1.binance.com.", "stream.binance.us"])
def test_hosts_that_trade_real_money(host: str) -> None:
    assert is_live_host(host)


@pytest.mark.parametrize(
    "host",
    ["testnet.binance.vision", "api1.testnet.binance.vision", "demo-fapi.binance.com", "127.0.0.1", "notbinance.com",
     "testnet.binancefuture.com", "binance.com.example.org"],
)  # fmt: skip
def test_hosts_that_do_not(host: str) -> None:
    assert not is_live_host(host)


def test_no_environment_but_mainnet_reaches_a_live_host() -> None:
    for market, table in (("spot", SPOT), ("usdm", USDM)):
        section = {"enabled": True, "symbols": ["BTCUSDT"], "rest_url": table["mainnet"].rest_url}
        for environment in ("testnet", "custom"):
            with pytest.raises(ConfigError, match="trades real money"):
                config(environment=environment, **{market: section}).endpoints_of(market)


def test_mainnet_wants_to_be_meant() -> None:
    with pytest.raises(ConfigError, match="i_understand_real_money"):
        config(environment="mainnet").endpoints_of("spot")
    meant = config(environment="mainnet", i_understand_real_money=True).endpoints_of("spot")
    assert meant.rest_url == "https://api.binance.com"


def test_the_testnet_files_of_the_project_need_nothing_but_keys() -> None:
    files = [ROOT / "config/testnet/common.toml", ROOT / "config/testnet/gateway-binance.toml"]
    keys = {f"CROSSBOOK_CREDENTIALS__{name.upper()}": value for name, value in KEYS.items()}
    offer = venue_offer(load(BinanceConfig, files, env=keys))
    assert [market.market for market in offer.markets] == ["spot", "usdm"]
    with pytest.raises(ConfigError, match="no key for spot"):
        venue_offer(load(BinanceConfig, files, env={}))


def test_real_keys_in_a_file_are_refused_and_named(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[usdm.credentials]\nsecret = "real"\n')
    with pytest.raises(ConfigError, match=r"gateway\.toml: credentials\.secret of testnet"):
        refuse_committed_secrets([file], "testnet")
    refuse_committed_secrets([file], "custom")


def test_a_market_without_symbols_or_no_market_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs `symbols`"):
        config(spot={"enabled": True})
    with pytest.raises(ConfigError, match="nothing to do"):
        venue_offer(config(spot={"enabled": False}))


async def test_an_endpoints_file_fills_in_what_is_not_given(tmp_path: Path) -> None:
    file = tmp_path / "venue-sim.json"
    file.write_text('{"binance":{"spot":{"rest":"http://a","stream":"ws://b","ws_api":"ws://c"},"usdm":{}}}')
    filled = await with_endpoints(config(endpoints_file=file))
    endpoints = filled.endpoints_of("spot")
    assert (endpoints.rest_url, endpoints.stream_url, endpoints.ws_api_url) == ("http://a", "ws://b", "ws://c")
    with pytest.raises(ConfigError, match="custom"):
        await with_endpoints(config(endpoints_file=file, environment="testnet"))
    file.write_text("{")
    with pytest.raises(ConfigError, match=r"venue-sim\.json"):
        await with_endpoints(config(endpoints_file=file))


def test_stream_urls_carry_the_route_of_their_data() -> None:
    endpoints = USDM["mainnet"]
    assert endpoints.combined_stream(endpoints.public_path) == "wss://fstream.binance.com/public/stream"
    assert endpoints.user_stream("abc") == "wss://fstream.binance.com/private/ws?listenKey=abc"
