"""Loads a configuration, or says in one text everything that is wrong with it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from crossbook.config.effective import secret_values
from crossbook.config.explain import Places, explain
from crossbook.config.schema import nearest
from crossbook.config.sources import from_environment, from_secrets_dir, gather, unknown_sections
from crossbook.errors import ConfigError
from crossbook.telemetry.redaction import register_secret

Model = TypeVar("Model", bound=BaseModel)


def load(
    model: type[Model],
    files: Sequence[Path],
    *,
    env_prefix: str = "CROSSBOOK",
    env: Mapping[str, str] | None = None,
    secrets_dir: Path | None = None,
) -> Model:
    """Fill `model` from `files` in order, then `<PREFIX>_<SECTION>__<KEY>` of `env`, then the files of `secrets_dir`.

    `env` is the process's environment unless given. Every secret found is kept out of logs from then on. Raises
    ConfigError with a line for each fault: source, key, what was found, what is wanted, and for an unknown key the
    nearest known one.
    """
    environment = os.environ if env is None else env
    _refuse_misspelt_sections(model, environment, env_prefix)
    found = from_environment(model, environment, env_prefix)
    if secrets_dir is not None:
        found += from_secrets_dir(model, secrets_dir)
    gathered = gather(files, found)
    try:
        loaded = model.model_validate(gathered.values)
    except ValidationError as error:
        text = explain(error, model, gathered, Places(files, env_prefix, secrets_dir))
        raise ConfigError(text) from None  # pydantic's own text would show values that may be secret
    for secret in secret_values(loaded):
        register_secret(secret)
    return loaded


def _refuse_misspelt_sections(model: type[BaseModel], environment: Mapping[str, str], prefix: str) -> None:
    """A variable for another service's section is fine; one that nearly names a section of ours is a mistake."""
    for variable, section in unknown_sections(model, environment, prefix).items():
        meant = nearest(section, list(model.model_fields))
        if meant is not None and meant[:1] == section[:1]:
            raise ConfigError(f"variable {variable}: unknown section {section!r}; did you mean {meant!r}?")
