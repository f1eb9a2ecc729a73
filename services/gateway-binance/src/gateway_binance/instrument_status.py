"""Binance's symbol statuses in our words (fact sheet §2)."""

from types import MappingProxyType

from crossbook.messages.base import TradingStatus

STATUSES = MappingProxyType(
    {
        "TRADING": TradingStatus.TRADING,
        "CANCEL_ONLY": TradingStatus.CANCEL_ONLY,
        "END_OF_DAY": TradingStatus.HALTED,
        "HALT": TradingStatus.HALTED,
        "BREAK": TradingStatus.HALTED,
        "PENDING_TRADING": TradingStatus.HALTED,
        "TRADING_HALT": TradingStatus.HALTED,
        "PRE_SETTLE": TradingStatus.HALTED,
        "SETTLING": TradingStatus.HALTED,
        "PRE_DELIVERING": TradingStatus.HALTED,
        "DELIVERING": TradingStatus.HALTED,
        "CLOSE": TradingStatus.GONE,
        "DELIVERED": TradingStatus.GONE,
    }
)
"""Spot `status`, USD-M `status` and `contractStatus`, and `cs` of `!contractInfo`."""


def trading_status(told: str) -> TradingStatus:
    """What the venue's word means; one we do not know means not tradable."""
    return STATUSES.get(told, TradingStatus.HALTED)
