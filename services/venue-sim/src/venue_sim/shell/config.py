"""Configuration of venue-sim: TOML files merged in order into models that know every key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class ConfigError(Exception):
    """The configuration is wrong; the message names the file and the key and says what is expected."""


class Section(BaseModel):
    """A part of the configuration; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RunSection(Section):
    """The process itself."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 only inside a private container network."""
    public_host: str = ""
    """Host written into the endpoints file; "" for `host` (or 127.0.0.1 when that is 0.0.0.0)."""
    admin_port: int = Field(0, ge=0, le=65535)
    seed: int = 20_260_801
    step_ms: float = Field(5.0, gt=0, le=1_000)
    """How often the background moves and depth windows are looked at."""
    first_id: int = Field(0, ge=0)
    """First order, trade and update id; 0 takes the clock's, so that no run repeats the ids of an earlier one."""

    @property
    def reachable_host(self) -> str:
        """The host that clients are told."""
        return self.public_host or ("127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host)


class SocketSection(Section):
    """WebSocket connections of one product."""

    ping_interval_s: float = Field(20.0, gt=0)
    pong_timeout_s: float = Field(60.0, gt=0)
    life_s: float = Field(86_400.0, gt=0)
    inbound_messages_per_s: int = Field(5, ge=1)
    streams_per_connection: int = Field(1024, ge=1)
    connections_per_5_minutes: int = Field(300, ge=1)
    """Attempts of one address; more are refused with 429."""


class DelaySection(Section):
    """Latency the venue adds, so that races can be made; 0 answers at once."""

    ack_ms: float = Field(0.0, ge=0)
    market_data_ms: float = Field(0.0, ge=0)
    private_ms: float = Field(0.0, ge=0)


class LimitSection(Section):
    """Rate limits of one product."""

    weight_per_minute: int = Field(6_000, ge=1)
    orders_per_10s: int = Field(100, ge=1)
    orders_per_minute: int = Field(0, ge=0)
    orders_per_day: int = Field(0, ge=0)
    maker_credit: int = Field(0, ge=0)
    taker_credit: int = Field(0, ge=0)
    refusals_before_ban: int = Field(10, ge=0)
    first_ban_s: float = Field(120.0, gt=0)


class SymbolSection(Section):
    """A symbol: its rules as decimal texts (0 switches a limit off) and its synthetic market."""

    symbol: str
    base: str
    quote: str = "USDT"
    tick: Decimal
    lot: Decimal
    min_price: Decimal = Decimal(0)
    max_price: Decimal = Decimal(0)
    min_quantity: Decimal = Decimal(0)
    max_quantity: Decimal = Decimal(0)
    market_lot: Decimal = Decimal(0)
    min_market_quantity: Decimal = Decimal(0)
    max_market_quantity: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)
    max_notional: Decimal = Decimal(0)
    bid_up: Decimal = Decimal(0)
    bid_down: Decimal = Decimal(0)
    ask_up: Decimal = Decimal(0)
    ask_down: Decimal = Decimal(0)
    max_open_orders: int = Field(200, ge=1)
    max_leverage: int = Field(125, ge=1)
    price_decimals: int | None = Field(None, ge=0, le=8)
    quantity_decimals: int | None = Field(None, ge=0, le=8)
    synthetic: dict[str, float] = Field(default_factory=dict)
    """Fields of `SyntheticSymbol` (start_price, size, events_per_s, …); without `start_price` the book stays empty."""


class ProductSection(Section):
    """One product of the venue."""

    enabled: bool = True
    rest_port: int = Field(0, ge=0, le=65535)
    stream_port: int = Field(0, ge=0, le=65535)
    ws_api_port: int = Field(0, ge=0, le=65535)
    http_idle_s: float = Field(60.0, gt=0)
    """How long an idle HTTP connection is kept."""
    maker_fee: Decimal
    taker_fee: Decimal
    limits: LimitSection = LimitSection()
    sockets: SocketSection = SocketSection()
    delays: DelaySection = DelaySection()
    symbols: tuple[SymbolSection, ...] = ()


