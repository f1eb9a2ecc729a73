"""Where Binance is: hosts of each environment and market, and how stream URLs are put together.

Source: Binance spot and USD-M API documents (July and October 2026). On USD-M the stream path begins with a route:
book data on `/public`, trades and marks on `/market`, user data on `/private`; the unrouted URLs still acknowledge
subscriptions but deliver only part of the data. Whether the testnet routes alike is not documented: the routes are
configuration, and the market side fails loudly when a subscribed stream stays silent.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Base URLs of one market, without a slash at the end. Empty where the market has no such thing."""

    rest_url: str
    stream_url: str
    """Host of the stream sockets; the route and `/stream` or `/ws` follow it."""
    ws_api_url: str
    """Complete URL of the request/answer WebSocket."""
    public_path: str = ""
    """Route of book data."""
    market_path: str = ""
    """Route of trades, marks and contract changes."""
    private_path: str = ""
    """Route of user data."""
    sapi_url: str = ""
    """Host of `/sapi`, which tells what the key may do; empty on testnets, which have none."""

    def combined_stream(self, route: str) -> str:
        """URL of the combined stream on a route; subscriptions follow as control frames."""
        return f"{self.stream_url}{route}/stream"

    def user_stream(self, listen_key: str) -> str:
        """URL of the USD-M user data socket of a listen key."""
        return f"{self.stream_url}{self.private_path}/ws?listenKey={listen_key}"

    def overridden(self, **urls: str | None) -> "Endpoints":
        """The same with the values that are not None put in their place."""
        given = {name: value for name, value in urls.items() if value is not None}
        return replace(self, **{name: value.rstrip("/") for name, value in given.items()})


_NOWHERE = Endpoints("", "", "")
_ROUTED = Endpoints("", "", "", "/public", "/market", "/private")

SPOT = MappingProxyType(
    {
        "mainnet": Endpoints(
            rest_url="https://api.binance.com",
            stream_url="wss://stream.binance.com:9443",
            ws_api_url="wss://ws-api.binance.com:443/ws-api/v3",
            sapi_url="https://api.binance.com",
        ),
        "testnet": Endpoints(
            rest_url="https://testnet.binance.vision",
            stream_url="wss://stream.testnet.binance.vision",
            ws_api_url="wss://ws-api.testnet.binance.vision/ws-api/v3",
        ),
        "custom": _NOWHERE,
    }
)
"""Spot hosts by environment."""

USDM = MappingProxyType(
    {
        "mainnet": replace(
            _ROUTED,
            rest_url="https://fapi.binance.com",
            stream_url="wss://fstream.binance.com",
            ws_api_url="wss://ws-fapi.binance.com/ws-fapi/v1",
            sapi_url="https://api.binance.com",
        ),
        "testnet": replace(
            _ROUTED,
            rest_url="https://testnet.binancefuture.com",
            stream_url="wss://fstream.binancefuture.com",
            ws_api_url="wss://testnet.binancefuture.com/ws-fapi/v1",
        ),
        "custom": _ROUTED,
    }
)
"""USD-M hosts by environment."""

LIVE_HOSTS = frozenset({"binance.com", "binance.us", "binance.vision"})
"""Registered domains on which real money trades, unless the host is one of `TEST_HOSTS`."""

TEST_HOSTS = (
    "testnet.binance.vision",
    "demo-api.binance.com",
    "demo-stream.binance.com",
    "demo-ws-api.binance.com",
    "demo-fapi.binance.com",
    "demo-fstream.binance.com",
)
"""Hosts under a live domain (and those below them) that are play money all the same."""


def is_live_host(host: str) -> bool:
    """Whether requests to this host can touch real money. A host below a live domain does unless known not to."""
    name = host.lower().rstrip(".")
    if any(name == test or name.endswith("." + test) for test in TEST_HOSTS):
        return False
    return any(name == live or name.endswith("." + live) for live in LIVE_HOSTS)
