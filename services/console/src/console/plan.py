"""Which processes a local run consists of, and the supervisor's configuration for them. Pure: no file is read here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossbook.errors import ConfigError

RUN_DIR = Path("run")
"""Everything a run writes, relative to the directory it is started in (short, so that socket paths stay short too)."""
SUPERVISOR_SOCKET = RUN_DIR / "supervisor.sock"
VENUE_ENDPOINTS = RUN_DIR / "venue-sim.json"

_KEYS = {"name", "module", "configs", "arguments", "on_demand"}


@dataclass(frozen=True)
class PlannedProcess:
    """One process: a Python module of ours with its configuration files, or the Redis server (`module` empty).

    One `on_demand` is started by the guardian for a single errand, such as a gateway's sweeper, and ends by itself.
    """

    name: str
    module: str
    configs: tuple[Path, ...]
    arguments: tuple[str, ...]
    on_demand: bool = False


@dataclass(frozen=True)
class Plan:
    """The processes of a run in the order they are started, and the directory their configuration lies in."""

    processes: tuple[PlannedProcess, ...]
    config_dir: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Names in start order."""
        return tuple(process.name for process in self.processes)

    @property
    def simulated(self) -> bool:
        """Whether the venue is simulated: then each run starts from a fresh state."""
        return any(process.module == "venue_sim" for process in self.processes)

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategy processes, which a closing run stops first."""
        return tuple(process.name for process in self.processes if process.module.startswith("strategy_"))

    @property
    def gateways(self) -> tuple[str, ...]:
        """Venues whose gateways run."""
        prefix = "gateway_"
        return tuple(
            p.module.removeprefix(prefix) for p in self.processes if p.module.startswith(prefix) and not p.on_demand
        )

    @property
    def guarded(self) -> bool:
        """Whether a guardian runs."""
        return any(process.module == "risk" for process in self.processes)

    @property
    def on_demand(self) -> frozenset[str]:
        """Names of the programs that only run for an errand: not running is no fault of theirs."""
        return frozenset(process.name for process in self.processes if process.on_demand)

    def process(self, name: str) -> PlannedProcess:
        """The process of that name. Raises ConfigError that lists the names there are."""
        for process in self.processes:
            if process.name == name:
                return process
        raise ConfigError(f"no process {name!r}; there are {', '.join(self.names)}")


def read_plan(data: dict[str, Any], file: Path) -> Plan:
    """The plan in a parsed `run.toml`. Raises ConfigError naming the file and what is wrong with it."""
    entries = data.get("process")
    if not isinstance(entries, list) or not entries or set(data) != {"process"}:
        raise ConfigError(f"{file}: wants [[process]] entries and nothing else")
    return Plan(tuple(_process(entry, file) for entry in entries), file.parent)


def _process(entry: dict[str, Any], file: Path) -> PlannedProcess:
    unknown = set(entry) - _KEYS
    if unknown or not isinstance(entry.get("name"), str):
        raise ConfigError(f"{file}: [[process]] {entry.get('name', '?')}: unknown or missing keys {sorted(unknown)}")
    name = entry["name"]
    configs = entry.get("configs", ["common.toml", f"{name}.toml"])
    return PlannedProcess(
        name,
        entry.get("module", ""),
        tuple(file.parent / config for config in configs),
        tuple(entry.get("arguments", ())),
        bool(entry.get("on_demand", False)),
    )


def command_of(process: PlannedProcess, python: str, replay: tuple[Path, ...]) -> list[str]:
    """The command line of one of our own processes."""
    words = [python, "-m", process.module]
    for config in process.configs:
        words += ["--config", str(config)]
    if process.module == "venue_sim":
        words += ["--endpoints", str(VENUE_ENDPOINTS)]
        for capture in replay:
            words += ["--replay", str(capture)]
    else:
        words += ["--name", process.name]
    return [*words, *process.arguments]


_HEAD = """\
[supervisord]
nodaemon = true
silent = true
umask = 077
logfile = {run}/supervisord.log
pidfile = {run}/supervisord.pid
childlogdir = {run}

[unix_http_server]
file = {socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://{socket}
"""

_PROGRAM = """
[program:{name}]
command = {command}
priority = {priority}
{life}
stopsignal = TERM
stopwaitsecs = 15
stdout_logfile = {run}/{name}/log.jsonl
stdout_logfile_maxbytes = 50MB
stdout_logfile_backups = 5
stderr_logfile = {run}/{name}/stderr.log
stderr_logfile_maxbytes = 10MB
stderr_logfile_backups = 2
"""


_LASTING = "autorestart = unexpected\nexitcodes = 77,78\nstartsecs = 0"
"""Whatever ends is started again, save what says by its exit status that only a human can help (`service.exit_codes`).

`startsecs = 0`, since the supervisor hides the status of what ends sooner; the guardian limits repeated restarts.
"""
_ON_DEMAND = "autostart = false\nautorestart = false\nstartsecs = 0"


def supervisor_config(commands: dict[str, list[str]], on_demand: frozenset[str] = frozenset()) -> str:
    """The supervisor's configuration for these commands, started in the order given and stopped in the opposite one."""
    parts = [_HEAD.format(run=RUN_DIR, socket=SUPERVISOR_SOCKET)]
    for priority, (name, words) in enumerate(commands.items(), start=1):
        command = " ".join(_quoted(word) for word in words)
        life = _ON_DEMAND if name in on_demand else _LASTING
        parts.append(_PROGRAM.format(name=name, command=command, priority=priority, run=RUN_DIR, life=life))
    return "".join(parts)


def _quoted(word: str) -> str:
    """A word as the supervisor reads it: its own % expansion is escaped, spaces are quoted."""
    word = word.replace("%", "%%")
    return f'"{word}"' if not word or any(character in word for character in " \t;'") else word
