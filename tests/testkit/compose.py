"""Reads docker-compose.yml as `docker compose` does, as far as our file goes: variables, anchors, profiles, commands.

There is no container engine where the tests run. What compose declares is started as local processes instead.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\})")


@dataclass(frozen=True)
class ComposeService:
    """One service as declared. `content` is the whole mapping, anchors merged and variables filled in."""

    name: str
    content: dict[str, Any]

    @property
    def command(self) -> list[str]:
        """Entrypoint and command as words."""
        return [*words(self.content.get("entrypoint", [])), *words(self.content.get("command", []))]

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that the container gets on top of the image's."""
        return {key: str(value) for key, value in self.content.get("environment", {}).items()}

    @property
    def healthcheck(self) -> list[str]:
        """The words of the healthcheck's command; empty if the service declares none."""
        test = self.content.get("healthcheck", {}).get("test", [])
        return ["sh", "-c", test] if isinstance(test, str) else list(test[1:])

    @property
    def mounts(self) -> dict[str, str]:
        """Target path in the container of each volume or host folder, by source."""
        return dict(volume.split(":")[:2] for volume in self.content.get("volumes", []))

    @property
    def profiles(self) -> frozenset[str]:
        """Profiles that start the service; empty means always."""
        return frozenset(self.content.get("profiles", []))

    @property
    def stops_within_s(self) -> int:
        """Seconds between SIGTERM and SIGKILL (10 by default)."""
        return int(self.content.get("stop_grace_period", "10s").removesuffix("s"))


def words(command: str | list[str]) -> list[str]:
    """A command as the words that are executed: a string is split as a shell would."""
    return shlex.split(command) if isinstance(command, str) else [str(word) for word in command]


def read_env_file(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of an environment file; comments and blank lines are skipped."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def fill_in(value: Any, variables: Mapping[str, str]) -> Any:
    """`value` with every `${NAME:-default}` in it replaced. Raises KeyError for an unset variable without a default."""
    if isinstance(value, dict):
        return {key: fill_in(inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill_in(inner, variables) for inner in value]
    return VARIABLE.sub(lambda match: _value(match, variables), value) if isinstance(value, str) else value


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    if match["dollar"]:
        return "$"
    if match["default"] is None:
        return variables[match["name"]]
    return variables.get(match["name"]) or match["default"]


def read_compose(file: Path, variables: Mapping[str, str]) -> dict[str, ComposeService]:
    """All services of a compose file, whatever their profile, in the order of the file."""
    content = fill_in(yaml.safe_load(file.read_text()), variables)
    return {name: ComposeService(name, service) for name, service in content["services"].items()}


def active(services: Mapping[str, ComposeService], profiles: str) -> dict[str, ComposeService]:
    """The services that `up` starts with COMPOSE_PROFILES=`profiles` (comma-separated)."""
    chosen = set(profiles.split(","))
    return {name: service for name, service in services.items() if not service.profiles or service.profiles & chosen}
