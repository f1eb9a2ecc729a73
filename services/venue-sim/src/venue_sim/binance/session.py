"""A WebSocket-API session: who is logged on, which user streams it receives, and the methods about both.

Source: Binance WebSocket API, "Authentication requests" and "User Data Stream requests". Only Ed25519 keys can log on;
one active subscription an account on a connection; a session hands out at most 65,535 subscription ids in its life.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from venue_sim.binance import errors
from venue_sim.binance.admission import check_permission, check_signature, check_time
from venue_sim.binance.call import Call
from venue_sim.binance.desk import Desk
from venue_sim.binance.errors import VenueError
from venue_sim.binance.signing import ApiKey

_MOST_ACTIVE: Final = 1_000
_MOST_EVER: Final = 65_535
_WEIGHT: Final = 2


@dataclass(slots=True)
class Session:
    """One connection's state; `ended` gathers subscriptions whose `eventStreamTerminated` is still to be sent."""

    desk: Desk
    connected_ms: int
    return_rate_limits: bool = True
    logged_on: ApiKey | None = None
    authorized_ms: int | None = None
    subscriptions: dict[int, str] = field(default_factory=dict)
    """Account by subscription id."""
    ended: list[int] = field(default_factory=list)
    _next_subscription: int = 0
    _logon_subscription: int | None = None

    @property
    def key_name(self) -> str:
        """The key requests without one of their own are made with."""
        return self.logged_on.api_key if self.logged_on else ""

    def handles(self, method: str) -> bool:
        """Whether a method is about the session itself."""
        if method in ("session.logon", "session.status", "session.logout"):
            return True
        return self.desk.product == "spot" and method in _SPOT_METHODS

    def perform(self, method: str, call: Call) -> Any:
        """Carry out a session method; raises `VenueError`."""
        self.desk.weights.admit(call.address, _WEIGHT, call.now_ms)
        if method == "session.logon":
            return self._log_on(call)
        if method == "session.logout":
            return self._log_out(call)
        if method == "session.status":
            return self._status(call)
        if method == "session.subscriptions":
            return [{"subscriptionId": number} for number in sorted(self.subscriptions)]
        if method == "userDataStream.unsubscribe":
            return self._unsubscribe(call)
        return self._subscribe(method, call)

    def _log_on(self, call: Call) -> dict[str, Any]:
        key = self.desk.keys.key(call.api_key)
        if key.kind != "ed25519":
            raise VenueError(-4056, f"{key.kind.upper()}_SHA256 API key is not supported.")
        check_time(call.params, call.server_ms)
        check_signature(key, call.payload, call.signature)
        self.logged_on, self.authorized_ms = key, call.now_ms
        return self._status(call)

    def _log_out(self, call: Call) -> dict[str, Any]:
        self.logged_on, self.authorized_ms = None, None
        if self._logon_subscription is not None:
            self._end(self._logon_subscription)
            self._logon_subscription = None
        return self._status(call)

    def _status(self, call: Call) -> dict[str, Any]:
        return {
            "apiKey": self.logged_on.api_key if self.logged_on else None,
            "authorizedSince": self.authorized_ms,
            "connectedSince": self.connected_ms,
            "returnRateLimits": self.return_rate_limits,
            "serverTime": call.server_ms,
            "userDataStream": bool(self.subscriptions),
        }

    def _subscribe(self, method: str, call: Call) -> dict[str, Any]:
        if method == "userDataStream.subscribe":
            if self.logged_on is None:
                raise errors.unauthorized()
            account = self.logged_on.account
            number = self._open(account)
            self._logon_subscription = number
            return {"subscriptionId": number}
        key = self.desk.keys.key(call.api_key)
        check_permission(key, "USER_STREAM", self.desk.product)
        check_time(call.params, call.server_ms)
        check_signature(key, call.payload, call.signature)
        return {"subscriptionId": self._open(key.account)}

    def _open(self, account: str) -> int:
        if account in self.subscriptions.values():
            raise errors.already_subscribed()
        if self._next_subscription >= _MOST_EVER or len(self.subscriptions) >= _MOST_ACTIVE:
            raise VenueError(-2042, "Maximum subscription ID reached for this connection.")
        number = self._next_subscription
        self._next_subscription += 1
        self.subscriptions[number] = account
        return number

    def _unsubscribe(self, call: Call) -> dict[str, Any]:
        number = call.params.integer("subscriptionId")
        if number is None:
            for each in list(self.subscriptions):
                self._end(each)
            return {}
        if number not in self.subscriptions:
            raise errors.not_subscribed()
        self._end(number)
        return {}

    def _end(self, number: int) -> None:
        if self.subscriptions.pop(number, None) is not None:
            self.ended.append(number)


_SPOT_METHODS: Final = (
    "session.subscriptions",
    "userDataStream.subscribe",
    "userDataStream.subscribe.signature",
    "userDataStream.unsubscribe",
)
