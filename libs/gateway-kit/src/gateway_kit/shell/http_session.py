"""One keep-alive HTTP session to a venue: sends what it is given, once, and says for certain whether bytes left.

An order endpoint must never be called twice by a library on its own, so nothing here retries: not after a timeout, not
after a keep-alive connection that the venue had already closed. What a failure means is left to the caller, who is told
the one thing only this layer knows: `RetryLater` (not one byte left) or `OutcomeUnknown` (they may have).
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import NamedTuple

import aiohttp
from aiohttp import ClientSession, TraceConfig, TraceRequestHeadersSentParams
from yarl import URL

from crossbook.clock import Clock
from crossbook.errors import OutcomeUnknown, RetryLater

_FAILURES = (aiohttp.ClientError, TimeoutError, OSError)


class HttpAnswer(NamedTuple):
    """What the venue answered, whatever its status. Header names are lower case. Stamps are monotonic."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_ns: int
    received_ns: int

    @property
    def round_trip_ns(self) -> int:
        """From the moment the request was written to the moment its answer was whole."""
        return self.received_ns - self.sent_ns


class HttpSession:
    """Connections to one venue; open it inside a running loop, close it at the end."""

    def __init__(self, clock: Clock, *, timeout_ms: int = 10_000, connect_timeout_ms: int = 3_000) -> None:
        """`timeout_ms` bounds a request from start to last byte; the outcome resolver takes over after that."""
        self._clock = clock
        trace = TraceConfig()
        trace.on_request_headers_sent.append(self._stamp_sent)
        self._session = ClientSession(
            timeout=aiohttp.ClientTimeout(total=timeout_ms / 1e3, sock_connect=connect_timeout_ms / 1e3),
            connector=aiohttp.TCPConnector(limit=32, keepalive_timeout=45, ttl_dns_cache=60),
            trace_configs=[trace],
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent",),
        )
        # aiohttp repeats PUT and DELETE by itself when a kept connection turns out closed; there is no public switch.
        self._session._retry_connection = False

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, *, not_after_ns: int = 0
    ) -> HttpAnswer:
        """Send one request; `url` is taken as it stands, already percent-encoded (it may have been signed).

        `not_after_ns`: after that monotonic time nothing may leave any more, as when a new connection took too long.
        Raises RetryLater when certainly nothing left this host, OutcomeUnknown when the answer did not arrive whole.
        """
        stamps = SimpleNamespace(sent_ns=0, not_after_ns=not_after_ns)
        try:
            async with self._session.request(
                method, URL(url, encoded=True), headers=headers, allow_redirects=False, trace_request_ctx=stamps
            ) as response:
                body = await response.read()
        except _FAILURES as error:
            text = f"{method} {url.partition('?')[0]}: {type(error).__name__} {error}".rstrip()
            raise (OutcomeUnknown(text) if stamps.sent_ns else RetryLater(text)) from error
        names = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(response.status, names, body, stamps.sent_ns, self._clock.monotonic_ns())

    async def close(self) -> None:
        """Close every connection; requests under way end with OutcomeUnknown."""
        await self._session.close()

    async def _stamp_sent(
        self, session: ClientSession, context: SimpleNamespace, params: TraceRequestHeadersSentParams
    ) -> None:
        # Called before the first byte is handed to the socket: an unset stamp proves that nothing left.
        stamps, now_ns = context.trace_request_ctx, self._clock.monotonic_ns()
        if stamps.not_after_ns and now_ns > stamps.not_after_ns:
            raise RetryLater(
                f"deadline passed {(now_ns - stamps.not_after_ns) // 1000} µs before the bytes would leave"
            )
        stamps.sent_ns = now_ns
