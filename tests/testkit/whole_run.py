"""A whole `crossbook run` in a directory of its own, driven as an operator would."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from testkit.processes import Processes
from testkit.waiting import eventually

_PATIENCE_S = 90.0
_OPEN = ("NEW", "PARTIALLY_FILLED")


class WholeRun:
    """The running system; `crossbook` is the console's command in the same directory."""

    def __init__(self, processes: Processes, directory: Path, checkout: Path) -> None:
        """Takes the checkout's configuration along; `start` starts."""
        self._processes = processes
        self.directory = directory
        shutil.copytree(checkout / "config", directory / "config")

    def start(self, *arguments: str) -> None:
        """Start `crossbook run`."""
        command = ["python", "-m", "console", "run", *arguments]
        self._processes.start("run", command, cwd=self.directory)

    def crossbook(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Call the console."""
        words = [sys.executable, "-m", "console", *arguments]
        return subprocess.run(words, cwd=self.directory, capture_output=True, text=True, timeout=60, check=False)

    def output(self) -> str:
        """What the run has printed."""
        return self._processes.log_text("run")

    def pids(self) -> dict[str, int]:
        """Pids of the processes that run now."""
        return dict(self._read("endpoints.json").get("pids", {}))

    def truth(self) -> dict[str, Any]:
        """The venue's own ledger of our account."""
        admin = self._read("endpoints.json")["admin"]
        return dict(httpx.get(f"{admin}/_sim/truth", timeout=20).json()["main"])

    def open_at_venue(self) -> list[tuple[str, str, str, str]]:
        """Market, symbol, side and price of every order of ours that is open at the venue."""
        return [
            (order["market"], order["symbol"], order["side"], order["price"])
            for order in self.truth()["orders"]
            if order["status"] in _OPEN
        ]

    def quoting(self) -> bool:
        """Whether every side of every strategy is quoted."""
        answer = self.crossbook("why").stdout
        sides = [line for line in answer.splitlines() if line and not line.startswith(" ")]
        return len(sides) == 4 and all(": quoting" in side for side in sides)

    def wait_until_quoting(self) -> None:
        """Until every side is quoted; fails with the reasons why one is not."""
        try:
            eventually(self.quoting, within_s=_PATIENCE_S, every_s=0.3)
        except AssertionError:
            raise AssertionError(f"not quoting:\n{self.crossbook('why').stdout}\n{self.output()}") from None

    def kill(self, name: str) -> dict[str, int]:
        """`kill -9` one process and wait for its successor; returns the pids there were before."""
        before = self.pids()
        subprocess.run(["kill", "-KILL", str(before[name])], check=True)
        eventually(lambda: self.pids().get(name, before[name]) != before[name], within_s=_PATIENCE_S, what=name)
        return before

    def end(self, by_signal: bool = False) -> tuple[int, dict[str, Any]]:
        """Wait for the end of the run, or ask for it as Ctrl-C does. Exit status and report."""
        process = self._processes.started["run"]
        if by_signal:
            process.send_signal(signal.SIGINT)
        return process.wait(timeout=_PATIENCE_S), self._read("report.json")

    def _read(self, name: str) -> dict[str, Any]:
        file = self.directory / "run" / name
        return dict(json.loads(file.read_text())) if file.exists() else {}
