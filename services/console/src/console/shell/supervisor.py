"""The supervisor of a local run: starting it, asking it, telling it what to start and stop."""

import ctypes
import signal
import subprocess
import sys
import xmlrpc.client
from pathlib import Path
from typing import Any, NamedTuple

from supervisor.xmlrpc import SupervisorTransport

from console.plan import RUN_DIR, SUPERVISOR_SOCKET
from crossbook.errors import ConfigError, RetryLater

_PR_SET_PDEATHSIG = 1
CONFIG_FILE = RUN_DIR / "supervisord.conf"


class ProcessStatus(NamedTuple):
    """What the supervisor says of one process. `up_s`: seconds since its start, 0 when it does not run."""

    name: str
    state: str
    pid: int
    up_s: float
    exit_status: int


class Supervisor:
    """A client of supervisord over its unix socket. Every call may raise RetryLater when it does not answer."""

    def __init__(self, socket: Path = SUPERVISOR_SOCKET) -> None:
        """No connection is made yet."""
        self._socket = socket

    def statuses(self) -> list[ProcessStatus]:
        """All processes, in the order they are started."""
        infos = self._call("getAllProcessInfo")
        infos.sort(key=lambda info: info["start"] or info["now"])
        return [_status(info) for info in infos]

    def restart(self, name: str) -> None:
        """Stop one process in its orderly way, and start it again; returns when it has started."""
        self.stop(name)
        self._call("startProcess", name, True)

    def stop(self, name: str) -> None:
        """Stop one process; it has its stop time to cancel and drain. One that is stopped already stays so."""
        try:
            self._call("stopProcess", name, True)
        except ConfigError as error:
            if "NOT_RUNNING" not in str(error):
                raise

    def shutdown(self) -> None:
        """Stop everything in the opposite order of the start, then the supervisor itself."""
        self._call("shutdown")

    def answers(self) -> bool:
        """Whether there is a supervisor at the other end."""
        try:
            return bool(self._call("getState"))
        except RetryLater:
            return False

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket.absolute()}")
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            raise ConfigError(f"supervisor: {fault.faultString}") from None
        except (OSError, xmlrpc.client.Error) as error:
            raise RetryLater(f"no running system here ({self._socket}): {error}") from None
        finally:
            transport.close()


def _status(info: dict[str, Any]) -> ProcessStatus:
    running = info["statename"] == "RUNNING"
    up_s = float(info["now"] - info["start"]) if running else 0.0
    return ProcessStatus(info["name"], info["statename"], int(info["pid"]), up_s, int(info["exitstatus"]))


def start_supervisor(config: str) -> "subprocess.Popen[bytes]":
    """Write its configuration and start supervisord as a child that ends, in order, when this process is gone.

    Signals of the terminal do not reach it directly: the run closes first.
    """
    CONFIG_FILE.write_text(config)
    return subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(CONFIG_FILE)],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """In the child: have the kernel send SIGTERM when the parent dies (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
