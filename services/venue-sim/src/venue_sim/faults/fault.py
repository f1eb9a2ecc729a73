"""One fault as an operator asks for it: what, to whom, how often, for how long."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import msgspec


class FaultKind(StrEnum):
    """What can go wrong. Names are those of the project's failure catalogue, and a few more."""

    GAP = "gap"
    DUP = "dup"
    REORDER = "reorder"
    FREEZE = "freeze"
    DELAY_MARKET = "delay_market"
    CLOSE = "close"
    DROP_ACK = "drop_ack"
    DELAY_ACK = "delay_ack"
    LOST_REQUEST = "lost_request"
    FILL_BEFORE_ACK = "fill_before_ack"
    FILL_ON_CANCEL = "fill_on_cancel"
    HTTP = "http"
    REJECT = "reject"
    STATUS_UNKNOWN = "status_unknown"
    TICK_CHANGE = "tick_change"
    HALT = "halt"
    DELIST = "delist"
    ADL = "adl"
    LIQUIDATION = "liquidation"
    FEE_ASSET = "fee_asset"
    TRANSFER = "transfer"
    FUNDING = "funding"
    SKEW = "skew"
    LISTEN_KEY_EXPIRE = "listen_key_expire"
    DELAY_EVENTS = "delay_events"
    DROP_EVENTS = "drop_events"
    DUP_EVENTS = "dup_events"
    OUTAGE = "outage"
    SERVER_SHUTDOWN = "server_shutdown"


MARKET_KINDS: Final = frozenset(
    {FaultKind.GAP, FaultKind.DUP, FaultKind.REORDER, FaultKind.FREEZE, FaultKind.DELAY_MARKET}
)
REQUEST_KINDS: Final = frozenset(
    {
        FaultKind.DROP_ACK,
        FaultKind.DELAY_ACK,
        FaultKind.LOST_REQUEST,
        FaultKind.FILL_BEFORE_ACK,
        FaultKind.FILL_ON_CANCEL,
        FaultKind.HTTP,
        FaultKind.REJECT,
        FaultKind.STATUS_UNKNOWN,
    }
)
PRIVATE_KINDS: Final = frozenset({FaultKind.DELAY_EVENTS, FaultKind.DROP_EVENTS, FaultKind.DUP_EVENTS})
STANDING_KINDS: Final = MARKET_KINDS | REQUEST_KINDS | PRIVATE_KINDS
"""Faults that wait for something to befall; the others are done at once."""


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """A fault. Empty filters (`market`, `account`, `symbol`, `endpoint`, `channel`) match everything.

    A standing fault befalls with `probability`, at most `count` times (0: without end), for `duration_ms` (0: until
    deleted). `parameters` of the kinds are listed in the service's README.
    """

    kind: FaultKind
    market: str = ""
    account: str = ""
    symbol: str = ""
    endpoint: str = ""
    channel: str = ""
    probability: float = 1.0
    count: int = 0
    duration_ms: int = 0
    delay_ms: int = 0
    status: int = 503
    code: int = -1000
    message: str = ""
    executed: bool = False
    pong: bool = True
    retry_after_ms: int = 1_000
    tick: str = ""
    lot: str = ""
    min_notional: str = ""
    quantity: str = ""
    asset: str = ""
    price: str = ""
    rate: str = ""
    offset_ms: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError("probability must be between 0 and 1")
        if min(self.count, self.duration_ms, self.delay_ms, self.retry_after_ms) < 0:
            raise ValueError("count, duration_ms, delay_ms and retry_after_ms must not be negative")

    def shown(self) -> dict[str, Any]:
        """As a plain object, for the admin port."""
        shown = msgspec.to_builtins(self)
        return dict(shown)
