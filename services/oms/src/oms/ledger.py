"""Exact arithmetic of positions and their result, average-cost. Everything is Decimal; nothing here knows an order.

`realised` is the trading result before fees, in the quote currency. A fee taken out of the base asset is bookkept as
what it is: units of the base given away at the trade's price, with their worth counted as a fee, so that

    cash + quantity x mark  ==  realised + unrealised - fees     (from zero, for any mark)

holds whatever asset fees are taken in, to the 28 digits Decimal computes with.
"""

from decimal import Decimal
from typing import NamedTuple

from oms.rows import ZERO, Holding


class Fee(NamedTuple):
    """A fee of one trade: what it was worth in the quote currency, and how much of it left the base position."""

    worth: Decimal
    base_units: Decimal = ZERO


def apply_trade(holding: Holding, signed_qty: Decimal, price: Decimal, fee: Fee) -> None:
    """Count one trade; `signed_qty` is above zero for a buy."""
    _move(holding, signed_qty, price)
    if fee.base_units:
        _move(holding, -fee.base_units, price)
    if signed_qty > 0:
        holding.bought += signed_qty
    else:
        holding.sold -= signed_qty
    holding.fees += fee.worth
    holding.volume += abs(signed_qty) * price
    holding.fills += 1


def adjust(holding: Holding, venue_qty: Decimal, price: Decimal) -> Decimal:
    """Adopt the venue's quantity; returns the difference. It is no trade: what came or went did so at `price`.

    Where no price is known the average price stands for it, so that an adjustment alone makes no result.
    """
    difference = venue_qty - holding.qty
    _move(holding, difference, price or holding.average_price)
    holding.adjusted += difference
    return difference


def price_if_unpriced(holding: Holding, mark: Decimal) -> bool:
    """Take `mark` as the average price of a position that was adopted before any price was known."""
    if not holding.qty or holding.average_price or mark <= 0:
        return False
    holding.average_price = mark
    return True


def unrealised(holding: Holding, mark: Decimal) -> Decimal:
    """Result of the open quantity at a mark, in the quote currency."""
    return holding.qty * (mark - holding.average_price)


def _move(holding: Holding, signed_qty: Decimal, price: Decimal) -> None:
    """Change the quantity: what grows it moves the average price, what shrinks it realises."""
    before, after = holding.qty, holding.qty + signed_qty
    if before * signed_qty >= 0:  # from flat, or more of the same side
        if after:
            holding.average_price = (holding.average_price * before + price * signed_qty) / after
    else:
        closed = min(abs(signed_qty), abs(before)).copy_sign(before)
        holding.realised += closed * (price - holding.average_price)
        if before * after < 0:  # through zero: the rest is a new position at the trade's price
            holding.average_price = price
    holding.qty = after
    if not after:
        holding.average_price = ZERO
