"""Real processes in tests: started with a mark of their own, and gone afterwards whatever happened."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

MARK = "CROSSBOOK_TEST_MARK"
"""Environment variable that every descendant inherits, so that orphans of a killed supervisor are found as well."""


class Processes:
    """Starts processes, each in a process group of its own with its output in `<logs>/<name>.log`.

    `stop_all` ends every process that carries this object's mark, by process id, children and orphans included.
    """

    def __init__(self, logs: Path, cwd: Path | None = None) -> None:
        self.logs = logs
        self.cwd = cwd
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self._mark = uuid.uuid4().hex

    def start(
        self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start `command` (whose `python` is this interpreter) under the test's environment plus `env`."""
        words = [sys.executable if command[0] in {"python", "python3"} else command[0], *command[1:]]
        with self.log_path(name).open("ab") as log:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=cwd or self.cwd,
                env={**os.environ, **(env or {}), MARK: self._mark},
                start_new_session=True,
            )
        self.started[name] = process
        return process

    def log_path(self, name: str) -> Path:
        """Where the output of `name` goes."""
        return self.logs / f"{name}.log"

    def log_text(self, name: str) -> str:
        """What `name` has written to its output so far."""
        return self.log_path(name).read_text(errors="replace")

    def kill(self, name: str, with_signal: int = signal.SIGKILL) -> None:
        """Send one signal to the process group of `name` and, if the signal ends processes, wait for the end."""
        process = self.started[name]
        os.killpg(process.pid, with_signal)
        if with_signal in {signal.SIGKILL, signal.SIGTERM, signal.SIGINT}:
            process.wait(timeout=45)

    def stop_all(self, patience_s: float = 5.0) -> None:
        """SIGTERM to whatever still lives, then SIGKILL to what is left after `patience_s` seconds."""
        known = self.alive()
        for process in known:
            _signal(process, signal.SIGTERM)
            _signal(process, signal.SIGCONT)
        _wait_for_end(known, patience_s)
        for process in {*known, *self.alive()}:
            _signal(process, signal.SIGKILL)
        for child in self.started.values():
            child.wait(timeout=10)
        self.started.clear()

    def alive(self) -> list[psutil.Process]:
        """Every living process that carries the mark, also those whose parent is gone, and what was started here.

        Some programs (Redis) overwrite their environment and with it the mark: their parents know them still.
        """
        found = {child.pid: child for child in map(_process, self._unfinished()) if child is not None}
        found |= {process.pid: process for process in psutil.process_iter() if self._is_marked(process)}
        found |= {child.pid: child for process in list(found.values()) for child in _descendants(process)}
        return [process for process in found.values() if is_alive(process)]

    def _unfinished(self) -> list[int]:
        return [child.pid for child in self.started.values() if child.poll() is None]

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(MARK) == self._mark
        except psutil.Error:
            return False  # it ended meanwhile, or is another user's

    def tails(self, lines: int = 40) -> str:
        """The last lines of every log, for the report of a failed test."""
        return "\n".join(
            f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
            for path in sorted(self.logs.glob("*.log"))
        )


def _wait_for_end(processes: Sequence[psutil.Process], patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended and waits for its parent's look does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
