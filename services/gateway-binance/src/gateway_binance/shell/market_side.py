"""The market-data side of a Binance market, put together from its configuration."""

from typing import Unpack

from gateway_binance.market_dialect import MARKETS, BinanceMarketDialect
from gateway_binance.market_requests import BinanceMarketRequests, StreamChoice
from gateway_binance.shell.config import BinanceConfig
from gateway_kit.shell.market_shell import MarketShell, Wires

TRADES = {"spot": "trade", "usdm": "aggTrade"}
"""Documented on each market; spot's `trade` shows every fill of a taker, where `aggTrade` adds them up."""


def market_shell(config: BinanceConfig, market: str, **wires: Unpack[Wires]) -> MarketShell:
    """A shell for `spot` or `usdm`; `wires` come from the composition root.

    Raises ConfigError where the endpoints are not allowed.
    """
    section = config.spot if market == "spot" else config.usdm
    choice = StreamChoice(section.depth_speed, section.trades or TRADES[market])
    return MarketShell(
        BinanceMarketDialect(MARKETS[market]),
        BinanceMarketRequests(market, config.endpoints_of(market), choice),
        section.symbols,
        settings=config.market_data,
        aggregate_trades=choice.trades == "aggTrade",
        **wires,
    )
