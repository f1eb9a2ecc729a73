"""What a gateway asks of a venue, before a dialect gives it the venue's form."""

from enum import IntEnum, StrEnum
from typing import NamedTuple

import msgspec


class Channel(StrEnum):
    """The two ways to a venue's matching engine."""

    WS = "ws"
    REST = "rest"


class Kind(StrEnum):
    """What is asked."""

    PLACE = "place"
    AMEND = "amend"
    CANCEL = "cancel"
    QUERY = "query"
    """One order, by client id or venue id."""
    OPEN_ORDERS = "open_orders"
    HISTORY = "history"
    """Orders of a symbol since a time, open or ended: maps venue ids to client ids."""
    TRADES = "trades"
    """Trades of a symbol, since a time, from a trade id on, or of one order."""
    BALANCES = "balances"
    POSITIONS = "positions"
    COUNTDOWN = "countdown"
    """Set (`value` ms) or stop (0) the dead-man switch of a symbol."""
    FEES = "fees"
    PERMISSIONS = "permissions"
    POSITION_MODE = "position_mode"
    STREAM_KEY = "stream_key"
    STREAM_KEY_KEEP_ALIVE = "stream_key_keep_alive"
    TIME = "time"


class Priority(IntEnum):
    """Who goes first when a rate limit is near; the highest may use the whole limit."""

    BACKGROUND = 0
    ADD = 1
    ASK = 2
    CANCEL = 3


PRIORITY = {
    Kind.PLACE: Priority.ADD,
    Kind.AMEND: Priority.ADD,
    Kind.CANCEL: Priority.CANCEL,
    Kind.COUNTDOWN: Priority.CANCEL,
    Kind.STREAM_KEY: Priority.CANCEL,
    Kind.STREAM_KEY_KEEP_ALIVE: Priority.CANCEL,
    Kind.OPEN_ORDERS: Priority.ASK,
    Kind.QUERY: Priority.ASK,
    Kind.TRADES: Priority.ASK,
    Kind.HISTORY: Priority.ASK,
    Kind.BALANCES: Priority.ASK,
    Kind.POSITIONS: Priority.ASK,
}
"""Of each kind; BACKGROUND where it is not named."""

REPEATABLE = frozenset(Kind) - {Kind.PLACE, Kind.AMEND}
"""What may be sent again after a failure without harm. A place or an amend never is."""


class Ask(msgspec.Struct, frozen=True, gc=False):
    """A question off the hot path. Only the fields that the kind needs are set."""

    kind: Kind
    symbol: str = ""
    client_order_id: str = ""
    venue_order_id: str = ""
    since_ms: int = 0
    from_id: int = 0
    value: int = 0
    text: str = ""


class Cost(NamedTuple):
    """What a request uses up of the venue's limits."""

    weight: int = 0
    orders: int = 0


class HttpCall(NamedTuple):
    """A REST request, signed and ready. `url` is percent-encoded."""

    method: str
    url: str
    headers: dict[str, str]


class Outgoing(msgspec.Struct, gc=False):
    """A request in its venue's form, on its way."""

    key: int
    """Ours; comes back with the answer."""
    kind: Kind
    channel: Channel
    payload: bytes | HttpCall
    cost: Cost
    symbol: str
    order_id: int = 0
    not_after_ns: int = 0
    """Monotonic time after which the bytes must not leave; 0: no limit."""
    sent_ns: int = 0
