"""Rules for a replayed symbol: as configured, else as published, else read off the recorded snapshot."""

from collections.abc import Sequence
from typing import Any

from venue_sim.exchange.amounts import plain, trusted_atoms
from venue_sim.exchange.instruments import Instrument
from venue_sim.exchange.presets import paper_instruments, spot_instrument, usdm_instrument

_QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "BTC", "ETH", "BNB", "EUR", "TRY")


def replayed_instrument(
    market: str, symbol: str, snapshot: dict[str, Any], given: Sequence[Instrument] = ()
) -> Instrument:
    """Rules as given, else the published ones, else a grid as fine as the snapshot shows.

    Raises ValueError on a symbol of unknown quote.
    """
    for known in (*given, *paper_instruments()):
        if (known.market, known.symbol) == (market, symbol):
            return known
    quote = next((quote for quote in _QUOTES if symbol.endswith(quote) and symbol != quote), None)
    if quote is None:
        raise ValueError(f"cannot tell base and quote of {symbol!r}")
    base = symbol.removesuffix(quote)
    levels = snapshot["bids"] + snapshot["asks"]
    tick, lot = (_finest([level[column] for level in levels]) for column in (0, 1))
    if market == "spot":
        return spot_instrument(base, quote, tick, lot)
    return usdm_instrument(base, quote, tick, lot, "5")


def _finest(numbers: list[str]) -> str:
    """The power of ten that all the numbers are multiples of."""
    decimals = max((len(plain(trusted_atoms(number)).partition(".")[2]) for number in numbers), default=0)
    return f"0.{'0' * (decimals - 1)}1" if decimals else "1"
