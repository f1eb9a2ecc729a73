"""A journal record in words an operator reads: what came, when, and what it changed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from oms.inputs import SnapshotWanted, Tick
from oms.journal_format import Record
from oms.rows import AppliedFill, FillKeys, Order, Row, Verdict


def concerns(record: Record, *, order_id: int = 0, strategy: str = "") -> bool:
    """Whether a record is about an order, a strategy; about anything when neither is named."""
    if isinstance(record.input, SnapshotWanted):
        return False
    if not order_id and not strategy:
        return not isinstance(record.input, Tick) or bool(record.rows)
    things = (record.input, *(row.fill if isinstance(row, AppliedFill) else row for row in record.rows))
    return any(
        (bool(order_id) and getattr(thing, "order_id", None) == order_id)
        or (bool(strategy) and getattr(thing, "strategy", None) == strategy)
        for thing in things
    )


def lines(record: Record) -> Iterator[str]:
    """The record: one line for the input, one for each row that changed."""
    when = datetime.fromtimestamp(record.time_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    peer = f" from {record.peer.decode(errors='replace')}" if record.peer else ""
    yield f"{record.seq} {when} {type(record.input).__name__}{peer} {_fields(record.input)}"
    for row in record.rows:
        yield f"    {_row(row)}"


def as_json(record: Record) -> str:
    """The record as one line of JSON, every field by name."""
    fields = {
        "seq": record.seq,
        "time_ns": record.time_ns,
        "monotonic_ns": record.monotonic_ns,
        "peer": record.peer.decode(errors="replace"),
        "input": type(record.input).__name__,
        "fields": _named(record.input),
        "rows": [{"row": type(row).__name__, **_named(row)} for row in record.rows],
    }
    return msgspec.json.encode(fields).decode()


def _row(row: Row) -> str:
    match row:
        case Order():
            unknown = f" ({row.unknown_operation} unknown)" if row.unknown_operation else ""
            side, left = row.side.name.lower(), f"{row.filled_lots}/{row.qty_lots} lots"
            return (
                f"order {row.order_id} {row.strategy} {side} {left} at {row.price_ticks} ticks of {row.instrument}: "
                f"{row.state}{unknown} {row.reason}".rstrip()
            )
        case Verdict():
            said = f"denied {row.code} {row.context}" if row.code else f"accepted as order {row.order_id}"
            return f"verdict on {row.operation} {row.intent_id} of {row.strategy}: {said}"
        case FillKeys():
            return f"{len(row.ids)} fills of {row.instrument} remembered"
        case _:
            return f"{type(row).__name__} {_fields(row)}"


def _fields(thing: msgspec.Struct) -> str:
    return " ".join(f"{name}={_short(value)}" for name, value in _named(thing).items() if value not in ("", None))


def _named(thing: msgspec.Struct) -> dict[str, object]:
    return {name: getattr(thing, name) for name in thing.__struct_fields__}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
