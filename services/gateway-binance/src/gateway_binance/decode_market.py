"""What `decode` must know of Binance: names of instruments, and which recorded URLs are of which market."""

from collections.abc import Callable
from urllib.parse import urlsplit

from gateway_binance.instruments import definitions
from gateway_binance.market_dialect import MARKETS, BinanceMarketDialect
from gateway_kit.decode import CaptureDecoder

USDM_HOSTS = ("fstream", "fapi", "binancefuture")
"""Parts of host names that only USD-M has."""


def capture_decoder(market: str, exchange_info: bytes | None) -> CaptureDecoder:
    """A decoder of captures of a market. Raises FrameError when `exchange_info` is none.

    Without `exchangeInfo` instruments keep the venue's names: where the base asset ends and the quote asset begins
    cannot be told from a symbol alone.
    """
    return CaptureDecoder(
        BinanceMarketDialect(MARKETS[market]), name_of=names(market, exchange_info), is_ours=is_of(market)
    )


def names(market: str, exchange_info: bytes | None) -> Callable[[str], str]:
    """The canonical id of a symbol where `exchange_info` lists it, else the symbol itself."""
    known = definitions(exchange_info, market) if exchange_info is not None else {}

    def name_of(symbol: str) -> str:
        definition = known.get(symbol)
        return definition.instrument if definition is not None else symbol

    return name_of


def is_of(market: str) -> Callable[[str], bool]:
    """Whether a frame recorded from a URL is of this market; one without a URL is taken to be."""

    def check(url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return not host or (market == "usdm") == any(part in host for part in USDM_HOSTS)

    return check
