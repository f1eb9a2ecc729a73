"""Inventory as flat figures that can be compared: what we believe we hold, and what the venue says we hold.

Keys are `<account>.position.<instrument>` for perpetuals and `<account>.balance.<market>.<asset>`; values are
normalised decimal strings. Zero is left out on both sides, so that an asset never touched is no difference.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from crossbook.instruments import parse_instrument_id
from crossbook.messages.inventory import Balance, Position


def normalised(amount: Decimal) -> str:
    """The shortest plain form: `0.10` and `1E-1` are both `0.1`."""
    text = format(amount.normalize(), "f")
    return "0" if text == "-0" else text


def own_inventory(positions: Iterable[Position], balances: Iterable[Balance]) -> dict[str, str]:
    """What the OMS holds for true. Spot positions are left to the balances they are derived from."""
    figures: dict[str, Decimal] = {}
    for position in positions:
        if parse_instrument_id(position.instrument).kind == "perp":
            figures[f"{position.account}.position.{position.instrument}"] = position.qty
    for balance in balances:
        figures[f"{balance.account}.balance.{balance.market}.{balance.asset}"] = balance.free + balance.locked
    return _flat(figures)


def venue_inventory(truth: dict[str, Any], instruments: dict[str, str], accounts: Iterable[str]) -> dict[str, str]:
    """What venue-sim's own ledger says of our accounts. `instruments`: canonical id by venue symbol of perpetuals."""
    figures: dict[str, Decimal] = {}
    for account in accounts:
        ledger = truth.get(account, {})
        for symbol, quantity in ledger.get("positions", {}).items():
            figures[f"{account}.position.{instruments.get(symbol, symbol)}"] = Decimal(quantity)
        for market, assets in ledger.get("balances", {}).items():
            for asset, held in assets.items():
                figures[f"{account}.balance.{market}.{asset}"] = Decimal(held["free"]) + Decimal(held["locked"])
    return _flat(figures)


def _flat(figures: dict[str, Decimal]) -> dict[str, str]:
    return {key: normalised(amount) for key, amount in sorted(figures.items()) if amount}


def open_at_venue(truth: dict[str, Any], accounts: Iterable[str]) -> list[str]:
    """Client order ids of our accounts' orders that venue-sim still holds open."""
    return [
        order["client_order_id"]
        for account in accounts
        for order in truth.get(account, {}).get("orders", [])
        if order["status"] in ("NEW", "PARTIALLY_FILLED")
    ]
