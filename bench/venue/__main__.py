"""`python -m bench.venue ENDPOINTS`: serve on free loopback ports, write the endpoints file, obey the bench."""

import asyncio
import gc
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web
from picows import ws_create_server

from bench.layout import SYMBOLS
from bench.venue.instrument import BenchInstrument, ticks_of
from bench.venue.orders import OrderDesk, read_request
from bench.venue.pacer import paced
from bench.venue.rest import RestSide
from bench.venue.sockets import Peer, Routes, framed
from bench.venue.stamps import Stamps

DEPTH_EVERY_S = 0.1
ORDERS_IN_MESSAGE = frozenset({"order.place", "order.modify"})


class Venue:
    """Everything of the process."""

    def __init__(self) -> None:
        """Nothing is sent yet."""
        self.instruments = {symbol: BenchInstrument(symbol, number) for number, symbol in enumerate(SYMBOLS)}
        self.desk = OrderDesk()
        self.routes = Routes(self._on_request)
        self.rest = RestSide(self.instruments, self.desk)
        self.rest.command("/bench/state", self._state)
        self.rest.command("/bench/ticks", self._ticks)
        self.rest.command("/bench/flood", self._flood)
        self.rest.command("/bench/next", self._next)
        self._stamps = Stamps()
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def depth_forever(self) -> None:
        """Each symbol's depth ten times a second, one after the other, and its mark price each second."""
        listed = list(self.instruments.values())
        for turn in range(1 << 62):
            await self._quiet.wait()
            instrument = listed[turn % len(listed)]
            self._send(self.routes.public, instrument.depth(_now_ms()))
            if turn // len(listed) % 10 == 0:
                self._send(self.routes.market, instrument.mark(_now_ms()))
            await asyncio.sleep(DEPTH_EVERY_S / len(listed))

    def _on_request(self, peer: Peer, text: bytes, received_ns: int) -> None:
        request = read_request(text)
        if request.method in ORDERS_IN_MESSAGE:
            self._stamps.ordered(request.params.symbol, ticks_of(request.params.price), received_ns)
        answer, event = self.desk.take(request, _now_ms())
        peer.send(answer)
        if event:
            self._send(self.routes.private, event)

    async def _state(self, asked: dict[str, Any]) -> dict[str, Any]:
        connections = {"public": len(self.routes.public), "private": len(self.routes.private)}
        return {"open_orders": len(self.desk.open), **connections}

    async def _ticks(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`ticks_per_s`, `moves_per_s`, `seconds`, `offset_ticks`; answers when the last order has had time to come."""
        rate, moves_per_s = float(asked["ticks_per_s"]), float(asked["moves_per_s"])
        stamps = self._stamps = Stamps()
        listed, each = list(self.instruments.values()), max(1, round(rate / moves_per_s))

        def send(number: int) -> None:
            moves = number % each == 0
            place = number // each if moves else number
            instrument = listed[place % len(listed)]
            if moves:
                instrument.move()
            frame = instrument.quote(_now_ms())
            if moves:
                stamps.moved(instrument.symbol, instrument.level, time.monotonic_ns())
            self._send(self.routes.public, frame)

        begun_ns = time.monotonic_ns()
        count = int(rate * float(asked["seconds"]))
        await paced(rate, count, send)
        ended_ns = time.monotonic_ns()
        await asyncio.sleep(float(asked["patience_s"]))
        outcome = stamps.outcome(begun_ns, int(asked["offset_ticks"]))
        return {"ticks": count, "seconds": (ended_ns - begun_ns) / 1e9, **outcome._asdict()}

    async def _next(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The update id with which a flood of `frames` will end. No depth comes in between."""
        self._quiet.clear()
        count, listed = int(asked["frames"]), list(self.instruments.values())
        number = (count - 1) % len(listed)
        return {"last_update_id": listed[number].update_id + (count - 1) // len(listed) + 1}

    async def _flood(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`kind` quotes or depth, `frames`; answers when the reader has taken them all."""
        self._quiet.clear()
        try:
            frames, last = self._frames(str(asked["kind"]), int(asked["frames"]))
            chunks = framed(frames)
            (peer,) = self.routes.public
            begun_ns = time.monotonic_ns()
            await peer.flood(chunks)
            return {"begun_ns": begun_ns, "ended_ns": time.monotonic_ns(), "last_update_id": last.update_id}
        finally:
            self._quiet.set()

    def _frames(self, kind: str, count: int) -> tuple[list[bytes], BenchInstrument]:
        """Frames of all instruments in turn, and the instrument of the last one. Each changes the best quote."""
        listed, frames = list(self.instruments.values()), []
        for number in range(count):
            instrument = listed[number % len(listed)]
            instrument.move()
            frames.append(instrument.quote(_now_ms()) if kind == "quotes" else instrument.depth(_now_ms()))
        return frames, instrument

    def _send(self, peers: set[Peer], frame: bytes) -> None:
        for peer in peers:
            peer.send(frame)


async def serve(endpoints: Path) -> None:
    """Until SIGTERM or SIGINT."""
    venue = Venue()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    sockets = await ws_create_server(venue.routes.listener, "127.0.0.1", 0)
    runner = web.AppRunner(venue.rest.application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ws_port, http_port = sockets.sockets[0].getsockname()[1], runner.addresses[0][1]
    _announce(endpoints, f"ws://127.0.0.1:{ws_port}", f"http://127.0.0.1:{http_port}")
    depth = asyncio.create_task(venue.depth_forever())
    gc.collect()
    gc.freeze()
    depth.add_done_callback(lambda _: stopping.set())
    await stopping.wait()
    depth.cancel()
    outcome = await asyncio.gather(depth, return_exceptions=True)
    sockets.close()
    await runner.cleanup()
    if isinstance(outcome[0], Exception):
        raise outcome[0]


def _announce(file: Path, ws: str, http: str) -> None:
    usdm = {"rest": http, "stream": ws, "ws_api": f"{ws}/ws-fapi/v1"}
    written = file.with_suffix(".new")
    written.write_text(json.dumps({"admin": http, "binance": {"usdm": usdm}}))
    written.rename(file)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
