"""What things are worth: marks of instruments, rates of assets into the reporting currency. Exact from the mid on."""

from decimal import Decimal

from crossbook.instruments import parse_instrument_id
from oms.context import Context

ONE = Decimal(1)


class Valuation:
    """Rates from the newest mids and from the configured pegs. USDT, USDC and USD are different currencies."""

    def __init__(self, context: Context, reporting: str, pegs: dict[str, Decimal]) -> None:
        self._context = context
        self.reporting = reporting
        self._pegs = pegs
        self._pairs: dict[str, str] = {}

    def learn(self, instrument: str) -> None:
        """An instrument exists: if it prices an asset in the reporting currency, its mid is that asset's rate."""
        name = parse_instrument_id(instrument)
        if name.quote == self.reporting:
            known = self._pairs.get(name.base)
            if known is None or (name.kind == "spot" and parse_instrument_id(known).kind != "spot"):
                self._pairs[name.base] = instrument

    def mark(self, instrument: str) -> Decimal | None:
        """Present mark of an instrument in its quote currency; None before any price is known."""
        mid = self._context.mids.get(instrument)
        return Decimal(repr(mid)) if mid else None

    def rate(self, asset: str) -> Decimal | None:
        """What one unit of the asset is worth in the reporting currency; None where nobody has said."""
        if asset == self.reporting:
            return ONE
        peg = self._pegs.get(asset)
        if peg is not None:
            return peg
        pair = self._pairs.get(asset)
        return self.mark(pair) if pair else None

    def quote_rate(self, instrument: str) -> Decimal | None:
        """The rate of an instrument's quote currency."""
        return self.rate(parse_instrument_id(instrument).quote)
