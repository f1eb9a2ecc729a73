"""Keeps secrets out of everything that is written: each registered value is replaced wherever it turns up in a line."""

import json
from typing import Final
from urllib.parse import quote

REDACTED: Final = "[redacted]"
_MIN_LENGTH: Final = 4
"""Anything shorter would turn up by chance everywhere, and is no secret worth the name."""

_known: set[str] = set()
_by_length: list[str] = []


def register_secret(value: str) -> None:
    """Have every occurrence of `value` replaced from now on: as it is, quoted for JSON or a URL, and line by line."""
    for form in (value, json.dumps(value)[1:-1], quote(value, safe=""), *value.splitlines()):
        if len(form.strip()) >= _MIN_LENGTH:
            _known.add(form.strip())
    _by_length[:] = sorted(_known, key=len, reverse=True)


def redact(text: str) -> str:
    """`text` without any registered secret."""
    for secret in _by_length:
        if secret in text:
            text = text.replace(secret, REDACTED)
    return text
