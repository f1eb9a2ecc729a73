"""Rates into the reporting currency, each with its date. Nothing is taken for equal: USDT, USDC and USD differ."""

import math
from decimal import Decimal

from risk.config import Valuation as ValuationConfig

NS_PER_S = 1_000_000_000


class Valuation:
    """The rates known now. The reporting currency itself is always worth 1; pegs from the configuration never age."""

    def __init__(self, reporting_currency: str, config: ValuationConfig) -> None:
        """Only the reporting currency and the pegs are known at first."""
        self._fixed = {currency: float(rate) for currency, rate in config.pegs.items()} | {reporting_currency: 1.0}
        self._dated: dict[str, tuple[float, int]] = {}
        self._max_age_ns = int(config.max_age_s * NS_PER_S)

    def set_rate(self, currency: str, rate: Decimal | float, dated_ns: int) -> bool:
        """Take a rate; False when a newer one is known or the currency's rate is fixed.

        Raises ValueError unless the rate is a finite number above zero.
        """
        if not (math.isfinite(rate) and rate > 0):
            raise ValueError(f"rate {rate} of {currency} is not a finite number above zero")
        known = self._dated.get(currency)
        if currency in self._fixed or (known is not None and known[1] > dated_ns):
            return False
        self._dated[currency] = (float(rate), dated_ns)
        return True

    def rate(self, currency: str) -> float:
        """The last rate, however old; 0 when there is none."""
        fixed = self._fixed.get(currency)
        if fixed is not None:
            return fixed
        dated = self._dated.get(currency)
        return dated[0] if dated else 0.0

    def age_ns(self, currency: str, now_ns: int) -> int | None:
        """Age of the last rate, 0 for one that never ages; None when there is none."""
        if currency in self._fixed:
            return 0
        dated = self._dated.get(currency)
        return now_ns - dated[1] if dated else None

    def is_old(self, age_ns: int) -> bool:
        """Whether a rate of that age may no longer value an adding order."""
        return age_ns > self._max_age_ns
