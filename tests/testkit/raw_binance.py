"""A bare Binance client for tests of venue-sim: it signs by the book and shows everything as it comes."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp

from testkit.venue_peer import HMAC_KEY, HMAC_SECRET, VenuePeer


def signed(params: dict[str, Any]) -> str:
    """A query string with timestamp and signature."""
    query = urlencode({"timestamp": int(time.time() * 1000)} | params)
    return f"{query}&signature={hmac.new(HMAC_SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()}"


class Wire:
    """One WebSocket connection whose frames are kept in order."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Any] = []
        self.closed_with: int | None = None
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.frames.append(json.loads(message.data))
                self._news.set()
        self.closed_with = self.socket.close_code or 1006
        self._news.set()

    async def send(self, value: Any) -> None:
        """Send one JSON frame."""
        await self.socket.send_json(value)

    async def until(self, wanted: Callable[[Any], Any], within_s: float = 10.0) -> Any:
        """The first frame that is wanted, come already or soon."""
        async with asyncio.timeout(within_s):
            while True:
                for frame in self.frames:
                    if wanted(frame):
                        return frame
                assert self.closed_with is None, f"closed with {self.closed_with}"
                self._news.clear()
                await self._news.wait()

    async def closed(self, within_s: float = 10.0) -> int:
        """The code the connection is closed with, soon."""
        async with asyncio.timeout(within_s):
            while self.closed_with is None:
                self._news.clear()
                await self._news.wait()
        return self.closed_with

    async def stop(self) -> None:
        """Close it."""
        await self.socket.close()
        await self._reader


class RawBinance:
    """Calls to both products of a venue."""

    def __init__(self, venue: VenuePeer, http: aiohttp.ClientSession) -> None:
        self.venue = venue
        self.http = http
        self.wires: list[Wire] = []
        self._request_id = 0

    async def rest(self, market: str, method: str, path: str, **params: Any) -> tuple[int, Any, dict[str, str]]:
        """A signed REST request: status, body, headers."""
        base = (self.venue.spot if market == "spot" else self.venue.usdm)["rest"]
        url = f"{base}{path}?{signed(params)}"
        async with self.http.request(method, url, headers={"X-MBX-APIKEY": HMAC_KEY}) as reply:
            return reply.status, await reply.json(content_type=None), dict(reply.headers)

    async def stream(self, market: str, path: str, *names: str) -> Wire:
        """A stream connection, subscribed and acknowledged."""
        base = (self.venue.spot if market == "spot" else self.venue.usdm)["stream"]
        wire = await self._open(base + path)
        if names:
            await wire.send({"method": "SUBSCRIBE", "params": list(names), "id": 1})
            await wire.until(lambda frame: frame.get("id") == 1)
        return wire

    async def ws_api(self, market: str, user_events: bool = False) -> Wire:
        """A WebSocket-API session, on spot with the user stream where wanted."""
        wire = await self._open((self.venue.spot if market == "spot" else self.venue.usdm)["ws_api"])
        if user_events:
            await self.ask(wire, "userDataStream.subscribe.signature")
        return wire

    async def send(self, wire: Wire, method: str, **params: Any) -> int:
        """Send a signed request; its id."""
        self._request_id += 1
        values = params | {"apiKey": HMAC_KEY, "timestamp": int(time.time() * 1000)}
        payload = "&".join(f"{name}={values[name]}" for name in sorted(values))
        signature = hmac.new(HMAC_SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
        await wire.send({"id": self._request_id, "method": method, "params": values | {"signature": signature}})
        return self._request_id

    async def ask(self, wire: Wire, method: str, **params: Any) -> Any:
        """Send a signed request and wait for its reply."""
        number = await self.send(wire, method, **params)
        return await wire.until(lambda frame: frame.get("id") == number)

    async def stop(self) -> None:
        """Close every connection."""
        for wire in self.wires:
            await wire.stop()

    async def _open(self, url: str) -> Wire:
        wire = Wire(await self.http.ws_connect(url, max_msg_size=1 << 22))
        self.wires.append(wire)
        return wire
