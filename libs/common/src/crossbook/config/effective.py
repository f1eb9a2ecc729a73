"""What a configuration amounts to, safe to show: for `config check`, for logs, and as a hash in every beat."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr

from crossbook.telemetry.redaction import REDACTED


def effective(model: BaseModel) -> dict[str, Any]:
    """Every key with its value, defaults included, as plain JSON data with secrets redacted."""
    shown: dict[str, Any] = _redacted(model.model_dump(mode="python"))
    return shown


def config_hash(model: BaseModel) -> str:
    """12 hex digits that change when any value changes, except a secret's."""
    text = json.dumps(effective(model), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def secret_values(model: BaseModel) -> Iterator[str]:
    """The text of every secret in a configuration."""
    yield from _secrets(model.model_dump(mode="python"))


def _redacted(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return REDACTED
    if isinstance(value, dict):
        return {str(key): _redacted(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        each = [_redacted(item) for item in value]
        return sorted(each, key=str) if isinstance(value, set | frozenset) else each
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, dict):
        for each in value.values():
            yield from _secrets(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _secrets(each)
