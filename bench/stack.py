"""A whole desk under measurement: the bench venue, Redis, OMS, gateway and strategy, of one stack or the other."""

import contextlib
import json
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.layout import STACKS, STRATEGY, SYMBOLS, command, write_configuration
from bench.processes import Processes
from crossbook.redis_server import server_command

SETTLE_S = 4.0
"""Services freeze what they have built some seconds after their start; measured is what comes after."""


@contextlib.contextmanager
def run_directory() -> Iterator[Path]:
    """A private directory with a path short enough for ipc sockets, removed in the end."""
    path = Path(tempfile.mkdtemp(prefix="xb-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Desk:
    """Processes that run, and how to ask the venue for ticks."""

    def __init__(self, run_dir: Path, processes: Processes) -> None:
        """Started by `desk`."""
        self.run_dir, self.processes = run_dir, processes
        self._admin: str = json.loads((run_dir / "venue.json").read_text())["admin"]

    def venue(self, path: str, within_s: float = 60.0, **asked: Any) -> dict[str, Any]:
        """Command the venue and wait for what comes of it."""
        body = json.dumps(asked).encode()
        request = urllib.request.Request(self._admin + path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=within_s) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told


@contextlib.contextmanager
def desk(stack: str, names: tuple[str, ...]) -> Iterator[Desk]:
    """Start the venue, Redis and the named processes of a stack, wait until they stand; end them afterwards."""
    with run_directory() as run_dir, Processes(run_dir) as processes:
        write_configuration(run_dir)
        redis = run_dir / "redis"
        redis.mkdir()
        processes.start("redis", server_command(redis))
        processes.start("venue", ["-m", "bench.venue", str(run_dir / "venue.json")])
        for process in STACKS[stack]:
            if process.name in names:
                processes.start(process.name, command(process, run_dir))
        begun = time.monotonic()
        processes.wait_until("the venue listens", (run_dir / "venue.json").exists)
        running = Desk(run_dir, processes)
        _wait_until_ready(running, names)
        time.sleep(max(0.5, SETTLE_S - (time.monotonic() - begun)))
        yield running


@contextlib.contextmanager
def oms_alone(stack: str) -> Iterator[tuple[Path, Processes]]:
    """Redis and the OMS of a stack, for scripted peers; the run directory and the processes."""
    (oms,) = (process for process in STACKS[stack] if process.name == "oms")
    with run_directory() as run_dir, Processes(run_dir) as processes:
        write_configuration(run_dir)
        (run_dir / "redis").mkdir()
        (run_dir / "bus").mkdir(mode=0o700)
        processes.start("redis", server_command(run_dir / "redis"))
        processes.start("oms", command(oms, run_dir))
        processes.wait_until("the OMS beats", (run_dir / "oms" / "beat.json").exists)
        yield run_dir, processes


def _wait_until_ready(running: Desk, names: tuple[str, ...]) -> None:
    def ready() -> bool:
        state = running.venue("/bench/state")
        return bool(state["open_orders"] == len(SYMBOLS) if STRATEGY in names else state["public"] == 1)

    running.processes.wait_until("the desk trades", ready)
