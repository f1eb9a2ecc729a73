"""The guardian's way to the supervisor: what runs, kill, stop, start a sweeper. Calls block: use them in a thread."""

import xmlrpc.client
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from crossbook.errors import RetryLater
from crossbook.service.beats import read_beat
from risk.guardian.process_watch import ProcessSeen


class ProcessSupervisor:
    """A client of supervisord over its unix socket. Every call may raise RetryLater."""

    def __init__(self, socket: Path, run_dir: Path) -> None:
        """`run_dir`: where processes write their beats."""
        self._socket, self._run_dir = socket, run_dir

    @property
    def exists(self) -> bool:
        """Whether a supervisor has ever listened here; containers have none."""
        return self._socket.exists()

    def processes(self) -> list[ProcessSeen]:
        """Everything it runs, each with its last beat."""
        return [self._seen(info) for info in self._call("getAllProcessInfo")]

    def end(self, name: str) -> None:
        """SIGKILL; it is started anew by the supervisor."""
        self._call("signalProcess", name, "KILL")

    def keep_down(self, name: str) -> None:
        """Stop it, without waiting for its end; one that does not run stays so."""
        try:
            self._call("stopProcess", name, False)
        except RetryLater as error:
            if "NOT_RUNNING" not in str(error):
                raise

    def start(self, name: str) -> None:
        """Start it, without waiting."""
        self._call("startProcess", name, False)

    def _seen(self, info: dict[str, Any]) -> ProcessSeen:
        beat = read_beat(self._run_dir, info["name"])
        return ProcessSeen(
            name=info["name"],
            state=info["statename"],
            pid=int(info["pid"]),
            beat_pid=beat.pid if beat else 0,
            beat_ns=beat.monotonic_ns if beat else 0,
            exit_status=int(info["exitstatus"]),
        )

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket.absolute()}")
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, xmlrpc.client.Error) as error:
            raise RetryLater(f"supervisor, {method}{arguments}: {error}") from None
        finally:
            transport.close()
