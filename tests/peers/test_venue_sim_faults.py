"""Every fault of the admin port, as a client on the wire meets it."""

import asyncio
import socket
import urllib.error
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from testkit.raw_binance import RawBinance, Wire
from testkit.venue_peer import VenuePeer
from testkit.waiting import eventually

SYMBOL = "BTCUSDT"


@pytest.fixture(autouse=True)
def no_fault_stays(venue: VenuePeer) -> Iterator[None]:
    yield
    venue.admin("DELETE", "faults")
    for market in ("spot", "usdm"):
        venue.admin("POST", "order", {"account": "main", "market": market, "symbol": SYMBOL, "action": "cancel_all"})


@pytest.fixture
async def raw(venue: VenuePeer) -> AsyncIterator[RawBinance]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as http:
        client = RawBinance(venue, http)
        yield client
        await client.stop()


def bid(venue: VenuePeer, market: str = "spot", name: str = "") -> dict[str, str]:
    """A bid that rests far from the market."""
    price = venue.best(market, SYMBOL)[0] * 0.97
    wanted = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    text = f"{price:.2f}" if market == "spot" else f"{price:.1f}"
    return wanted | {"price": text} | ({"newClientOrderId": name} if name else {})


def fault(venue: VenuePeer, kind: str, **more: Any) -> Any:
    return venue.admin("POST", "faults", {"kind": kind} | more)[0]


def order(venue: VenuePeer, name: str) -> dict[str, str] | None:
    """What the venue itself knows of an order of ours."""
    orders = venue.admin("GET", "truth")["main"]["orders"]
    return next((each for each in orders if each["client_order_id"] == name), None)


