"""Describes every message from its Struct: for `docs/messages.md`, and as a hash that shows when two builds differ."""

import ast
import hashlib
import inspect
import textwrap
import typing
from collections.abc import Iterator
from enum import Enum
from types import ModuleType, NoneType
from typing import Any, Final

import msgspec

from crossbook.messages import base, control, gateway, health, inventory, market, orders, risk
from crossbook.messages.base import SCHEMA_VERSION, Message, Part

FAMILIES: Final[tuple[ModuleType, ...]] = (base, market, orders, gateway, inventory, risk, health, control)

_HEAD = f"""# Messages

Generated from the Structs in `libs/common/src/crossbook/messages` by `make docs`; do not edit.

Schema version {SCHEMA_VERSION}. A hello that names another one is refused.

A message on the wire is a MessagePack array: its tag, then its fields in this order. New fields are only added at the
end and with a default, which older writers leave out. `Decimal` is written as text, enumerations as their values.
On publishing sockets one ZeroMQ frame holds topic, NUL byte, sequence (8 bytes, big-endian) and then the array.
"""


def structs_of(family: ModuleType) -> list[type[msgspec.Struct]]:
    """The messages of a family by tag, after the parts that stand inside them."""
    own = [each for each in vars(family).values() if inspect.isclass(each) and each.__module__ == family.__name__]
    structs = [each for each in own if issubclass(each, Message | Part) and each not in (Message, Part)]
    return sorted(structs, key=lambda each: tag_of(each) or 0)


def tag_of(struct: type[msgspec.Struct]) -> int | None:
    """The tag a message begins with; None for a part."""
    tag = struct.__struct_config__.tag
    return tag if isinstance(tag, int) else None


def schema_hash() -> str:
    """8 hex digits that change with any tag, field, type or order of fields; processes that differ should not meet."""
    lines = [f"{SCHEMA_VERSION}"]
    for family in FAMILIES:
        for struct in structs_of(family):
            fields = ",".join(f"{field.name}:{type_name(field.type)}" for field in msgspec.structs.fields(struct))
            lines.append(f"{tag_of(struct)} {struct.__name__}({fields})")
        lines += [f"{enum.__name__}={[each.value for each in enum]}" for enum in _enums(family)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def page() -> str:
    """The text of `docs/messages.md`."""
    sections = [_HEAD]
    for family in FAMILIES:
        sections.append(f"## {family.__name__.rpartition('.')[2]}\n\n{inspect.getdoc(family)}\n")
        sections += [_enum_section(enum) for enum in _enums(family)]
        sections += [_struct_section(struct) for struct in structs_of(family)]
    return "\n".join(sections)


def type_name(annotation: Any) -> str:
    """A type as one would write it: `dict[str, int]`, `Decimal`, `float | None`."""
    arguments = typing.get_args(annotation)
    if not arguments:
        return "None" if annotation is NoneType else str(getattr(annotation, "__name__", annotation))
    names = ["…" if each is Ellipsis else type_name(each) for each in arguments]
    origin = typing.get_origin(annotation)
    is_union = getattr(origin, "__name__", "") in ("Union", "UnionType")
    return " | ".join(names) if is_union else f"{type_name(origin)}[{', '.join(names)}]"


def _struct_section(struct: type[msgspec.Struct]) -> str:
    tag = tag_of(struct)
    title = f"### {struct.__name__}" + (f" ({tag})" if tag is not None else "")
    notes = _field_notes(struct)
    rows = [
        f"| {field.name} | `{_cell(type_name(field.type))}` | {_default(field)} | {_cell(notes.get(field.name, ''))} |"
        for field in msgspec.structs.fields(struct)
    ]
    table = "\n".join(["| field | type | default | |", "|---|---|---|---|", *rows])
    return f"{title}\n\n{inspect.getdoc(struct)}\n\n{table}\n"


def _cell(text: str) -> str:
    """Text that does not end a cell of a table."""
    return text.replace("|", "\\|")


def _enum_section(enum: type[Enum]) -> str:
    values = ", ".join(f"`{each.value}` {each.name}" for each in enum)
    return f"### {enum.__name__}\n\n{inspect.getdoc(enum)}\n\n{values}\n"


def _enums(family: ModuleType) -> Iterator[type[Enum]]:
    for each in vars(family).values():
        if inspect.isclass(each) and issubclass(each, Enum) and each.__module__ == family.__name__:
            yield each


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return ""
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return f"`{value}`" if value != "" else '`""`'


def _field_notes(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The docstring below each field, on one line."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(definition, ast.ClassDef)
    notes = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            text = ast.get_docstring(ast.Module([below], []))
            notes[field.target.id] = " ".join((text or "").split())
    return notes
