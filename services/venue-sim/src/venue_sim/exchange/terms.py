"""The closed vocabularies of the exchange. A dialect maps each of them to its venue's words and codes."""

from enum import StrEnum


class Side(StrEnum):
    """Of an order, or of the aggressor of a trade."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How the price is given; post-only is a time in force here."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"


class TimeInForce(StrEnum):
    """What happens to what does not match at once."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    POST_ONLY = "POST_ONLY"


class OrderStatus(StrEnum):
    """State of an order. The last four are ended. A refused order never was one: see `Rejected`."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"

    @property
    def is_open(self) -> bool:
        """Whether the order may still trade."""
        return self in (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)


class Execution(StrEnum):
    """What an order event reports."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    AMENDMENT = "AMENDMENT"
    """Price or size modified; priority lost."""
    REPLACED = "REPLACED"
    """Size reduced in place; priority kept."""
    TRADE_PREVENTION = "TRADE_PREVENTION"
    """Expired (or reduced, DECREMENT) because it would have traded with its own account."""
    CALCULATED = "CALCULATED"
    """A fill made by the exchange itself: liquidation or auto-deleveraging."""


class SelfTradePrevention(StrEnum):
    """What to do when an order would trade with its own account."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"


class EndReason(StrEnum):
    """Why an order ended without being filled; NONE while open or filled."""

    NONE = "NONE"
    USER = "USER"
    REPLACED_AWAY = "REPLACED_AWAY"
    DEAD_MAN = "DEAD_MAN"
    UNFILLED_REMAINDER = "UNFILLED_REMAINDER"
    NOT_FILLABLE_WHOLE = "NOT_FILLABLE_WHOLE"
    WOULD_TAKE = "WOULD_TAKE"
    SELF_TRADE = "SELF_TRADE"
    REDUCE_ONLY = "REDUCE_ONLY"
    DELISTED = "DELISTED"
    LIQUIDATION = "LIQUIDATION"
    """Taken out by the exchange before it closes the position."""


class InstrumentStatus(StrEnum):
    """Trading state of an instrument."""

    TRADING = "TRADING"
    HALTED = "HALTED"
    """No new orders, no matching; cancels work."""
    CANCEL_ONLY = "CANCEL_ONLY"
    DELISTED = "DELISTED"
    """Gone: open orders expired."""


class CancelReplaceMode(StrEnum):
    """Whether the new order is tried when the cancel failed."""

    STOP_ON_FAILURE = "STOP_ON_FAILURE"
    ALLOW_FAILURE = "ALLOW_FAILURE"


class CancelRestriction(StrEnum):
    """State the old order must be in for a cancel-replace; NONE takes any open one."""

    NONE = "NONE"
    ONLY_NEW = "ONLY_NEW"
    ONLY_PARTIALLY_FILLED = "ONLY_PARTIALLY_FILLED"


class RejectReason(StrEnum):
    """Why a request was refused. The detail of `Rejected` gives the numbers."""

    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    MARKET_CLOSED = "MARKET_CLOSED"
    CANCEL_ONLY = "CANCEL_ONLY"
    BAD_PRICE = "BAD_PRICE"
    """Not positive, or below/above the smallest/greatest price."""
    PRICE_OFF_TICK = "PRICE_OFF_TICK"
    BAD_QUANTITY = "BAD_QUANTITY"
    """Not positive."""
    QUANTITY_OFF_LOT = "QUANTITY_OFF_LOT"
    QUANTITY_TOO_SMALL = "QUANTITY_TOO_SMALL"
    QUANTITY_TOO_LARGE = "QUANTITY_TOO_LARGE"
    MARKET_QUANTITY_OFF_LOT = "MARKET_QUANTITY_OFF_LOT"
    MARKET_QUANTITY_TOO_SMALL = "MARKET_QUANTITY_TOO_SMALL"
    MARKET_QUANTITY_TOO_LARGE = "MARKET_QUANTITY_TOO_LARGE"
    NOTIONAL_TOO_SMALL = "NOTIONAL_TOO_SMALL"
    NOTIONAL_TOO_LARGE = "NOTIONAL_TOO_LARGE"
    PRICE_TOO_HIGH = "PRICE_TOO_HIGH"
    """Above the band around the reference price (percent price)."""
    PRICE_TOO_LOW = "PRICE_TOO_LOW"
    TOO_MANY_ORDERS = "TOO_MANY_ORDERS"
    DUPLICATE_CLIENT_ID = "DUPLICATE_CLIENT_ID"
    WOULD_TAKE = "WOULD_TAKE"
    NOT_FILLABLE_WHOLE = "NOT_FILLABLE_WHOLE"
    NO_LIQUIDITY = "NO_LIQUIDITY"
    INSUFFICIENT_BALANCE = "INSUFFICIENT_BALANCE"
    INSUFFICIENT_MARGIN = "INSUFFICIENT_MARGIN"
    REDUCE_ONLY = "REDUCE_ONLY"
    SELF_TRADE_MODE = "SELF_TRADE_MODE"
    """The market does not offer that prevention mode."""
    ORDER_NOT_FOUND = "ORDER_NOT_FOUND"
    """No such order at all (queries)."""
    NOT_OPEN = "NOT_OPEN"
    """Cancel or amend of an order that is unknown or ended."""
    ID_PAIR_MISMATCH = "ID_PAIR_MISMATCH"
    CANCEL_RESTRICTED = "CANCEL_RESTRICTED"
    NO_CHANGE = "NO_CHANGE"
    AMEND_NOT_SMALLER = "AMEND_NOT_SMALLER"
    """A keep-priority amend must ask for less than the order's quantity and more than is filled."""
    AMEND_NOT_LIMIT = "AMEND_NOT_LIMIT"
    BAD_LEVERAGE = "BAD_LEVERAGE"
    UNSUPPORTED = "UNSUPPORTED"
    """A combination that this market does not offer (e.g. reduce-only on spot)."""


class Rejected(Exception):
    """A request refused by the exchange's rules; nothing was changed. The dialect turns it into its venue's error."""

    def __init__(self, reason: RejectReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
