"""Exact integers for money and quantities, because the hot path compares them thousands of times a second.

A quantity in base units is counted in 10^-18, a price in 10^-12 of the reporting currency, and a value is their
product, in 10^-30. Venues quote at most 18 decimals, so quantities lose nothing; prices are rounded up, so that a
value is never counted too low. Base units, unlike lots, keep their meaning when a venue changes its lot size.
"""

import math
from decimal import Decimal, localcontext

QTY_DIGITS = 18
PRICE_DIGITS = 12
QTY_SCALE: int = 10**QTY_DIGITS
PRICE_SCALE: int = 10**PRICE_DIGITS
VALUE_SCALE = QTY_SCALE * PRICE_SCALE


def qty_units(qty: Decimal) -> int:
    """A quantity in base units as an integer; raises ValueError beyond 18 decimals and when it is not finite."""
    if not qty.is_finite():
        raise ValueError(f"quantity {qty} is not a finite number")
    numerator, denominator = qty.as_integer_ratio()
    units, rest = divmod(numerator * QTY_SCALE, denominator)
    if rest:
        raise ValueError(f"quantity {qty} has more than {QTY_DIGITS} decimals")
    return units


def amount_units(amount: Decimal) -> int:
    """An amount we own as an integer, rounded down: never more than there is. Raises ValueError when not finite."""
    return _floor(amount, QTY_SCALE)


def value_units(value: Decimal) -> int:
    """A limit in the reporting currency as an integer, rounded down. Raises ValueError when it is not finite."""
    return _floor(value, VALUE_SCALE)


def price_units(price: float) -> int:
    """A price in the reporting currency as an integer, rounded up."""
    return math.ceil(price * PRICE_SCALE)


def qty_decimal(units: int) -> Decimal:
    """The quantity that `qty_units` made an integer of, without trailing zeros."""
    return _trimmed(_exact(units, QTY_DIGITS))


def value_decimal(units: int) -> Decimal:
    """An integer value as an amount in the reporting currency, down to 8 decimals, without trailing zeros."""
    return _trimmed(_exact(units // 10 ** (QTY_DIGITS + PRICE_DIGITS - 8), 8))


def _exact(units: int, digits: int) -> Decimal:
    with localcontext(prec=80):
        return Decimal(units).scaleb(-digits)


def _trimmed(amount: Decimal) -> Decimal:
    with localcontext(prec=80):
        short = amount.normalize()
        return short if short.as_tuple().exponent <= 0 else short.quantize(Decimal(1))  # type: ignore[operator]


def _floor(amount: Decimal, scale: int) -> int:
    if not amount.is_finite():
        raise ValueError(f"amount {amount} is not a finite number")
    numerator, denominator = amount.as_integer_ratio()
    return numerator * scale // denominator
