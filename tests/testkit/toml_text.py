"""Nested tables as TOML text, for configurations that tests write."""

from collections.abc import Mapping
from typing import Any


def toml_text(tables: Mapping[str, Any]) -> str:
    """The text of a document: plain values first, then every table."""
    return "\n".join(_lines("", tables)) + "\n"


def _lines(name: str, table: Mapping[str, Any]) -> list[str]:
    lines = [f"[{name}]"] if name else []
    lines += [f'"{key}" = {_value(value)}' for key, value in table.items() if not _is_table(value)]
    for key, value in table.items():
        inner = f'{name}."{key}"' if name else f'"{key}"'
        if isinstance(value, Mapping):
            lines += _lines(inner, value)
        elif _is_table(value):
            for each in value:
                body = _lines(inner, each)
                lines += [f"[{body[0]}]", *body[1:]]
    return lines


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
