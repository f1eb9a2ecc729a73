"""One request and one reply, whatever wire they travel on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from venue_sim.binance.admission import Security
from venue_sim.binance.desk import Desk
from venue_sim.binance.params import Params


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it arrived. `payload` is the text the signature must cover, `well_formed` whether it was encoded."""

    operation: str
    params: Params
    address: str
    now_ms: int
    """When it arrived, by the exchange's clock."""
    skew_ms: int = 0
    """How far the clock the venue shows and judges by is off the exchange's."""
    api_key: str = ""
    payload: str = ""
    signature: str = ""
    well_formed: bool = True
    session_key: str = ""
    """The key this WebSocket session is logged on with; such requests carry no signature of their own."""

    @property
    def server_ms(self) -> int:
        """When it arrived, by the clock the venue shows and judges by."""
        return self.now_ms + self.skew_ms


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was let in: who asks and when."""

    params: Params
    account: str
    now_ms: int
    skew_ms: int = 0

    @property
    def server_ms(self) -> int:
        """The time as the venue tells it."""
        return self.now_ms + self.skew_ms


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer: `body` is the result, or the error object where `status` is not 200.

    `headers` are the HTTP headers about limits, `rate_limits` the same for a WebSocket-API reply.
    """

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    rate_limits: list[dict[str, Any]] = field(default_factory=list)
    retry_after_ms: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the request was done."""
        return self.status == 200


@dataclass(frozen=True, slots=True)
class Operation:
    """What an endpoint (or WebSocket method) is: who may ask, what it costs, what does it.

    `orders` is what it adds to the order count; `free_when_done` gives its weight back when it succeeds.
    """

    name: str
    handler: Callable[[Desk, Request], Any]
    security: Security = "NONE"
    weight: int | Callable[[Params], int] = 1
    orders: int | Callable[[Params], int] = 0
    free_when_done: bool = False
    counts_when_refused: bool = False
    """Whether a refused request keeps its place in the order count."""
    rejected_as: str = "place"
    """Which table of refusals words a `Rejected` of this operation."""

    def cost(self, params: Params) -> int:
        """Its request weight with these parameters."""
        return self.weight if isinstance(self.weight, int) else self.weight(params)

    def order_count(self, params: Params) -> int:
        """How many orders it counts for."""
        return self.orders if isinstance(self.orders, int) else self.orders(params)
