"""A running venue-sim as a test of a third-party client sees it: addresses, keys, and the operator's hand."""

import json
import urllib.request
from typing import Any

HMAC_KEY = "paperHmacKey00000000000000000000000000000000000000000000000main"
HMAC_SECRET = "paper-secret-not-a-real-one-main"
ED25519_KEY = "paperEd25519Key000000000000000000000000000000000000000000000main"
ED25519_PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIG4IIxr7uZtrciOV5HHWsQ1d3WXrbbALKrrgkCYU4eP7
-----END PRIVATE KEY-----
"""


class VenuePeer:
    """Addresses of the venue and calls to its admin port."""

    def __init__(self, endpoints: dict[str, Any]) -> None:
        self.spot: dict[str, str] = endpoints["binance"]["spot"]
        self.usdm: dict[str, str] = endpoints["binance"]["usdm"]
        self._admin: str = endpoints["admin"]

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the admin port; AssertionError when it refuses."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._admin}/_sim/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.loads(reply.read())

    def fill(self, market: str, symbol: str, order_id: int, quantity: str = "0") -> Any:
        """Let a resting order of account `main` trade, all of it when `quantity` is 0."""
        body = {"account": "main", "market": market, "symbol": symbol, "action": "fill"}
        return self.admin("POST", "order", body | {"order_id": order_id, "quantity": quantity})

    def best(self, market: str, symbol: str) -> tuple[float, float]:
        """Best bid and ask of the venue."""
        shown = self.admin("GET", "state")["markets"][market]["symbols"][symbol]
        return float(shown["bid"]), float(shown["ask"])
