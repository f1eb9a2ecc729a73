"""Refuses real keys in configuration files, which end in repositories (FAILURES H1)."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crossbook.errors import ConfigError

_SECRET = ("api_key", "secret", "private_key_password")


def refuse_committed_secrets(files: Iterable[Path], environment: str) -> None:
    """Raises ConfigError when a file holds a key of a real venue; play keys of `custom` may stand there."""
    if environment == "custom":
        return
    for file in files:
        with file.open("rb") as opened:
            table = tomllib.load(opened)
        for section in (table, table.get("spot", {}), table.get("usdm", {})):
            named = _named(section.get("credentials", {}))
            if named:
                raise ConfigError(
                    f"{file}: credentials.{named} of {environment} must not stand in a configuration file; "
                    f"set CROSSBOOK_CREDENTIALS__{named.upper()} or use the secrets directory"
                )


def _named(credentials: dict[str, Any]) -> str:
    return next((name for name in _SECRET if credentials.get(name)), "")
