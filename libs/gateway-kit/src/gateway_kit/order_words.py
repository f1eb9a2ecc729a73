"""What a venue says about orders and accounts, in one form for all venues.

A dialect turns answers and stream events into these words; the order desk turns them into messages to the OMS. Amounts
stay the venue's decimal texts, so that nothing is rounded on the way; times are Unix nanoseconds, 0 where not told.
"""

from typing import TypeAlias

import msgspec

from crossbook.errors import ErrorClass
from crossbook.messages.base import OrderState, Side
from crossbook.messages.gateway import AssetBalance


class FillWord(msgspec.Struct, frozen=True, gc=False):
    """One trade of the account."""

    symbol: str
    client_order_id: str
    """Empty where the venue does not say (trade history)."""
    venue_order_id: str
    trade_id: str
    side: Side
    price: str
    qty: str
    fee: str
    fee_asset: str
    maker: bool
    venue_time_ns: int


class OrderWord(msgspec.Struct, frozen=True, gc=False):
    """The state of an order."""

    symbol: str
    client_order_id: str
    venue_order_id: str
    state: OrderState
    side: Side
    price: str
    qty: str
    cumulative: str
    reason: str
    venue_time_ns: int


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """The venue took an operation. `word` where the answer also tells the state, `fills` where it lists them."""

    client_order_id: str
    venue_order_id: str
    venue_time_ns: int
    word: OrderWord | None = None
    fills: tuple[FillWord, ...] = ()


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """The venue answered no, or answered that it does not know."""

    error_class: ErrorClass
    code: str
    message: str
    retry_at_ms: int = 0
    """Unix ms before which the venue wants to hear nothing; 0 where it did not say."""
    retry_after_s: int = 0
    """The same as a span, where the venue gives that."""
    banned: bool = False
    """HTTP 418: the address is banned, nothing at all may be sent until then."""
    orders_only: bool = False
    """A rate limit that counts new orders alone: cancels and questions may go on."""
    cancelled: OrderWord | None = None
    """Of a refused replacement: the old order, which *was* cancelled."""


class NoAnswer(msgspec.Struct, frozen=True, gc=False):
    """Nothing came back. `sent` False: not one byte left, so nothing can have happened."""

    reason: str
    sent: bool
    retry_at_ns: int = 0


class BalancesWord(msgspec.Struct, frozen=True, gc=False):
    """Balances, absolute."""

    balances: tuple[AssetBalance, ...]
    complete: bool
    reason: str
    venue_time_ns: int


class SymbolPosition(msgspec.Struct, frozen=True, gc=False):
    """One position, signed."""

    symbol: str
    qty: str
    entry_price: str
    unrealised: str


class PositionsWord(msgspec.Struct, frozen=True, gc=False):
    """Positions, absolute."""

    positions: tuple[SymbolPosition, ...]
    complete: bool
    reason: str
    venue_time_ns: int


class MovementWord(msgspec.Struct, frozen=True, gc=False):
    """Money that moved without a trade."""

    symbol: str
    asset: str
    amount: str
    kind: str
    venue_id: str
    venue_time_ns: int


class SeenWord(msgspec.Struct, frozen=True, gc=False):
    """A fast notice that tells less than the event that follows it: it only proves that the stream is alive."""

    client_order_id: str


class StreamEnded(msgspec.Struct, frozen=True, gc=False):
    """The venue says that the private stream ends or has lost its authority: open another one and reconcile."""

    reason: str


class UnknownWord(msgspec.Struct, frozen=True, gc=False):
    """An event or value we do not know: counted and shown, never fatal."""

    kind: str


StreamWord: TypeAlias = (
    OrderWord | FillWord | BalancesWord | PositionsWord | MovementWord | SeenWord | StreamEnded | UnknownWord
)
"""Everything a private stream can say."""


class Orders(msgspec.Struct, frozen=True, gc=False):
    """A list of orders; `more` when the venue may have cut it off."""

    words: tuple[OrderWord, ...]
    more: bool = False


class Fills(msgspec.Struct, frozen=True, gc=False):
    """A list of trades, oldest first; `more` when the venue may have cut it off."""

    words: tuple[FillWord, ...]
    more: bool = False


class Facts(msgspec.Struct, frozen=True, gc=False):
    """An answer that is neither order nor account: name and text."""

    values: dict[str, str]


Answer: TypeAlias = Accepted | Refusal | NoAnswer | OrderWord | Orders | Fills | BalancesWord | PositionsWord | Facts
"""Everything that can come of a request."""
