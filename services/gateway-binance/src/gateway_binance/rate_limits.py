"""What each request costs, what the venue allows, and where it tells how much is used (venues/binance.md §8).

Weights are the documents'; the limits here are only the start, until exchangeInfo has told the real ones.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from gateway_kit.order_dialect import Use
from gateway_kit.rate_limiter import Limit, Resource
from gateway_kit.requests import Channel, Cost, Kind

_INTERVALS_MS = MappingProxyType({"SECOND": 1_000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000})
_LETTERS_MS = MappingProxyType({"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000})
_RESOURCES = MappingProxyType({"REQUEST_WEIGHT": Resource.WEIGHT, "ORDERS": Resource.ORDERS})

SPOT_START = (
    Limit(Resource.WEIGHT, 60_000, 6_000),
    Limit(Resource.ORDERS, 10_000, 50),
    Limit(Resource.ORDERS, 86_400_000, 160_000),
)
"""The lowest limits known for spot accounts."""

USDM_START = (
    Limit(Resource.WEIGHT, 60_000, 2_400),
    Limit(Resource.ORDERS, 60_000, 1_200),
    Limit(Resource.ORDERS, 10_000, 300),
)
"""The lowest limits known for USD-M accounts."""

SPOT_COSTS: Mapping[Kind, Cost] = MappingProxyType(
    {
        Kind.PLACE: Cost(1, 1),
        Kind.AMEND: Cost(4, 1),  # cancelReplace counts as an order even when the new one is not attempted
        Kind.CANCEL: Cost(1),
        Kind.QUERY: Cost(4),
        Kind.OPEN_ORDERS: Cost(6),
        Kind.HISTORY: Cost(20),
        Kind.TRADES: Cost(20),
        Kind.BALANCES: Cost(20),
        Kind.FEES: Cost(20),
        Kind.PERMISSIONS: Cost(1),
        Kind.TIME: Cost(1),
    }
)
"""Per kind. Successful orders cost no weight since 2026-04; failures do, so one is reckoned."""

USDM_COSTS: Mapping[Kind, Cost] = MappingProxyType(
    {
        Kind.PLACE: Cost(0, 1),
        Kind.AMEND: Cost(0, 1),
        Kind.CANCEL: Cost(1),
        Kind.QUERY: Cost(1),
        Kind.OPEN_ORDERS: Cost(1),
        Kind.HISTORY: Cost(5),
        Kind.TRADES: Cost(5),
        Kind.BALANCES: Cost(5),
        Kind.POSITIONS: Cost(5),
        Kind.COUNTDOWN: Cost(10),
        Kind.FEES: Cost(20),
        Kind.PERMISSIONS: Cost(1),
        Kind.POSITION_MODE: Cost(30),
        Kind.STREAM_KEY: Cost(1),
        Kind.STREAM_KEY_KEEP_ALIVE: Cost(1),
        Kind.TIME: Cost(1),
    }
)
"""Per kind."""


class RateLimit(msgspec.Struct, gc=False):
    """An entry of `rateLimits`, in exchangeInfo and in each answer of the WebSocket API."""

    rateLimitType: str = ""
    interval: str = ""
    intervalNum: int = 1
    limit: int = 0
    count: int = -1

    @property
    def interval_ms(self) -> int:
        """Length of the window; 0 for a unit we do not know."""
        return _INTERVALS_MS.get(self.interval, 0) * self.intervalNum


class _ExchangeInfo(msgspec.Struct, gc=False):
    rateLimits: list[RateLimit] = []


_EXCHANGE_INFO = msgspec.json.Decoder(_ExchangeInfo, strict=False)


def limits_of(exchange_info: bytes) -> tuple[Limit, ...]:
    """The limits that an exchangeInfo answer names; kinds we do not count are left out."""
    try:
        told = _EXCHANGE_INFO.decode(exchange_info).rateLimits
    except msgspec.MsgspecError:
        return ()
    return tuple(
        Limit(_RESOURCES[entry.rateLimitType], entry.interval_ms, entry.limit)
        for entry in told
        if entry.rateLimitType in _RESOURCES and entry.interval_ms and entry.limit
    )


def uses_of(entries: Iterable[RateLimit]) -> tuple[Use, ...]:
    """The counters in an answer of the WebSocket API."""
    return tuple(
        Use(_RESOURCES[entry.rateLimitType], entry.interval_ms, entry.count)
        for entry in entries
        if entry.rateLimitType in _RESOURCES and entry.interval_ms and entry.count >= 0
    )


def header_uses(headers: Mapping[str, str]) -> tuple[Use, ...]:
    """The counters in a REST answer: `x-mbx-used-weight-1m`, `x-mbx-order-count-10s`; names are lower case."""
    uses = []
    for name, value in headers.items():
        for prefix, resource in (
            ("x-mbx-used-weight-", Resource.WEIGHT),
            ("x-mbx-order-count-", Resource.ORDERS),
        ):
            if name.startswith(prefix) and value.isdecimal():
                number, letter = name[len(prefix) : -1], name[-1]
                if number.isdecimal() and letter in _LETTERS_MS:
                    uses.append(Use(resource, int(number) * _LETTERS_MS[letter], int(value)))
    return tuple(uses)


def cost_of(costs: Mapping[Kind, Cost], kind: Kind, channel: Channel) -> Cost:
    """The cost of a kind; the same on both channels, which share their limits."""
    return costs.get(kind, Cost(1))
