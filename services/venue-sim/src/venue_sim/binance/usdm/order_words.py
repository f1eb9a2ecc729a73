"""USD-M words for an order: its type and time in force as Binance writes them."""

from __future__ import annotations

from venue_sim.exchange.amounts import Atoms, divide
from venue_sim.exchange.api import Order, TimeInForce


def tif_word(order: Order) -> str:
    """GTC, IOC, FOK, or GTX for post-only."""
    return "GTX" if order.time_in_force is TimeInForce.POST_ONLY else str(order.time_in_force)


def average_price(order: Order) -> Atoms:
    """What the order has traded at on average; 0 while it has not."""
    return divide(order.filled_quote, order.filled) if order.filled else 0
