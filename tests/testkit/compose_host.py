"""A host for compose's services without a container engine: local processes, one folder for all containers' files."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from crossbook.redis_server import find_server
from testkit.compose import ComposeService
from testkit.processes import Processes
from testkit.waiting import eventually

REDIS_PING = "import sys, redis; sys.exit(not redis.Redis(unix_socket_path=sys.argv[1]).ping())"
"""Stands in for `redis-cli -s <socket> ping`, which no Python package brings along."""


class ComposeHost:
    """Starts, checks and stops services word for word as declared; only paths in containers become paths in `folder`.

    What the engine alone can do is left out: users, capabilities, networks of their own. All speak over loopback and
    over sockets in `folder`/run, as the containers do over the host's network and the shared volume.
    """

    def __init__(self, services: Mapping[str, ComposeService], repo: Path, folder: Path, processes: Processes) -> None:
        self.services = services
        self.folder = folder
        self.processes = processes
        (folder / "run").mkdir(mode=0o700)
        (folder / "secrets").mkdir(mode=0o700)
        shutil.copytree(repo / "config", folder / "config")

    def up(self) -> None:
        """Start everything in the order that `depends_on` asks for, waiting where it says so."""
        for name in self._in_order():
            for needed, how in self.services[name].content.get("depends_on", {}).items():
                if needed in self.services:
                    self._await(needed, how["condition"])
            self.start(name)

    def start(self, name: str) -> None:
        """Start one service with its declared command, environment and working directory."""
        service = self.services[name]
        words = [self._path(word) for word in service.command]
        if words[0] == "redis-server":
            words[0] = str(find_server())
        self.processes.start(name, words, env=service.environment, cwd=self._working_dir(service))

    def is_healthy(self, name: str) -> bool:
        """Run the declared healthcheck once."""
        service = self.services[name]
        words = [self._path(word) for word in service.healthcheck]
        if words[0] == "redis-cli":
            words = ["python", "-c", REDIS_PING, words[words.index("-s") + 1]]
        words[0] = sys.executable if words[0] == "python" else words[0]
        environment = {**os.environ, **service.environment}
        patience_s = int(service.content["healthcheck"]["timeout"].removesuffix("s")) + 10
        verdict = subprocess.run(
            words, cwd=self._working_dir(service), env=environment, capture_output=True, timeout=patience_s
        )
        return verdict.returncode == 0

    def run(self, name: str, *more: str) -> subprocess.CompletedProcess[str]:
        """Run the declared command of a service with `more` words behind it, to its end."""
        service = self.services[name]
        words = [self._path(word) for word in service.command] + list(more)
        words[0] = sys.executable if words[0] == "python" else words[0]
        environment = {**os.environ, **service.environment}
        folder = self._working_dir(service)
        return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=50)

    def await_health(self, name: str, within_s: float = 45.0) -> None:
        """Wait until the declared healthcheck passes. Raises AssertionError if it does not."""
        eventually(lambda: self.is_healthy(name), within_s=within_s, every_s=0.5, what=f"health of {name}")

    def stop(self, *names: str) -> dict[str, int]:
        """SIGTERM to all at once; the exit status of each. Raises TimeoutExpired after a service's grace period."""
        for name in names:
            self.processes.started[name].send_signal(signal.SIGTERM)
        return {name: self.processes.started[name].wait(self.services[name].stops_within_s) for name in names}

    def running(self, name: str) -> bool:
        """Whether the service was started and has not ended."""
        return self.processes.started[name].poll() is None

    def _await(self, name: str, condition: str) -> None:
        if condition == "service_completed_successfully":
            assert self.processes.started[name].wait(timeout=30) == 0, self.processes.log_text(name)
        elif condition == "service_healthy":
            self.await_health(name)

    def _in_order(self) -> list[str]:
        order: list[str] = []
        while missing := [name for name in self.services if name not in order]:
            ready = [name for name in missing if not self._needs(name) - set(order)]
            assert ready, f"services wait for each other: {missing}"
            order += ready
        return order

    def _needs(self, name: str) -> set[str]:
        return {needed for needed in self.services[name].content.get("depends_on", {}) if needed in self.services}

    def _working_dir(self, service: ComposeService) -> Path:
        return Path(self._path(service.content["working_dir"]))

    def _path(self, word: str) -> str:
        """A word of a command, with a path in the container replaced by its place on this host."""
        path = PurePosixPath(word)
        if path.is_relative_to("/run/secrets"):
            return str(self.folder / "secrets" / path.relative_to("/run/secrets"))
        if path.is_relative_to("/app"):
            return str(self.folder / path.relative_to("/app"))
        return word
