"""Messages as dictionaries in MessagePack: field names on the wire, as everybody does it at first."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgpack
import msgspec


def pack(message: msgspec.Struct, **more: object) -> bytes:
    """`{"type": "BookTop", "instrument": …}`."""
    fields = {"type": type(message).__name__, **msgspec.structs.asdict(message), **more}
    packed: bytes = msgpack.packb(fields, default=_plain)
    return packed


def unpacker(types: tuple[type, ...]) -> Callable[[bytes], tuple[Any, dict[str, Any]]]:
    """A reader of what `pack` wrote: the message, and the fields that were added to it."""
    known = {kind.__name__: (kind, kind.__struct_config__.tag, len(kind.__struct_fields__)) for kind in types}  # type: ignore[attr-defined]

    def unpack(body: bytes) -> tuple[Any, dict[str, Any]]:
        fields: dict[str, Any] = msgpack.unpackb(body)
        kind, tag, count = known[fields.pop("type")]
        values = list(fields.values())
        more = dict(list(fields.items())[count:]) if len(values) > count else {}
        return msgspec.convert([tag, *values[:count]], kind), more

    return unpack


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no MessagePack form")
