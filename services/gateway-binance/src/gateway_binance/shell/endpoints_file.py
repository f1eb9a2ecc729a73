"""Reads where a simulated venue listens, from the file it writes once it does."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from crossbook.errors import ConfigError
from crossbook.telemetry import get_logger
from gateway_binance.shell.config import BinanceConfig, MarketSection

log = get_logger()

_LOOK_AGAIN_S = 0.1
_PATIENCE_S = 60.0


async def with_endpoints(config: BinanceConfig) -> BinanceConfig:
    """The configuration with the file's URLs where none are given; waits for the file. Raises ConfigError."""
    if config.endpoints_file is None:
        return config
    if config.environment != "custom":
        raise ConfigError(f'endpoints_file is for environment = "custom", not "{config.environment}"')
    told = await _read(config.endpoints_file)
    urls = told.get("binance")
    if not isinstance(urls, dict):
        raise ConfigError(f'{config.endpoints_file}: has no "binance"')
    sapi = urls.get("spot", {}).get("rest", "")
    return config.model_copy(
        update={
            "spot": _filled(config.spot, urls.get("spot", {}), sapi),
            "usdm": _filled(config.usdm, urls.get("usdm", {}), sapi),
        }
    )


async def _read(file: Path) -> dict[str, Any]:
    waited_s = 0.0
    while not file.exists():
        if waited_s == 0:
            log.info("waits_for_endpoints", file=str(file))
        if waited_s >= _PATIENCE_S:
            raise ConfigError(f"{file} did not appear within {_PATIENCE_S:.0f} s: start the venue that writes it")
        await asyncio.sleep(_LOOK_AGAIN_S)
        waited_s += _LOOK_AGAIN_S
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{file}: {error}") from None


def _filled(section: MarketSection, urls: dict[str, str], sapi: str) -> MarketSection:
    given = {
        "rest_url": section.rest_url or urls.get("rest"),
        "stream_url": section.stream_url or urls.get("stream"),
        "ws_api_url": section.ws_api_url or urls.get("ws_api"),
        "sapi_url": section.sapi_url if section.sapi_url is not None else sapi,
    }
    return section.model_copy(update=given)
