"""What one market frame costs the gateway: decoded, judged, put into the book, and published on the bus.

`python -m bench.gateway_frames` prints µs a frame and frames a second on one core, without the WebSocket. The publisher
is the real one, and another process reads all that is published.
"""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from crossbook.bus import Publisher
from crossbook.clock import SystemClock
from gateway_binance.market_dialect import MARKETS, BinanceMarketDialect
from gateway_kit.feed_publisher import FeedPublisher
from gateway_kit.market_dialect import Channel, StreamRoute
from gateway_kit.market_feed import MarketFeed

QUOTE, DEPTH = "btcusdt@bookTicker", "btcusdt@depth@100ms"
INSTRUMENT = "BTC-USDT@binance"
LEVELS = 20
"""Changes a side in a depth frame (about 2 kB)."""

READER = """
import sys, zmq
socket = zmq.Context().socket(zmq.SUB)
socket.connect(sys.argv[1])
socket.subscribe(b"")
print("up", flush=True)
while True:
    socket.recv()
"""


class Cost(NamedTuple):
    """What a kind of frame costs."""

    name: str
    us: float
    per_s: float


def quote_frames(count: int) -> list[bytes]:
    """Best quotes, each different from the one before."""
    draw = random.Random(1)
    frames = []
    for number in range(count):
        bid = 62_000 + draw.randrange(1_000) / 100
        data = {"u": 1_001 + number, "s": "BTCUSDT", "b": f"{bid:.8f}", "B": f"{draw.random() * 9:.8f}",
                "a": f"{bid + 0.01:.8f}", "A": f"{draw.random() * 9:.8f}"}  # fmt: skip
        frames.append(_combined(QUOTE, data))
    return frames


def depth_frames(count: int) -> list[bytes]:
    """Depth differences that touch the best levels and others."""
    draw = random.Random(2)
    frames = []
    for number in range(count):
        first = 1_001 + number * 10
        sides = [
            [[f"{62_000 + sign * (1 + draw.randrange(400)) / 100:.8f}", f"{draw.choice((0, 1)) * draw.random():.8f}"]
             for _ in range(LEVELS)]
            for sign in (-1, 1)
        ]  # fmt: skip
        data = {"e": "depthUpdate", "E": 1_790_000_000_000 + number, "s": "BTCUSDT", "U": first, "u": first + 9,
                "b": sides[0], "a": sides[1]}  # fmt: skip
        frames.append(_combined(DEPTH, data))
    return frames


def fresh_feed(publish: Callable[..., int]) -> MarketFeed:
    """A feed of one instrument with a live book of 1,000 levels a side."""
    publisher = FeedPublisher(publish, SystemClock.monotonic_ns)
    feed = MarketFeed(BinanceMarketDialect(MARKETS["spot"]), publisher)
    book = feed.add("BTCUSDT", INSTRUMENT)
    feed.learn([StreamRoute(QUOTE, Channel.QUOTE, "BTCUSDT"), StreamRoute(DEPTH, Channel.DEPTH, "BTCUSDT")])
    bids = [[f"{62_000 - step / 100:.2f}", "1"] for step in range(1, 1_001)]
    asks = [[f"{62_000 + step / 100:.2f}", "1"] for step in range(1, 1_001)]
    body = json.dumps({"lastUpdateId": 1_000, "bids": bids, "asks": asks}).encode()
    book.on_snapshot(BinanceMarketDialect(MARKETS["spot"]).snapshot(body), 1)
    return feed


def ns_per_frame(publish: Callable[..., int], frames: Sequence[bytes]) -> float:
    """Feed all frames once and return the mean time of one."""
    feed, now = fresh_feed(publish), SystemClock.monotonic_ns
    begun = time.perf_counter_ns()
    for frame in frames:
        feed.on_frame(frame, now())
    taken = time.perf_counter_ns() - begun
    if not feed.feeds["BTCUSDT"].trusted:
        raise RuntimeError(f"the book did not stand: {feed.counts}")
    return taken / len(frames)


async def measure(rounds: int = 5, count: int = 20_000) -> list[Cost]:
    """Best of some rounds of each kind of frame, taken in turn."""
    kinds = {"gateway_quote_frame": quote_frames(count), "gateway_depth_frame": depth_frames(count // 10)}
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="xb-") as directory:
        Path(directory).chmod(0o700)
        publisher = Publisher(f"ipc://{directory}/md.ipc", clock=SystemClock(), role="md")
        with _reader(publisher.endpoint):
            await asyncio.sleep(0.3)  # the reader's subscription is on its way
            for _ in range(rounds):
                for name, frames in kinds.items():
                    taken = ns_per_frame(publisher.publish, frames)
                    best[name] = min(best.get(name, taken), taken)
                    await asyncio.sleep(0.1)
        publisher.close()
    return [Cost(name, taken / 1e3, 1e9 / taken) for name, taken in best.items()]


@contextmanager
def _reader(endpoint: str) -> Iterator[None]:
    with subprocess.Popen([sys.executable, "-c", READER, endpoint], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def _combined(stream: str, data: object) -> bytes:
    return json.dumps({"stream": stream, "data": data}, separators=(",", ":")).encode()


if __name__ == "__main__":
    for cost in asyncio.run(measure()):
        print(f"{cost.name:<22} {cost.us:8.2f} µs {cost.per_s:12,.0f} /s")
