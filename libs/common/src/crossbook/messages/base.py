"""What every message on Crossbook's wires has in common.

A message is a frozen `msgspec.Struct` written as a MessagePack array `[tag, field, …]`. Fields are only ever added at
the end and with a default, so that an older reader still understands a newer writer; a field is never reused for
another meaning. Tags are unique over all families, so one decoder can serve any socket.

Units stand in the names. A stamp `*_ns` is CLOCK_MONOTONIC of the host, to be compared on that host only; a time
`*_time_ns` is Unix time. Market data are floats, orders are integer ticks and lots, money is `Decimal`.
"""

from enum import IntEnum, StrEnum

import msgspec

SCHEMA_VERSION = 1
"""Version of all message families together; sent in every hello, and a mismatch is refused."""


class Message(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """Base of everything that crosses a process boundary."""


class Part(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of records that only ever stand inside a message, and so need no tag."""


class Side(IntEnum):
    """The side of an order, or of the aggressor of a trade. The value is the sign of the position change."""

    BUY = 1
    SELL = -1

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(IntEnum):
    """How an order is priced. There is no default: an order always says what it is."""

    LIMIT = 1
    MARKET = 2


class Tif(IntEnum):
    """Time in force."""

    GTC = 1
    IOC = 2
    FOK = 3


class Purpose(StrEnum):
    """Why a strategy wants an order: risk reserves rate and halts for some purposes differently."""

    QUOTE = "quote"
    TAKE = "take"
    HEDGE = "hedge"
    REPAIR = "repair"
    FLATTEN = "flatten"


class Operation(StrEnum):
    """What was asked of a venue; names the operation whose outcome is unknown."""

    PLACE = "place"
    AMEND = "amend"
    CANCEL = "cancel"


class OrderState(StrEnum):
    """Life of an order in the OMS (`crossbook.order_lifecycle` says which step may follow which)."""

    PENDING = "pending"
    OPEN = "open"
    PARTIALLY_FILLED = "partially_filled"
    PENDING_CANCEL = "pending_cancel"
    PENDING_AMEND = "pending_amend"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DENIED = "denied"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing but a late fill can still happen to the order."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.DENIED}
)


class TradingStatus(StrEnum):
    """What an instrument's venue lets us do. A status we do not know is `HALTED`: not tradable."""

    TRADING = "trading"
    CANCEL_ONLY = "cancel_only"
    HALTED = "halted"
    GONE = "gone"


class Liveness(StrEnum):
    """Health of a venue, a stream or a process."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
