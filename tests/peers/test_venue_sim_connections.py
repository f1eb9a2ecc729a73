"""Rules of connections (pings, life, rates, silent URLs, limits), and how the process starts and ends."""

import itertools
import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from testkit.processes import Processes
from testkit.raw_binance import RawBinance
from testkit.run_dirs import make_run_dir
from testkit.shared_files import ROOT
from testkit.venue_peer import HMAC_KEY, VenuePeer
from testkit.waiting import eventually

ADDRESSES = itertools.count(1)
PAPER = "config/paper/venue-sim.toml"
HASTY = """
[spot.sockets]
ping_interval_s = 0.4
pong_timeout_s = 0.6
life_s = 3.0
[spot.limits]
weight_per_minute = 300
refusals_before_ban = 2
[usdm.sockets]
streams_per_connection = 3
connections_per_5_minutes = 40
[usdm.limits]
orders_per_10s = 3
"""


@pytest.fixture(scope="module")
def hasty() -> Iterator[VenuePeer]:
    """A venue with short pings, a short life and tight limits."""
    run_dir = make_run_dir()
    processes = Processes(run_dir, cwd=ROOT)
    own, endpoints = run_dir / "hasty.toml", run_dir / "endpoints.json"
    own.write_text(HASTY)
    try:
        processes.start("hasty", command("--config", str(own), "--endpoints", str(endpoints)))
        eventually(endpoints.exists, within_s=20)
        yield VenuePeer(json.loads(endpoints.read_text()))
    finally:
        processes.stop_all()
        shutil.rmtree(run_dir, ignore_errors=True)


@pytest.fixture
async def raw(hasty: VenuePeer) -> AsyncIterator[RawBinance]:
    """A client with a loopback address of its own, as limits are counted per address."""
    connector = aiohttp.TCPConnector(local_addr=(f"127.0.1.{next(ADDRESSES)}", 0))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10), connector=connector) as http:
        client = RawBinance(hasty, http)
        yield client
        await client.stop()


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "venue_sim", "--config", PAPER, *more]


async def test_who_answers_pings_lives_on_until_the_end_of_its_life(raw: RawBinance) -> None:
    wire = await raw.stream("spot", "/ws", "btcusdt@bookTicker")
    assert await wire.closed() == 1001
    assert len(wire.frames) > 10


async def test_who_does_not_answer_pings_is_cut_off(raw: RawBinance, hasty: VenuePeer) -> None:
    socket_ = await raw.http.ws_connect(hasty.spot["stream"] + "/ws", autoping=False)
    message = await socket_.receive()
    while message.type is aiohttp.WSMsgType.PING:
        message = await socket_.receive()
    assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    assert socket_.close_code in (1006, 1011)


async def test_a_frozen_connection_without_pongs(raw: RawBinance, hasty: VenuePeer) -> None:
    wire = await raw.stream("usdm", "/public/ws", "btcusdt@bookTicker")
    await wire.until(lambda frame: frame.get("e") == "bookTicker")
    hasty.admin("POST", "faults", {"kind": "freeze", "market": "usdm", "pong": False})
    seen = len(wire.frames)
    await wire.send({"method": "LIST_SUBSCRIPTIONS", "id": 9})
    await raw.rest("usdm", "GET", "/fapi/v1/time")
    assert [frame for frame in wire.frames[seen + 1 :] if "id" in frame] == []
    hasty.admin("DELETE", "faults")
    await wire.until(lambda frame: frame.get("id") == 9)


async def test_more_than_five_messages_a_second_end_a_spot_stream(raw: RawBinance) -> None:
    wire = await raw.stream("spot", "/ws", "btcusdt@trade")
    for number in range(12):
        await wire.send({"method": "LIST_SUBSCRIPTIONS", "id": number + 2})
    assert await wire.closed() == 1008


async def test_no_more_streams_than_allowed(raw: RawBinance) -> None:
    wire = await raw.stream("usdm", "/public/ws", "btcusdt@bookTicker")
    await wire.send({"method": "SUBSCRIBE", "params": ["a@trade", "b@trade", "c@trade"], "id": 7})
    assert (await wire.until(lambda frame: frame.get("id") == 7))["error"]["code"] == 2


async def test_urls_without_a_route_acknowledge_everything_and_deliver_a_part(raw: RawBinance) -> None:
    wire = await raw.stream("usdm", "/stream", "btcusdt@bookTicker", "btcusdt@markPrice@1s")
    await wire.until(lambda _: len([frame for frame in wire.frames if "stream" in frame]) > 60)
    assert {frame["stream"] for frame in wire.frames if "stream" in frame} == {"btcusdt@bookTicker"}


async def test_a_route_carries_only_its_own_streams(raw: RawBinance) -> None:
    wire = await raw.stream("usdm", "/market/stream", "btcusdt@bookTicker", "btcusdt@markPrice@1s")
    await wire.until(lambda frame: frame.get("stream") == "btcusdt@markPrice@1s")
    assert [frame for frame in wire.frames if frame.get("stream") == "btcusdt@bookTicker"] == []


