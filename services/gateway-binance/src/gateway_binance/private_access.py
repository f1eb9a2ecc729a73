"""How Binance's private sockets are opened (venues/binance.md §6).

Spot: events come over the WebSocket API, on a connection of their own, after a signed subscription; listen keys ended
there in 2026-02. USD-M: a listen key by REST, then the private stream route. Requests: each signed with HMAC, or one
`session.logon` with Ed25519.
"""

from gateway_binance.endpoints import Endpoints
from gateway_binance.signing import Signing


class SpotAccess:
    """Spot."""

    def __init__(self, endpoints: Endpoints, signing: Signing) -> None:
        """Endpoints of the environment."""
        self._endpoints, self._signing = endpoints, signing

    @property
    def request_url(self) -> str:
        """The WebSocket API."""
        return self._endpoints.ws_api_url

    def stream_url(self, stream_key: str) -> str:
        """The WebSocket API again: a connection for events alone."""
        return self._endpoints.ws_api_url

    def request_login(self, key: int, venue_ms: int) -> bytes | None:
        """`session.logon`, only with Ed25519."""
        return self._signing.log_on(key, "session.logon", venue_ms) if self._signing.can_log_on else None

    def logged_on(self, yes: bool) -> None:
        """From then on requests carry no key and no signature."""
        self._signing.logged_on = yes

    def stream_login(self, key: int, venue_ms: int) -> bytes | None:
        """`userDataStream.subscribe.signature`: needs no logon, with any kind of key."""
        return self._signing.log_on(key, "userDataStream.subscribe.signature", venue_ms)


class UsdmAccess(SpotAccess):
    """USD-M futures: as spot, but for the private stream."""

    def stream_url(self, stream_key: str) -> str:
        """The private route, by listen key."""
        return self._endpoints.user_stream(stream_key)

    def stream_login(self, key: int, venue_ms: int) -> bytes | None:
        """The key in the URL is enough."""
        return None
