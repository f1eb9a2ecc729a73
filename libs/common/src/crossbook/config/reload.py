"""Hot reload: all or nothing, and only of keys that may change while the process runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from crossbook.config.effective import effective
from crossbook.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Change:
    """One key that has another value now; secrets are redacted."""

    key: str
    old: Any
    new: Any

    def is_in(self, keys: frozenset[str]) -> bool:
        """Whether the key, or a section it lies in, is one of `keys`."""
        key = self.key
        while key and key not in keys:
            key = key.rpartition(".")[0]
        return key != ""


class Reloader(Generic[Model]):
    """Holds the configuration in force, and replaces it as a whole or not at all."""

    def __init__(self, load: Callable[[], Model], current: Model, reloadable: frozenset[str]) -> None:
        """`reloadable`: dotted keys that may change; a section's name stands for everything in it."""
        self._load = load
        self._reloadable = reloadable
        self.current = current

    def reload(self) -> list[Change]:
        """Load anew and put it in force; returns what changed, in order of the keys.

        Raises ConfigError, with the old configuration still in force, where the new one is wrong or changes a key that
        needs a restart.
        """
        loaded = self._load()
        changes = _changes(effective(self.current), effective(loaded))
        fixed = [change.key for change in changes if not change.is_in(self._reloadable)]
        if fixed:
            raise ConfigError(f"nothing was reloaded: {', '.join(fixed)} can only change with a restart")
        self.current = loaded
        return changes


def _changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    before, after = _flat(old), _flat(new)
    keys = sorted(before.keys() | after.keys())
    return [Change(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]


def _flat(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat.update(_flat(value, f"{above}{key}.") if isinstance(value, dict) and value else {above + key: value})
    return flat
