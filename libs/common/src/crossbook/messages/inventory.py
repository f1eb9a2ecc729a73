"""Inventory as the OMS publishes it on `events`, and as it stands in Redis."""

from decimal import Decimal

from crossbook.messages.base import Message


class Position(Message, frozen=True, tag=401):
    """Position and its result, topic `position.<account>.<instrument>`, retained. Quantities in base units."""

    venue: str
    account: str
    instrument: str
    qty: Decimal
    """Signed. Spot: the balance less the configured baseline."""
    average_price: Decimal
    realised: Decimal
    """Realised trading result in the quote currency, before fees."""
    unrealised: Decimal
    """At the present mark, in the quote currency."""
    fees: Decimal
    """Sum of fees valued in the quote currency; above zero is a cost."""
    funding: Decimal
    bought: Decimal
    sold: Decimal
    mark: float
    journal_seq: int
    updated_ns: int
    open_buy: Decimal = Decimal(0)
    """Sum that open, in-flight and unknown orders could still buy and sell."""
    open_sell: Decimal = Decimal(0)
    open_orders: int = 0


class Balance(Message, frozen=True, tag=402):
    """A balance, topic `balance.<account>.<venue>.<market>.<asset>`, retained."""

    venue: str
    account: str
    market: str
    asset: str
    free: Decimal
    locked: Decimal
    journal_seq: int
    updated_ns: int


class Pnl(Message, frozen=True, tag=403):
    """The account's result, topic `pnl.<account>`, retained. Everything in the reporting currency."""

    account: str
    currency: str
    equity: Decimal
    equity_start: Decimal
    realised: Decimal
    unrealised: Decimal
    fees: Decimal
    funding: Decimal
    high_water: Decimal
    drawdown: Decimal
    markout_1s_bps: float
    """Mean signed move of the mid in our favour 1 s and 10 s after our fills."""
    markout_10s_bps: float
    fills: int
    volume: Decimal
    updated_ns: int