class SpotSection(ProductSection):
    """Spot."""

    maker_fee: Decimal = Decimal("0.001")
    taker_fee: Decimal = Decimal("0.001")
    limits: LimitSection = LimitSection(orders_per_day=200_000, maker_credit=5, taker_credit=1)


class UsdmSection(ProductSection):
    """USD-M futures."""

    maker_fee: Decimal = Decimal("0.0002")
    taker_fee: Decimal = Decimal("0.0005")
    limits: LimitSection = LimitSection(weight_per_minute=2_400, orders_per_10s=300, orders_per_minute=1_200)
    sockets: SocketSection = SocketSection(ping_interval_s=180.0, pong_timeout_s=600.0, inbound_messages_per_s=10)
    listen_key_life_s: float = Field(3_600.0, gt=0)
    unrouted: Literal["public_only", "market_only", "all", "none"] = "public_only"
    """What stream URLs without /public, /market or /private still deliver; all of them acknowledge everything."""
    default_leverage: int = Field(20, ge=1)


class KeySection(Section):
    """An API key: an HMAC `secret` or a `public_key` in PEM, and its permissions."""

    api_key: str
    kind: Literal["hmac", "ed25519", "rsa"] = "hmac"
    secret: str = ""
    public_key: str = ""
    may_read: bool = True
    may_trade_spot: bool = True
    may_trade_futures: bool = True
    may_withdraw: bool = False


class AccountSection(Section):
    """An account, what it starts with, and its keys."""

    name: str
    spot: dict[str, Decimal] = Field(default_factory=dict)
    usdm: dict[str, Decimal] = Field(default_factory=dict)
    keys: tuple[KeySection, ...] = ()


class BackgroundSection(Section):
    """What moves the market: `synthetic` flow, a `scripted` ticker, or nobody (`quiet`). --replay overrides it."""

    kind: Literal["synthetic", "scripted", "quiet"] = "synthetic"
    sigma_bps: float = Field(0.7, gt=0)
    ticks_per_s: float = Field(1_000.0, gt=0)
    """Pace of the scripted top of book."""
    scripted_symbol: str = "BTCUSDT"
    scripted_market: Literal["spot", "usdm"] = "spot"
    replay: tuple[str, ...] = ()


class VenueSimConfig(Section):
    """Everything."""

    run: RunSection = RunSection()
    spot: SpotSection = SpotSection()
    usdm: UsdmSection = UsdmSection()
    accounts: tuple[AccountSection, ...] = ()
    background: BackgroundSection = BackgroundSection()


def load(files: Sequence[Path]) -> VenueSimConfig:
    """Read and merge the files; ConfigError names the file, the key and what is wrong with it."""
    merged: dict[str, Any] = {}
    origins: dict[tuple[str, ...], Path] = {}
    for file in files:
        _merge(merged, _read(file), origins, file, ())
    try:
        return VenueSimConfig.model_validate(merged)
    except ValidationError as error:
        raise ConfigError(_explained(error, origins, files)) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}. Give an existing file to --config.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: is not valid TOML: {error}") from error


def _merge(
    into: dict[str, Any], new: Mapping[str, Any], origins: dict[tuple[str, ...], Path], file: Path, at: tuple[str, ...]
) -> None:
    for key, value in new.items():
        origins[(*at, key)] = file
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value, origins, file, (*at, key))
        else:
            into[key] = value


def _explained(error: ValidationError, origins: Mapping[tuple[str, ...], Path], files: Sequence[Path]) -> str:
    lines: list[str] = []
    for each in error.errors():
        where = tuple(str(part) for part in each["loc"])
        file = next((origins[where[:end]] for end in range(len(where), 0, -1) if where[:end] in origins), None)
        what = "is no key venue-sim knows" if each["type"] == "extra_forbidden" else each["msg"]
        lines.append(f"{file or ', '.join(map(str, files))}: {'.'.join(where)}: {what}")
    return "\n".join(lines)
