"""How a market's two private sockets are opened: the one for requests, and the one private events come on."""

from typing import Protocol


class PrivateAccess(Protocol):
    """Of one market. Frames are asked for when a connection has just been made; their answers are awaited."""

    @property
    def request_url(self) -> str:
        """Of the request socket; empty where orders go over REST only."""
        ...

    def stream_url(self, stream_key: str) -> str:
        """Of the socket of private events; `stream_key` is empty where the market has none."""
        ...

    def request_login(self, key: int, venue_ms: int) -> bytes | None:
        """The frame that logs a request session on; None where each request is signed instead."""
        ...

    def logged_on(self, yes: bool) -> None:
        """The session is (no longer) logged on."""
        ...

    def stream_login(self, key: int, venue_ms: int) -> bytes | None:
        """The frame that subscribes to private events; None where opening the socket is enough."""
        ...
