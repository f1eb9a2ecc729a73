"""Binance as the kit's composition root wants it: its two markets, built from the configuration."""

from pathlib import Path

from crossbook.errors import ConfigError
from gateway_binance import rate_limits
from gateway_binance.private_access import SpotAccess, UsdmAccess
from gateway_binance.shell.config import BinanceConfig
from gateway_binance.shell.market_side import market_shell
from gateway_binance.signer import Ed25519Signer, HmacSigner, Signer
from gateway_binance.signing import Signing
from gateway_binance.spot_orders import SpotOrders
from gateway_binance.usdm_orders import UsdmOrders
from gateway_kit.shell.gateway import MarketOffer, VenueOffer
from gateway_kit.shell.sections import Credentials

VENUE = "binance"


def venue_offer(config: BinanceConfig) -> VenueOffer:
    """Both markets, as far as they are enabled. Raises ConfigError for a missing key or a forbidden host."""
    markets = tuple(
        market_offer(config, name)
        for name, section in (("spot", config.spot), ("usdm", config.usdm))
        if section.enabled
    )
    if not markets:
        raise ConfigError("neither spot.enabled nor usdm.enabled is true: nothing to do")
    return VenueOffer(
        venue=VENUE,
        account=config.account,
        desk=config.desk,
        markets=markets,
        orders=config.orders,
        allow_unknown_permissions=config.allow_unknown_permissions,
    )


def market_offer(config: BinanceConfig, market: str) -> MarketOffer:
    """One market."""
    endpoints, settings = config.endpoints_of(market), config.orders
    credentials = config.credentials_of(market)
    signing = Signing(
        credentials.api_key.get_secret_value(),
        signer_of(credentials, market),
        endpoints.rest_url,
        settings.recv_window_ms,
    )
    spot = market == "spot"
    return MarketOffer(
        market=market,
        symbols=(config.spot if spot else config.usdm).symbols,
        dialect=(SpotOrders if spot else UsdmOrders)(signing, settings.stp_mode, endpoints.sapi_url),
        access=(SpotAccess if spot else UsdmAccess)(endpoints, signing),
        limits=rate_limits.SPOT_START if spot else rate_limits.USDM_START,
        limits_of=rate_limits.limits_of,
        market_shell=lambda wires: market_shell(config, market, **wires),
    )


def signer_of(credentials: Credentials, market: str) -> Signer:
    """The signer of a market's key. Raises ConfigError that says where a missing one belongs."""
    if not credentials.given:
        raise ConfigError(
            f"no key for {market}: set CROSSBOOK_CREDENTIALS__API_KEY and CROSSBOOK_CREDENTIALS__SECRET, "
            "or put files of these names (credentials__api_key, …) into the secrets directory"
        )
    if credentials.private_key_file is None:
        return HmacSigner(credentials.secret.get_secret_value())
    return Ed25519Signer.from_pem(
        _private_file(credentials.private_key_file), credentials.private_key_password.get_secret_value()
    )


def _private_file(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"{path} can be read by others: chmod 600 it")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"credentials.private_key_file: {error}") from None