@pytest.mark.parametrize("target", ["/ws-api/v2", "/", "/ws-api/v3/more"])
async def test_paths_that_do_not_exist(raw: RawBinance, hasty: VenuePeer, target: str) -> None:
    for base in (hasty.spot["stream"], hasty.spot["ws_api"].removesuffix("/ws-api/v3")):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await raw.http.ws_connect(base + target)
        assert refused.value.status == 404


async def test_too_many_connection_attempts(raw: RawBinance, hasty: VenuePeer) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        for _ in range(81):  # forty are allowed, and the five minutes may end once meanwhile
            await (await raw.http.ws_connect(hasty.usdm["stream"] + "/public/ws")).close()
    assert refused.value.status == 429


async def test_weight_then_429_then_418(raw: RawBinance) -> None:
    replies = [await raw.rest("spot", "GET", "/api/v3/depth", symbol="BTCUSDT", limit=5000) for _ in range(10)]
    last = max(number for number, (status, _, _) in enumerate(replies) if status == 200)  # a minute may have turned
    assert [status for status, _, _ in replies[last : last + 5]] == [200, 429, 429, 418, 418]
    assert replies[last][2]["X-MBX-USED-WEIGHT-1M"] == "250"
    assert 1 <= int(replies[last + 1][2]["Retry-After"]) <= 60 < int(replies[last + 3][2]["Retry-After"]) <= 120
    session = await raw.ws_api("spot")
    told = await session.until(lambda frame: "error" in frame)
    assert told["status"] == 418, "the websocket API shares the address's weight"


async def test_order_counts(raw: RawBinance) -> None:
    session = await raw.ws_api("usdm")
    wanted = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.002"}
    replies = [await raw.ask(session, "order.place", **wanted) for _ in range(7)]  # at most two intervals of three
    refused = next(reply for reply in replies if reply["status"] != 200)
    assert (refused["status"], refused["error"]["code"]) == (429, -1015)
    assert refused["error"]["data"]["retryAfter"] > refused["error"]["data"]["serverTime"]
    assert refused["rateLimits"][0]["count"] == 3


async def test_malformed_requests_get_an_answer(raw: RawBinance) -> None:
    session = await raw.ws_api("usdm")
    await session.socket.send_str("{")
    assert (await session.until(lambda frame: "error" in frame))["error"]["code"] == -1135
    await session.send({"id": 5, "method": "order.nosuch"})
    assert (await session.until(lambda frame: frame.get("id") == 5))["status"] == 400


async def test_unencoded_parameters_are_a_wrong_signature(raw: RawBinance, hasty: VenuePeer) -> None:
    url = f"{hasty.usdm['rest']}/fapi/v1/order?batch=[1]&timestamp=1"
    async with raw.http.get(URL(url, encoded=True), headers={"X-MBX-APIKEY": HMAC_KEY}) as reply:
        assert (await reply.json())["code"] in (-1021, -1022)


class TestCommandLine:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("[run]\nsede = 1\n", ["run.sede", "no key"]),
            ("[run\n", ["not valid TOML"]),
            ("[spot]\nmaker_fee = 'cheap'\n", ["spot.maker_fee"]),
            ("[[spot.symbols]]\nsymbol='X'\nbase='X'\ntick='1'\nlot='1'\nsynthetic={wings=2}\n", ["wings"]),
            ("[[accounts]]\nname='a'\n[[accounts.keys]]\napi_key='k'\n", ["needs a secret"]),
        ],
    )
    def test_a_wrong_configuration_says_where_and_what(self, run_dir: Path, text: str, parts: list[str]) -> None:
        own = run_dir / "wrong.toml"
        own.write_text(text)
        done = run(command("--config", str(own)))
        assert done.returncode == 78
        assert all(part in done.stderr for part in parts), done.stderr
        assert "Traceback" not in done.stderr

    def test_files_that_are_not_there(self, run_dir: Path) -> None:
        for option in ("--config", "--replay"):
            done = run(command(option, str(run_dir / "absent")))
            assert done.returncode == 78 and "absent" in done.stderr

    def test_a_port_in_use(self, run_dir: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            own = run_dir / "port.toml"
            own.write_text(f"[run]\nadmin_port = {taken.getsockname()[1]}\n")
            done = run(command("--config", str(own)))
        assert done.returncode == 69 and "port" in done.stderr

    def test_later_files_win_and_sigterm_ends_it(
        self, processes: Processes, run_dir: Path, free_port: Callable[[], int]
    ) -> None:
        port, own, endpoints = free_port(), run_dir / "own.toml", run_dir / "endpoints.json"
        own.write_text(f"[run]\nadmin_port = {port}\n")
        process = processes.start("own", command("--config", str(own), "--endpoints", str(endpoints)))
        eventually(endpoints.exists, within_s=20)
        found: dict[str, Any] = json.loads(endpoints.read_text())
        assert found["admin"] == f"http://127.0.0.1:{port}"
        assert set(found["binance"]["spot"]) == set(found["binance"]["usdm"]) == {"rest", "stream", "ws_api"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert [json.loads(line)["event"] for line in processes.log_text("own").splitlines()] == [
            "listening",
            "stopped",
        ]


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
