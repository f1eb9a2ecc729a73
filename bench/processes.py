"""Child processes of a bench run: measured by their CPU time, gone when the run ends, however it does.

Each child is told by the kernel to end with its parent (PR_SET_PDEATHSIG), so that not even `kill -9` of the bench
leaves one behind.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class BenchFailed(RuntimeError):
    """A process ended or nothing came of it; the text has the end of its log."""


class Processes:
    """Use it as a context: leaving it ends them all."""

    def __init__(self, run_dir: Path) -> None:
        """Logs go to `run_dir`."""
        self._run_dir = run_dir
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self, name: str, command: list[str]) -> None:
        """Start a program; the first word is its path, or the interpreter's if it is an option of Python's."""
        words = [sys.executable, *command] if command[0].startswith("-") else command
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        with self._log(name).open("ab") as log:
            self._children[name] = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._run_dir,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
                preexec_fn=_end_with_parent,
            )

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to one of them."""
        self._children[name].send_signal(number)

    def cpu_seconds(self) -> dict[str, float]:
        """Time that each has run so far, all threads together."""
        return {name: _ran_s(child.pid) for name, child in self._children.items()}

    def metrics(self, name: str) -> dict[str, Any]:
        """The last `metrics.json` of a service."""
        told: dict[str, Any] = json.loads((self._run_dir / name / "metrics.json").read_bytes())
        return told

    def wait_until(self, what: str, look: Callable[[], object], within_s: float = 30.0) -> None:
        """Until `look` says yes. Raises BenchFailed when it does not in time, or when a process has ended."""
        deadline = time.monotonic() + within_s
        while not look():
            for name, child in self._children.items():
                if child.poll() is not None:
                    raise BenchFailed(f"{name} ended with {child.returncode}:\n{self.tail(name)}")
            if time.monotonic() > deadline:
                tails = "\n".join(f"--- {name}\n{self.tail(name)}" for name in self._children)
                raise BenchFailed(f"{what}: not within {within_s:.0f} s\n{tails}")
            time.sleep(0.05)

    def tail(self, name: str, lines: int = 12) -> str:
        """The end of a log."""
        return "\n".join(self._log(name).read_text(errors="replace").splitlines()[-lines:])

    def stop(self, patience_s: float = 6.0) -> None:
        """SIGTERM to all, in the reverse order of their start; SIGKILL to what is left."""
        children = list(reversed(self._children.values()))
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + patience_s
        for child in children:
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=5)
        self._children.clear()

    def _log(self, name: str) -> Path:
        return self._run_dir / f"{name}.log"


def _ran_s(pid: int) -> float:
    """By the scheduler's own account in ns: `times(2)` samples by a clock that the ticks' pace aliases with."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
