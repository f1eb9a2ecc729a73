"""Where things are: the configuration a command should use, the plan, files of the running system."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from console.plan import RUN_DIR, Plan, read_plan
from crossbook.config import BusConfig, ServiceConfig, load
from crossbook.errors import ConfigError

ENDPOINTS_FILE = RUN_DIR / "endpoints.json"
ACTS_FILE = RUN_DIR / "operator.jsonl"
"""What operators did to this run: one JSON object a line, with its Unix time in `time_s`."""


def config_dir(given: Path | None) -> Path:
    """The configuration directory: as given, else the running system's, else the paper configuration."""
    if given is not None:
        return given
    return Path(read_endpoints().get("config_dir", "config/paper"))


def read_endpoints() -> dict[str, Any]:
    """What a running system wrote about itself; empty without one."""
    try:
        content = json.loads(ENDPOINTS_FILE.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def load_plan(directory: Path) -> Plan:
    """The plan in `run.toml`. Raises ConfigError when it is missing or wrong."""
    file = directory / "run.toml"
    try:
        return read_plan(tomllib.loads(file.read_text()), file)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; pass --config-dir with the configuration to use") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from None


def load_bus(plan: Plan) -> BusConfig:
    """The bus section all processes of ours share, from the first file of the first of them."""
    ours = (process for process in plan.processes if process.module not in ("", "venue_sim"))
    shared = next((process.configs[0] for process in ours if process.configs), None)
    if shared is None:
        raise ConfigError(f"{plan.config_dir}: no process has a configuration file")
    return load(ServiceConfig, [shared]).bus


def write_atomically(file: Path, content: str) -> None:
    """Replace a file so that a reader sees the old or the new one, never half of it."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_text(content)
    temporary.replace(file)
