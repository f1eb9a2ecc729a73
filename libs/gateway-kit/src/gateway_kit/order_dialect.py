"""What a venue must teach the kit so that orders can be sent to it: one of its five small objects.

A dialect is pure: it writes requests in the venue's form, signed, and reads answers and private events. It keeps no
state of orders and never decides.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from crossbook.messages.gateway import AmendOrder, PlaceOrder
from gateway_kit.capabilities import Capabilities
from gateway_kit.order_words import Answer, StreamWord
from gateway_kit.rate_limiter import Resource
from gateway_kit.requests import Ask, Channel, Cost, HttpCall, Kind
from gateway_kit.tradables import Tradable


class Use(NamedTuple):
    """What the venue says it has counted of one limit."""

    resource: Resource
    interval_ms: int
    used: int


class Reply(NamedTuple):
    """One frame of a request socket, read."""

    key: int
    """Of the request; 0 for an event, -1 for a frame that belongs to nothing we know."""
    status: int
    body: bytes
    """The result or error of the answer, or the event, as JSON."""
    uses: tuple[Use, ...]


class OrderDialect(Protocol):
    """Requests out, words in. `venue_ms` is our best estimate of the venue's clock, in Unix milliseconds."""

    @property
    def capabilities(self) -> Capabilities:
        """What the market can do."""
        ...

    def place(
        self, channel: Channel, key: int, order: PlaceOrder, tradable: Tradable, client_id: str, venue_ms: int
    ) -> bytes | HttpCall:
        """A new order."""
        ...

    def amend(
        self,
        channel: Channel,
        key: int,
        order: AmendOrder,
        tradable: Tradable,
        client_id: str,
        replacement_id: str,
        venue_ms: int,
    ) -> bytes | HttpCall:
        """Change `client_id`; `replacement_id` is empty where the order keeps its identity, else the new client id."""
        ...

    def cancel(
        self, channel: Channel, key: int, symbol: str, client_id: str, venue_order_id: str, venue_ms: int
    ) -> bytes | HttpCall:
        """Cancel by venue id where it is known, else by client id."""
        ...

    def ask(self, channel: Channel, key: int, ask: Ask, venue_ms: int) -> bytes | HttpCall | None:
        """Any other question; None when this channel cannot carry it."""
        ...

    def ask_offered(self, kind: Kind) -> bool:
        """Whether this environment of the venue can answer such a question at all."""
        ...

    def cost(self, kind: Kind, channel: Channel, symbol: str) -> Cost:
        """What the request will be counted as."""
        ...

    def reply(self, frame: bytes | memoryview) -> Reply:
        """Split a frame of the request socket. Raises ValueError for what is not JSON of the venue's shape."""
        ...

    def http_uses(self, headers: Mapping[str, str]) -> tuple[Use, ...]:
        """The counters in an answer's headers."""
        ...

    def answer(self, kind: Kind, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """What an answer means. Never raises: an unreadable one is an unknown outcome."""
        ...

    def stream(self, frame: bytes | memoryview) -> tuple[StreamWord, ...]:
        """What a private event means. Never raises: an unreadable one is an UnknownWord."""
        ...
