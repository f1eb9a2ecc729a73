"""Turns what pydantic finds wrong into what the operator must do: source, key, what was there, what is wanted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crossbook.config.schema import Location, annotation_at, dotted, is_secret, models_at, models_in, nearest
from crossbook.config.sources import NESTING, Gathered
from crossbook.telemetry.redaction import REDACTED


@dataclass(frozen=True)
class Places:
    """Where values may be put."""

    files: Sequence[Path]
    env_prefix: str
    secrets_dir: Path | None

    def of_key(self, location: Location) -> str:
        """Where an ordinary value goes."""
        files = " or ".join(str(path) for path in self.files) or "a configuration file"
        return f"set it in {files}, or by the variable {self._variable(location)}"

    def of_secret(self, location: Location) -> str:
        """Where a secret goes."""
        name = NESTING.join(map(str, location))
        directory = self.secrets_dir or Path("<directory given as --secrets-dir>")
        return f"create the file {directory / name} (mode 600), or set the variable {self._variable(location)}"

    def _variable(self, location: Location) -> str:
        return f"{self.env_prefix}_{NESTING.join(map(str, location)).upper()}"


def explain(error: ValidationError, model: type[BaseModel], gathered: Gathered, places: Places) -> str:
    """One line for each fault."""
    lines: list[str] = []
    faults = error.errors()
    for fault in faults:
        if any(_is_below(other["loc"], fault["loc"]) for other in faults):
            continue  # a table is wrong because something in it is: that has a line of its own
        match fault["type"]:
            case "default_factory_not_called":  # follows from another fault
                continue
            case "extra_forbidden":
                lines.append(_unknown(fault["loc"], model, gathered))
            case "missing":
                lines += _missing(fault["loc"], annotation_at(model, fault["loc"]), places)
            case _:
                lines.append(_wrong(fault, model, gathered))
    return "\n".join(lines)


def _is_below(location: Location, above: Location) -> bool:
    return len(location) > len(above) and location[: len(above)] == above


def _unknown(location: Location, model: type[BaseModel], gathered: Gathered) -> str:
    *above, key = location
    known = [name for each in models_at(model, tuple(above)) for name in each.model_fields]
    meant = nearest(str(key), known)
    hint = f"did you mean {dotted((*above, meant))!r}?" if meant else f"known here: {', '.join(sorted(known))}"
    return f"{gathered.origin_of(location)}: unknown key {dotted(location)!r}; {hint}"


def _missing(location: Location, annotation: Any, places: Places) -> Iterator[str]:
    """A line for the key, or for each key that a missing table must have."""
    required = [
        (name, field.annotation)
        for model in models_in(annotation)
        for name, field in model.model_fields.items()
        if field.is_required()
    ]
    for name, below in required:
        yield from _missing((*location, name), below, places)
    if is_secret(annotation):
        yield f"missing secret {dotted(location)!r}: {places.of_secret(location)}"
    elif not required:
        yield f"missing key {dotted(location)!r}: {places.of_key(location)}"


def _wrong(fault: ErrorDetails, model: type[BaseModel], gathered: Gathered) -> str:
    location = fault["loc"]
    got = REDACTED if is_secret(annotation_at(model, location)) else _shown(fault["input"])
    origin = gathered.origin_of(location) or "together"
    key = f"key {dotted(location)!r}" if location else "configuration"
    return f"{origin}: {key}: got {got}, wanted: {fault['msg']}"


def _shown(value: Any) -> str:
    """A value and its type, cut to a line; of a table only its keys, for it may hold secrets."""
    if isinstance(value, dict):
        return f"a table of {', '.join(sorted(map(str, value)))}"[:120]
    return f"{value!r:.80} ({type(value).__name__})"
