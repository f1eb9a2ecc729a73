"""Who is asking, and in time: the key, its permission, the timestamp, the signature, in the venue's order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from venue_sim.binance import errors
from venue_sim.binance.params import Params
from venue_sim.binance.signing import ApiKey

Security = Literal["NONE", "MARKET_DATA", "USER_STREAM", "USER_DATA", "TRADE"]
Product = Literal["spot", "usdm"]

_KEY_FORMAT = re.compile(r"^[A-Za-z0-9]{16,128}$")
_DEFAULT_RECV_WINDOW_MS = Decimal(5_000)
_LONGEST_RECV_WINDOW_MS = Decimal(60_000)
_AHEAD_ALLOWED_MS = 1_000
_MICROSECONDS_FROM = 10**14


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys the venue knows, by their public name."""

    keys: Mapping[str, ApiKey]

    def key(self, api_key: str) -> ApiKey:
        """The key of that name: -2014 when it cannot be one, -2015 when it is unknown."""
        if not _KEY_FORMAT.match(api_key):
            raise errors.bad_key_format()
        known = self.keys.get(api_key)
        if known is None:
            raise errors.rejected_key()
        return known


def check_permission(key: ApiKey, security: Security, product: Product) -> None:
    """-2015 when the key may not do what the endpoint does."""
    may_trade = key.may_trade_spot if product == "spot" else key.may_trade_futures
    if (security == "TRADE" and not may_trade) or not key.may_read:
        raise errors.rejected_key()


def check_time(params: Params, server_ms: int) -> None:
    """-1021 unless `timestamp < server + 1000` and `server - timestamp <= recvWindow`; microseconds are understood."""
    stamp = params.integer("timestamp")
    if stamp is None:
        raise errors.missing("timestamp")
    stamp_ms = Decimal(stamp) / 1000 if stamp >= _MICROSECONDS_FROM else Decimal(stamp)
    window_ms = _recv_window_ms(params)
    if stamp_ms >= server_ms + _AHEAD_ALLOWED_MS:
        raise errors.ahead_of_server()
    if server_ms - stamp_ms > window_ms:
        raise errors.outside_recv_window()


def _recv_window_ms(params: Params) -> Decimal:
    window_ms = params.decimal("recvWindow")
    if window_ms is None:
        return _DEFAULT_RECV_WINDOW_MS
    if window_ms > _LONGEST_RECV_WINDOW_MS:
        raise errors.VenueError(-1131, "recvWindow must be less than 60000")
    return window_ms


def check_signature(key: ApiKey, payload: str, signature: str) -> None:
    """-1102 without a signature, -1022 with a wrong one."""
    if not signature:
        raise errors.missing("signature")
    if not key.signed(payload.encode(), signature):
        raise errors.invalid_signature()
