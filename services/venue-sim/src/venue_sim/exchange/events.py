"""What the exchange tells, in its order. Private events name their account; the rest are public.

`Exchange.drain()` hands them over in the order in which they happened; the dialect formats and delivers them.
"""

from typing import Any

from msgspec import Struct

from venue_sim.exchange.amounts import Atoms
from venue_sim.exchange.instruments import Instrument
from venue_sim.exchange.orders import Fill, Order
from venue_sim.exchange.terms import Execution, InstrumentStatus, Side


class Balance(Struct, frozen=True):
    """An asset of an account. On perpetuals `free` is the wallet balance and `locked` 0; see `Margin` for the rest."""

    asset: str
    free: Atoms
    locked: Atoms

    @property
    def total(self) -> Atoms:
        """Free and locked together; on perpetuals the wallet balance."""
        return self.free + self.locked


class Position(Struct, frozen=True):
    """A perpetual position in one-way mode."""

    symbol: str
    quantity: Atoms
    """Signed: positive is long."""
    entry_price: Atoms
    """Average, cut to atoms; 0 when flat."""
    unrealised_pnl: Atoms
    """At the mark."""
    mark_price: Atoms
    realised_pnl: Atoms
    """Since the account was opened, without fees and funding."""
    initial_margin: Atoms
    leverage: int
    updated_ms: int


class OrderChanged(Struct, frozen=True):
    """Private: something happened to an order."""

    account: str
    execution: Execution
    order: Order
    fill: Fill | None
    """With TRADE and CALCULATED."""
    execution_id: int
    time_ms: int
    request_client_id: str = ""
    """Client id of the request that did it (cancel, amend), where it carried one; else ""."""
    previous_client_id: str = ""
    """With REPLACED: the client id the order had before."""
    counter_order_id: int = 0
    """With TRADE_PREVENTION: the other order."""
    prevented: Atoms = 0
    """With TRADE_PREVENTION: quantity taken away now."""


class AccountChanged(Struct, frozen=True):
    """Private: balances or positions after a change; only what changed."""

    account: str
    market: str
    reason: str
    """ORDER, FUNDING_FEE, DEPOSIT, WITHDRAW, ADJUSTMENT."""
    balances: tuple[Balance, ...]
    positions: tuple[Position, ...]
    time_ms: int
    change: Atoms = 0
    """Balance change other than PnL and fee (deposit, withdrawal, funding); else 0."""


class BalanceTransferred(Struct, frozen=True):
    """Private: a deposit or withdrawal on spot (Binance's `balanceUpdate`); an `AccountChanged` follows it."""

    account: str
    market: str
    asset: str
    change: Atoms
    time_ms: int


class LeverageChanged(Struct, frozen=True):
    """Private: an account's leverage on a symbol."""

    account: str
    market: str
    symbol: str
    leverage: int
    time_ms: int


class TradePrinted(Struct, frozen=True):
    """Public: one trade."""

    market: str
    symbol: str
    trade_id: int
    price: Atoms
    quantity: Atoms
    aggressor: Side
    buy_order_id: int
    sell_order_id: int
    time_ms: int


class AggregateTrade(Struct, frozen=True):
    """Public: the trades of one taker order at one price."""

    market: str
    symbol: str
    aggregate_id: int
    first_trade_id: int
    last_trade_id: int
    price: Atoms
    quantity: Atoms
    aggressor: Side
    time_ms: int


class LevelChanged(Struct, frozen=True):
    """Public: the total quantity now displayed at a price; 0 means the level is gone.

    `update_id` is greater than every earlier one of the symbol (a spot symbol's ids have no holes). A depth diff over a
    window has U = first id of the window, u = last, pu = u of the window before.
    """

    market: str
    symbol: str
    side: Side
    price: Atoms
    quantity: Atoms
    update_id: int
    time_ms: int


class BestQuoteChanged(Struct, frozen=True):
    """Public: best prices or sizes changed. Absent sides are 0/0. `update_id` is that of the last level change."""

    market: str
    symbol: str
    update_id: int
    bid: Atoms
    bid_quantity: Atoms
    ask: Atoms
    ask_quantity: Atoms
    time_ms: int


class MarkChanged(Struct, frozen=True):
    """Public: mark and index price and the funding to come, of a perpetual."""

    market: str
    symbol: str
    mark: Atoms
    index: Atoms
    funding_rate: Atoms
    """Fraction per interval, in atoms; may be negative."""
    next_funding_ms: int
    time_ms: int


class InstrumentChanged(Struct, frozen=True):
    """Public: rules or status of an instrument are new."""

    market: str
    symbol: str
    instrument: Instrument
    status: InstrumentStatus
    time_ms: int


class CapturedMessage(Struct, frozen=True):
    """Public, in a replay: a recorded message, its event times moved to now, update ids as recorded.

    `channel` is "depth" (a diff), "bookTicker", "trade" or "aggTrade"; `message` the bare payload to send as it is. A
    replayed symbol has no LevelChanged, BestQuoteChanged or TradePrinted of its own, but an AggregateTrade for each
    recorded trade where the capture has no aggregate trades.
    """

    market: str
    symbol: str
    channel: str
    message: dict[str, Any]
    time_ms: int


PrivateEvent = OrderChanged | AccountChanged | BalanceTransferred | LeverageChanged
PublicEvent = (
    TradePrinted | AggregateTrade | LevelChanged | BestQuoteChanged | MarkChanged | InstrumentChanged | CapturedMessage
)
Event = PrivateEvent | PublicEvent
