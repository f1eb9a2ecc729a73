"""Where values come from: TOML files, environment variables, files of a secrets directory; later ones win."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, cast

from pydantic import BaseModel
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

from crossbook.config.permissions import check_private_file
from crossbook.errors import ConfigError

NESTING = "__"
Keys: TypeAlias = tuple[str, ...]
"""The way to a value through the tables: `("bus", "md", "binance")`."""
Found: TypeAlias = tuple[Keys, Any, str]
"""A value found outside the files, and the variable or file it was found in."""


@dataclass
class Gathered:
    """Merged values, and for each key of each table the source it came from, as an operator would name it."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Keys, str] = field(default_factory=dict)

    def add(self, values: Mapping[str, Any], origin: str) -> None:
        """Merge `values` over what is there, table by table; lists are replaced whole."""
        _merge(self.values, values)
        for keys, _ in _leaves(values):
            for length in range(1, len(keys) + 1):
                self.origins[keys[:length]] = origin

    def origin_of(self, location: Sequence[int | str]) -> str:
        """The source of the key a location leads to, or of the nearest table above it; empty where none gave it."""
        keys = tuple(map(str, location))
        while keys and keys not in self.origins:
            keys = keys[:-1]
        return self.origins.get(keys, "")


def read_toml(path: Path) -> dict[str, Any]:
    """A configuration file; raises ConfigError where it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def from_environment(model: type[BaseModel], environment: Mapping[str, str], prefix: str) -> list[Found]:
    """Keys, value, and variable of each `<PREFIX>_<SECTION>__<KEY>` that is for `model`.

    A variable of a section this model does not have is another service's, and is not looked at; `unknown_sections`
    finds those that look like a slip of the pen. Lists and tables are written as JSON.
    """
    start = f"{prefix}_".lower()
    mine = {name.lower().removeprefix(start): name for name in environment if name.lower().startswith(start)}
    mine = {key: name for key, name in mine.items() if key.partition(NESTING)[0] in model.model_fields}
    found = []
    for key, name in mine.items():
        nested = _Variables(model, {key: environment[name]}).read(name)
        found += [(keys, value, name) for keys, value in _leaves(nested)]
    return found


def unknown_sections(model: type[BaseModel], environment: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Variables of the form `<PREFIX>_<SECTION>__<KEY>` whose section `model` does not have, with that section."""
    start = f"{prefix}_".lower()
    keys = {name: name.lower().removeprefix(start) for name in environment if name.lower().startswith(start)}
    sections = {name: key.partition(NESTING)[0] for name, key in keys.items() if NESTING in key}
    return {name: section for name, section in sections.items() if section not in model.model_fields}


def from_secrets_dir(model: type[BaseModel], directory: Path) -> list[Found]:
    """Keys, value, and path of each file `<section>__<key>` of a directory that is for `model`.

    Raises ConfigError for a directory that is not there and for a file that others may read.
    """
    if not directory.is_dir():
        raise ConfigError(f"secrets directory {directory} does not exist; create it: mkdir -m 700 {directory}")
    found = []
    for path in sorted(directory.iterdir()):
        key = path.name.lower()
        if path.name.startswith(".") or not path.is_file() or key.partition(NESTING)[0] not in model.model_fields:
            continue
        check_private_file(path)
        nested = _Variables(model, {key: path.read_text(encoding="utf-8").strip("\r\n")}).read(str(path))
        found += [(keys, value, str(path)) for keys, value in _leaves(nested)]
    return found


def gather(files: Sequence[Path], found: Sequence[Found]) -> Gathered:
    """Merge files in order, and `found` values over them."""
    gathered = Gathered()
    for path in files:
        gathered.add(read_toml(path), str(path))
    for keys, value, origin in found:
        nested: Any = value
        for key in reversed(keys):
            nested = {key: nested}
        gathered.add(nested, origin)
    return gathered


class _Variables(EnvSettingsSource):
    """pydantic-settings' reading of variables by the types of a model, from a mapping we give."""

    def __init__(self, model: type[BaseModel], variables: Mapping[str, str]) -> None:
        self._given = variables
        super().__init__(
            cast("type[BaseSettings]", model),
            case_sensitive=False,
            env_prefix="",
            env_nested_delimiter=NESTING,
            env_ignore_empty=False,
        )

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return dict(self._given)

    def read(self, origin: str) -> dict[str, Any]:
        try:
            return self()
        except SettingsError as error:
            raise ConfigError(f"{origin}: a list or table must be written as JSON ({error.__cause__})") from error


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        below = into.get(key)
        if isinstance(below, dict) and isinstance(value, Mapping):
            _merge(below, value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _leaves(values: Mapping[str, Any], above: Keys = ()) -> list[tuple[Keys, Any]]:
    """Keys and value of everything in nested tables that is no table itself, or an empty one."""
    leaves: list[tuple[Keys, Any]] = []
    for key, value in values.items():
        keys = (*above, str(key))
        leaves += _leaves(value, keys) if isinstance(value, Mapping) and value else [(keys, value)]
    return leaves
