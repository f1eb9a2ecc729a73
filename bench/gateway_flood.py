"""How many frames a second the real gateway takes in, applies and publishes when they come as fast as it reads."""

import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zmq

from bench.layout import INSTRUMENTS
from bench.results import Figures
from bench.stack import Desk, desk

NAMES = ("gateway-binance",)
LAST_WITHIN_S = 5.0


class Listener(threading.Thread):
    """A subscriber of tops in a thread of its own, which only counts, and watches for the last one."""

    def __init__(self, endpoint: str) -> None:
        """Connect; `start` reads."""
        super().__init__(daemon=True)
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, 1_000_000)
        self._socket.setsockopt(zmq.RCVTIMEO, 200)
        self._socket.subscribe(b"top.")
        self._socket.connect(endpoint)
        self._needle = b""
        self._watching = False
        self._ending = False
        self.instruments: set[bytes] = set()
        """Topics that have come, until something is watched for."""
        self.received = 0
        self.last_ns = 0
        self.found = threading.Event()

    def watch_for(self, update_id: int) -> None:
        """Count from now on, and note when the top of this update id comes."""
        self._needle = b"\xcf" + struct.pack(">Q", update_id)  # as MessagePack writes it, in both stacks
        self.received, self.last_ns = 0, 0
        self._watching = True
        self.found.clear()

    def run(self) -> None:
        """Until `close`."""
        while not self._ending:
            try:
                parts = self._socket.recv_multipart()
            except zmq.Again:
                continue
            self.received += 1
            if not self._watching:
                self.instruments.add(parts[0].partition(b"\0")[0])
            elif self._needle in parts[-1]:
                self.last_ns = time.monotonic_ns()
                self.found.set()
        self._socket.close(linger=0)

    def close(self) -> None:
        """End the thread."""
        self._ending = True
        self.join()
        self._context.destroy(linger=0)


@contextmanager
def listening(run_dir: Path) -> Iterator[Listener]:
    """A listener to the gateway's market data."""
    listener = Listener(f"ipc://{run_dir}/bus/md-binance.ipc")
    listener.start()
    try:
        yield listener
    finally:
        listener.close()


def measure(stack: str, figures: Figures, frames: int) -> None:
    """One start of the gateway: best quotes of 200 bytes, then depth messages of 2 kB (a fifth as many)."""
    with desk(stack, NAMES) as running, listening(running.run_dir) as listener:
        running.processes.wait_until("every book is in step", lambda: len(listener.instruments) == len(INSTRUMENTS))
        time.sleep(0.5)
        for kind, count in (("quotes", frames), ("depth", frames // 5)):
            _flood(running, listener, stack, figures, kind, count)


def _flood(running: Desk, listener: Listener, stack: str, figures: Figures, kind: str, count: int) -> None:
    running.venue("/bench/flood", kind=kind, frames=count // 10)  # warm
    listener.watch_for(running.venue("/bench/next", frames=count)["last_update_id"])
    before = running.processes.cpu_seconds()["gateway-binance"]
    told = running.venue("/bench/flood", within_s=120, kind=kind, frames=count)
    listener.found.wait(LAST_WITHIN_S)
    spent = running.processes.cpu_seconds()["gateway-binance"] - before
    ended_ns = max(listener.last_ns, told["ended_ns"])
    name = "gateway_updates" if kind == "quotes" else "gateway_depth_updates"
    figures.add(stack, f"{name}_per_s", count / ((ended_ns - told["begun_ns"]) / 1e9), "per_s")
    figures.add(stack, f"{name}_cpu", spent / count * 1e6, "cpu_us")
    figures.add(stack, f"{name}_delivered", min(1.0, listener.received / count), "share")
