"""What the Binance gateway is told: account, environment, markets, and where they are.

Money is guarded twice here: live hosts are refused unless `environment = "mainnet"` *and* `i_understand_real_money`
say so, and a mainnet or testnet secret is refused in a TOML file.
"""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from crossbook.config import Section, ServiceConfig
from crossbook.errors import ConfigError
from gateway_binance.endpoints import SPOT, USDM, Endpoints, is_live_host
from gateway_kit.shell.market_sections import MarketDataSection
from gateway_kit.shell.sections import Credentials, OrderSection


class MarketSection(Section):
    """`[spot]` and `[usdm]`. URLs left out are those of the environment."""

    enabled: bool = False
    """Whether this gateway trades the market at all."""
    symbols: tuple[str, ...] = ()
    """Allow-list, in the venue's names: nothing else is subscribed to or traded."""
    rest_url: str | None = None
    """Base of REST paths, without a slash at the end."""
    stream_url: str | None = None
    """Base of stream paths."""
    ws_api_url: str | None = None
    """Complete URL of the WebSocket API."""
    public_path: str | None = None
    """Route of book data (USD-M)."""
    market_path: str | None = None
    """Route of trades and marks (USD-M)."""
    private_path: str | None = None
    """Route of user data (USD-M)."""
    sapi_url: str | None = None
    """Base of `/sapi`, which tells a key's permissions; empty where there is none."""
    depth_speed: str = "100ms"
    """Speed of the differential depth stream: spot `100ms` or `1000ms`; USD-M `0ms`, `100ms`, `250ms` or `500ms`."""
    trades: Literal["trade", "aggTrade", "none"] | None = None
    """Which trades to follow; by default `trade` on spot and `aggTrade` on USD-M, whose `trade` is undocumented."""
    credentials: Credentials | None = None
    """Of this market alone; testnets have different keys for spot and futures."""

    @model_validator(mode="after")
    def _symbols_when_enabled(self) -> "MarketSection":
        if self.enabled and not self.symbols:
            raise ValueError('an enabled market needs `symbols`, such as ["BTCUSDT"]')
        return self

    def endpoints(self, table: dict[str, Endpoints], environment: str) -> Endpoints:
        """The environment's endpoints with the URLs given here in their place."""
        return table[environment].overridden(
            rest_url=self.rest_url,
            stream_url=self.stream_url,
            ws_api_url=self.ws_api_url,
            public_path=self.public_path,
            market_path=self.market_path,
            private_path=self.private_path,
            sapi_url=self.sapi_url,
        )


class BinanceConfig(ServiceConfig):
    """Configuration of `python -m gateway_binance`."""

    account: str = Field(default="main", pattern=r"^[a-z0-9_-]{1,32}$")
    """Name of the account, part of every key of the ledger."""
    desk: int = Field(default=1, ge=0, le=127)
    """Number of the desk, as in the OMS: orders of other desks on the account are left alone."""
    environment: Literal["mainnet", "testnet", "custom"] = "custom"
    """Which hosts. `custom`: only the URLs given."""
    i_understand_real_money: bool = False
    """Must be true with `mainnet`."""
    endpoints_file: Path | None = None
    """A JSON file that venue-sim writes; waited for at start, it gives the URLs of `custom`."""
    allow_unknown_permissions: bool = False
    """Start although the venue does not tell what the key may do (testnets have no `/sapi`)."""
    credentials: Credentials = Credentials()
    """Keys of all markets that have none of their own."""
    spot: MarketSection = MarketSection()
    """The spot market."""
    usdm: MarketSection = MarketSection()
    """The USD-M futures market."""
    orders: OrderSection = OrderSection()
    """Sending orders."""
    market_data: MarketDataSection = MarketDataSection()
    """Books, best quotes, trades and marks."""

    def endpoints_of(self, market: str) -> Endpoints:
        """Endpoints of `spot` or `usdm`; raises ConfigError where they could touch money by mistake."""
        section, table = (self.spot, SPOT) if market == "spot" else (self.usdm, USDM)
        endpoints = section.endpoints(dict(table), self.environment)
        self._guard_money(market, endpoints)
        return endpoints

    def credentials_of(self, market: str) -> Credentials:
        """Keys of a market."""
        section = self.spot if market == "spot" else self.usdm
        return section.credentials or self.credentials

    def _guard_money(self, market: str, endpoints: Endpoints) -> None:
        urls = (endpoints.rest_url, endpoints.stream_url, endpoints.ws_api_url)
        if not endpoints.rest_url:
            raise ConfigError(f"{market}.rest_url is not set: give URLs, an endpoints_file, or another environment")
        live = [url for url in urls if is_live_host(urlsplit(url).hostname or "")]
        if live and self.environment != "mainnet":
            raise ConfigError(f'{market}: {live[0]} trades real money, but environment = "{self.environment}"')
        if self.environment == "mainnet" and not self.i_understand_real_money:
            raise ConfigError('environment = "mainnet" needs i_understand_real_money = true')
