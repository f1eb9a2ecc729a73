"""Which symbols a command's scope means: `all`, `venue:<v>`, `instrument:<i>`, `asset:<a>` (see `risk.Block`)."""

from collections.abc import Mapping

from crossbook.instruments import parse_instrument_id


def symbols_in_scope(scope: str, symbols: Mapping[str, str]) -> tuple[str, ...] | None:
    """The venue's symbols out of `symbols` (by instrument); None for a scope that a gateway cannot resolve."""
    kind, _, name = scope.partition(":")
    if kind == "all":
        return tuple(symbols.values())
    if kind == "venue":
        return tuple(symbol for instrument, symbol in symbols.items() if parse_instrument_id(instrument).venue == name)
    if kind == "instrument":
        return (symbols[name],) if name in symbols else ()
    if kind == "asset":
        return tuple(symbol for instrument, symbol in symbols.items() if parse_instrument_id(instrument).base == name)
    return None