class TestRequests:
    async def test_drop_ack(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "drop_ack", market="spot", endpoint="order.place", count=1)
        wire = await raw.ws_api("spot", user_events=True)
        number = await raw.send(wire, "order.place", **bid(venue, name="dropped"))
        await wire.until(lambda frame: frame.get("event", {}).get("c") == "dropped")
        await raw.ask(wire, "order.status", symbol=SYMBOL, origClientOrderId="dropped")
        assert [frame for frame in wire.frames if frame.get("id") == number] == []
        assert (order(venue, "dropped") or {})["status"] == "NEW"

    async def test_lost_request(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "lost_request", market="spot", endpoint="order.place", count=1)
        wire = await raw.ws_api("spot")
        number = await raw.send(wire, "order.place", **bid(venue, name="lost"))
        await raw.ask(wire, "time")
        assert [frame for frame in wire.frames if frame.get("id") == number] == []
        assert order(venue, "lost") is None

    async def test_a_dropped_ack_over_rest_leaves_the_client_waiting(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "drop_ack", market="usdm", endpoint="order.place", count=1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await raw.rest("usdm", "POST", "/fapi/v1/order", **bid(venue, "usdm", "dropped-rest"))
        assert (order(venue, "dropped-rest") or {})["status"] == "NEW"

    async def test_delay_ack_lets_events_overtake(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "delay_ack", market="spot", endpoint="order.place", delay_ms=150, count=1)
        wire = await raw.ws_api("spot", user_events=True)
        reply = await raw.ask(wire, "order.place", **bid(venue, name="late"))
        event = await wire.until(lambda frame: frame.get("event", {}).get("c") == "late")
        assert wire.frames.index(event) < wire.frames.index(reply)

    async def test_fill_before_ack(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "fill_before_ack", market="spot", endpoint="order.place", count=1)
        wire = await raw.ws_api("spot", user_events=True)
        reply = await raw.ask(wire, "order.place", **bid(venue, name="early"))
        fill = await wire.until(lambda frame: frame.get("event", {}).get("x") == "TRADE")
        assert (fill["event"]["c"], fill["event"]["X"], reply["result"]["status"]) == ("early", "FILLED", "NEW")
        assert wire.frames.index(fill) < wire.frames.index(reply)

    async def test_without_a_fault_the_ack_comes_first(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.ws_api("spot", user_events=True)
        reply = await raw.ask(wire, "order.place", **bid(venue, name="usual"))
        event = await wire.until(lambda frame: frame.get("event", {}).get("c") == "usual")
        assert wire.frames.index(reply) < wire.frames.index(event)

    async def test_fill_on_cancel(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.ws_api("spot", user_events=True)
        await raw.ask(wire, "order.place", **bid(venue, name="raced"))
        fault(venue, "fill_on_cancel", market="spot", count=1)
        reply = await raw.ask(wire, "order.cancel", symbol=SYMBOL, origClientOrderId="raced")
        assert reply["error"] == {"code": -2011, "msg": "Unknown order sent."}
        fill = await wire.until(lambda frame: frame.get("event", {}).get("X") == "FILLED")
        assert fill["event"]["c"] == "raced"

    @pytest.mark.parametrize("status", [429, 418, 503])
    async def test_http(self, venue: VenuePeer, raw: RawBinance, status: int) -> None:
        fault(venue, "http", market="usdm", endpoint="order.place", status=status, retry_after_ms=7_000, count=1)
        got, body, headers = await raw.rest("usdm", "POST", "/fapi/v1/order", **bid(venue, "usdm", f"http-{status}"))
        assert got == status and order(venue, f"http-{status}") is None
        assert headers.get("Retry-After") == (None if status == 503 else "7")
        assert body["code"] == (-1000 if status == 503 else -1003)
        got, _, _ = await raw.rest("usdm", "POST", "/fapi/v1/order", **bid(venue, "usdm"))
        assert got == 200

    async def test_reject(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "reject", market="spot", code=-2010, message="Market is closed.", count=1)
        status, body, _ = await raw.rest("spot", "POST", "/api/v3/order", **bid(venue, name="rejected"))
        assert (status, body) == (400, {"code": -2010, "msg": "Market is closed."})
        assert order(venue, "rejected") is None

    @pytest.mark.parametrize("executed", [True, False])
    async def test_status_unknown(self, venue: VenuePeer, raw: RawBinance, executed: bool) -> None:
        name = f"unknown-{executed}"
        fault(venue, "status_unknown", market="spot", endpoint="order.place", executed=executed, count=1)
        _, body, _ = await raw.rest("spot", "POST", "/api/v3/order", **bid(venue, name=name))
        assert body["code"] == -1007 and "execution status unknown" in body["msg"]
        assert (order(venue, name) is not None) == executed

    async def test_chance(self, venue: VenuePeer, raw: RawBinance) -> None:
        standing = fault(venue, "http", market="spot", endpoint="time", probability=0.5)
        replies = [(await raw.rest("spot", "GET", "/api/v3/time"))[0] for _ in range(60)]
        assert 10 < replies.count(503) < 50
        assert venue.admin("GET", "faults")[0]["befallen"] == replies.count(503)
        assert venue.admin("DELETE", f"faults/{standing['id']}") == {"removed": 1}

    async def test_skew(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "skew", offset_ms=10_000)
        status, body, _ = await raw.rest("spot", "GET", "/api/v3/account")
        assert (status, body["code"]) == (400, -1021)
        here = (await raw.rest("spot", "GET", "/api/v3/time"))[1]["serverTime"]
        assert (await raw.rest("spot", "GET", "/api/v3/account", timestamp=here))[0] == 200


class TestMarketData:
    async def test_gap(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.stream("spot", "/ws", "btcusdt@depth@100ms")
        first = await wire.until(lambda frame: frame.get("e") == "depthUpdate")
        fault(venue, "gap", market="spot", symbol=SYMBOL, channel="depth", count=1)
        await eventually_async(lambda: venue.admin("GET", "faults") == [])
        await self._beyond(wire, first["u"])
        diffs = [frame for frame in wire.frames if frame.get("e") == "depthUpdate"]
        jumps = [right["U"] - left["u"] for left, right in pairwise(diffs)]
        assert len([jump for jump in jumps if jump != 1]) == 1 and max(jumps) > 1

    async def test_dup(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.stream("spot", "/ws", "btcusdt@depth@100ms")
        fault(venue, "dup", market="spot", channel="depth", count=1)
        first = await wire.until(lambda frame: frame.get("e") == "depthUpdate")
        await self._beyond(wire, first["u"])
        assert [frame["u"] for frame in wire.frames if "u" in frame].count(first["u"]) == 2

    async def test_reorder(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.stream("spot", "/ws", "btcusdt@depth@100ms")
        fault(venue, "reorder", market="spot", channel="depth", count=1)
        await wire.until(lambda _: len(wire.frames) >= 4)
        ids = [frame["U"] for frame in wire.frames if "U" in frame]
        assert ids[0] > ids[1] and sorted(ids[:2]) + ids[2:] == sorted(ids)

    async def test_a_freeze_of_one_symbol_leaves_the_other_and_the_pongs(
        self, venue: VenuePeer, raw: RawBinance
    ) -> None:
        wire = await raw.stream("spot", "/stream", "btcusdt@depth@100ms", "ethusdt@depth@100ms")
        await wire.until(lambda frame: frame.get("stream", "").startswith("btc"))
        fault(venue, "freeze", market="spot", symbol=SYMBOL)
        seen = len(wire.frames)
        await wire.until(lambda _: [frame["stream"][:3] for frame in wire.frames[seen:]].count("eth") >= 5)
        assert [frame["stream"][:3] for frame in wire.frames[seen + 1 :]].count("btc") == 0
        await wire.socket.ping()
        venue.admin("DELETE", "faults")
        again = len(wire.frames)
        await wire.until(lambda _: any(frame["stream"][:3] == "btc" for frame in wire.frames[again:]))

    async def test_close(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.stream("spot", "/ws", "btcusdt@trade")
        session = await raw.ws_api("spot")
        fault(venue, "close", market="spot", channel="stream")
        assert await wire.closed() == 1006
        assert (await raw.ask(session, "time"))["status"] == 200

    async def test_outage(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.stream("usdm", "/public/ws", "btcusdt@bookTicker")
        fault(venue, "outage", market="usdm", duration_ms=400)
        assert await wire.closed() == 1006
        with pytest.raises(aiohttp.ClientConnectorError):
            await raw.rest("usdm", "GET", "/fapi/v1/time")
        assert (await raw.rest("spot", "GET", "/api/v3/time"))[0] == 200

        await eventually_async(lambda: listens(venue.usdm["rest"]))
        assert (await raw.rest("usdm", "GET", "/fapi/v1/time"))[0] == 200
        await raw.stream("usdm", "/public/ws", "btcusdt@bookTicker")

    async def test_server_shutdown_is_announced(self, venue: VenuePeer, raw: RawBinance) -> None:
        plain = await raw.stream("spot", "/ws", "btcusdt@trade")
        combined = await raw.stream("spot", "/stream", "btcusdt@trade")
        session = await raw.ws_api("spot")
        fault(venue, "server_shutdown", market="spot", duration_ms=200)
        assert (await plain.until(lambda frame: frame.get("e") == "serverShutdown"))["E"] > 0
        told = await combined.until(lambda frame: frame.get("stream") == "!serverShutdown")
        assert told["data"]["e"] == "serverShutdown"
        await session.until(lambda frame: frame.get("event", {}).get("e") == "serverShutdown")
        assert await plain.closed() == 1006

    @staticmethod
    async def _beyond(wire: Wire, last_id: int) -> None:
        await wire.until(lambda frame: frame.get("U", 0) > last_id + 1)


class TestAccountsAndRules:
    async def test_tick_change(self, venue: VenuePeer, raw: RawBinance) -> None:
        wanted = bid(venue, "usdm")
        fault(venue, "tick_change", market="usdm", symbol=SYMBOL, tick="10")
        off_grid = wanted | {"price": str(int(float(wanted["price"])) // 10 * 10 + 3)}
        assert (await raw.rest("usdm", "POST", "/fapi/v1/order", **off_grid))[1]["code"] == -4014
        info = (await raw.rest("usdm", "GET", "/fapi/v1/exchangeInfo"))[1]["symbols"][0]
        assert info["filters"][0]["tickSize"] == "10.00"
        fault(venue, "tick_change", market="usdm", symbol=SYMBOL, tick="0.1")
        assert (await raw.rest("usdm", "POST", "/fapi/v1/order", **off_grid))[0] == 200

    async def test_halt_for_a_while(self, venue: VenuePeer, raw: RawBinance) -> None:
        wanted = bid(venue)
        fault(venue, "halt", market="spot", symbol=SYMBOL, duration_ms=300)
        assert (await raw.rest("spot", "POST", "/api/v3/order", **wanted))[1]["msg"] == "Market is closed."

        await eventually_async(lambda: status_of(venue, "spot") == "TRADING")
        assert (await raw.rest("spot", "POST", "/api/v3/order", **wanted))[0] == 200

    async def test_adl_and_funding(self, venue: VenuePeer, raw: RawBinance) -> None:
        key = (await raw.rest("usdm", "POST", "/fapi/v1/listenKey"))[1]["listenKey"]
        wire = await raw.stream("usdm", f"/private/ws?listenKey={key}")
        market = {"symbol": SYMBOL, "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        await raw.rest("usdm", "POST", "/fapi/v1/order", **market)
        fault(venue, "funding", market="usdm", symbol=SYMBOL, rate="0.0001")
        paid = await wire.until(lambda frame: frame.get("a", {}).get("m") == "FUNDING_FEE")
        assert paid["a"]["P"] == [] and float(paid["a"]["B"][0]["bc"]) < 0
        fault(venue, "adl", market="usdm", symbol=SYMBOL, quantity="0.004")
        closed = await wire.until(lambda frame: frame.get("o", {}).get("x") == "CALCULATED")
        assert closed["o"]["c"].startswith("adl_autoclose") and closed["o"]["l"] == "0.004"
        assert venue.admin("GET", "truth")["main"]["positions"][SYMBOL] == "0.006"
        fault(venue, "liquidation", market="usdm", symbol=SYMBOL, quantity="0.006")
        await wire.until(lambda frame: frame.get("o", {}).get("c", "").startswith("autoclose-"))

    async def test_transfer(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.ws_api("spot", user_events=True)
        fault(venue, "transfer", market="spot", asset="ETH", quantity="-1.5")
        told = await wire.until(lambda frame: frame.get("event", {}).get("e") == "balanceUpdate")
        assert (told["event"]["a"], told["event"]["d"]) == ("ETH", "-1.50000000")

    async def test_fee_asset(self, venue: VenuePeer, raw: RawBinance) -> None:
        fault(venue, "fee_asset", market="spot", asset="BNB", price="600")
        wanted = {"symbol": SYMBOL, "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        fills = (await raw.rest("spot", "POST", "/api/v3/order", **wanted))[1]["fills"]
        assert {fill["commissionAsset"] for fill in fills} == {"BNB"}
        fault(venue, "fee_asset", market="spot")
        fills = (await raw.rest("spot", "POST", "/api/v3/order", **wanted))[1]["fills"]
        assert {fill["commissionAsset"] for fill in fills} == {"BTC"}

    async def test_private_events_late_lost_and_double(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.ws_api("spot", user_events=True)
        fault(venue, "drop_events", market="spot", channel="executionReport", count=1)
        await raw.ask(wire, "order.place", **bid(venue, name="unseen"))
        fault(venue, "dup_events", market="spot", channel="executionReport", count=1)
        await raw.ask(wire, "order.place", **bid(venue, name="twice"))
        fault(venue, "delay_events", market="spot", channel="executionReport", delay_ms=200, count=1)
        await raw.ask(wire, "order.place", **bid(venue, name="late-event"))
        await raw.ask(wire, "order.place", **bid(venue, name="in-time"))
        await wire.until(lambda frame: frame.get("event", {}).get("c") == "late-event")
        names = [frame["event"].get("c") for frame in wire.frames if frame.get("event", {}).get("x") == "NEW"]
        assert names == ["twice", "twice", "in-time", "late-event"]

    async def test_a_listen_key_that_dies_in_silence(self, venue: VenuePeer, raw: RawBinance) -> None:
        key = (await raw.rest("usdm", "POST", "/fapi/v1/listenKey"))[1]["listenKey"]
        wire = await raw.stream("usdm", f"/private/ws/{key}")
        fault(venue, "listen_key_expire", executed=True)
        await raw.rest("usdm", "POST", "/fapi/v1/order", **bid(venue, "usdm", "unheard"))
        status, body, _ = await raw.rest("usdm", "PUT", "/fapi/v1/listenKey")
        assert (status, body["code"]) == (400, -1125) and wire.frames == []

    def test_what_makes_no_sense_is_refused_with_the_reason(self, venue: VenuePeer) -> None:
        bodies: list[dict[str, str]] = [
            {"kind": "explode"},
            {"kind": "outage"},
            {"kind": "halt", "market": "spot", "symbol": "NOSUCH"},
            {"kind": "gap", "market": "options"},
            {"kind": "transfer", "account": "nobody", "asset": "BTC", "quantity": "1"},
            {"kind": "drop_ack", "market": "spot", "endpoint": "order.explode"},
        ]
        for body in bodies:
            with pytest.raises(urllib.error.HTTPError) as refused:
                venue.admin("POST", "faults", body)
            assert refused.value.code == 400 and b"error" in refused.value.read()

    def test_endpoints_may_be_named_by_their_route(self, venue: VenuePeer) -> None:
        assert fault(venue, "http", endpoint="POST /api/v3/order", code=429)["endpoint"] == "order.place"
        assert venue.admin("GET", "faults")[0]["status"] == 429
        assert fault(venue, "freeze", symbol=SYMBOL, pong="on", duration_ms=1)["pong"] is True

    async def test_a_hand_behind_our_back(self, venue: VenuePeer, raw: RawBinance) -> None:
        wire = await raw.ws_api("spot", user_events=True)
        placed = {"account": "main", "market": "spot", "symbol": SYMBOL, "side": "SELL"}
        price = f"{venue.best('spot', SYMBOL)[1] * 1.02:.2f}"
        venue.admin("POST", "order", placed | {"quantity": "0.01", "price": price, "client_order_id": "by-hand"})
        await wire.until(lambda frame: frame.get("event", {}).get("c") == "by-hand")
        trades = await raw.stream("spot", "/ws", "btcusdt@trade")
        done = venue.admin("POST", "trade", {"market": "spot", "symbol": SYMBOL, "side": "BUY", "quantity": "0.003"})
        assert done == {"filled": "0.003"}
        await trades.until(lambda frame: frame.get("q") == "0.00300000" and frame["m"] is False)


async def eventually_async(look: Any) -> None:
    """Wait without stopping the loop that reads the wires."""
    await asyncio.to_thread(eventually, look)


def listens(address: str) -> bool:
    """Whether somebody accepts connections at a base address."""
    parts = urlsplit(address)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname or "", parts.port or 0)) == 0


def status_of(venue: VenuePeer, market: str) -> str:
    """Trading state of the symbol."""
    shown: str = venue.admin("GET", "state")["markets"][market]["symbols"][SYMBOL]["status"]
    return shown
