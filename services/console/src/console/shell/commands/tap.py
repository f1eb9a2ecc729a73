"""Reading any publishing socket of the bus, with or without our types."""

import asyncio
import json
import sys
import time
from typing import Any

import msgspec

from console.plan import Plan
from console.shell.places import load_bus
from crossbook.bus import Subscriber
from crossbook.clock import SystemClock
from crossbook.errors import ConfigError
from crossbook.messages.describe import FAMILIES, structs_of, tag_of


async def tap(plan: Plan, endpoint: str, topic: str, count: int | None, raw: bool) -> None:
    """Print messages as JSON Lines until `count` or Ctrl-C. `raw` shows the bare MessagePack arrays."""
    finished = asyncio.Event()
    left = [count if count is not None else -1]

    def on_message(name: str, sequence: int, message: Any) -> None:
        if left[0] == 0:
            return
        left[0] -= 1
        line = {"time": time.time(), "topic": name, "seq": sequence, **_shown(message, raw)}
        sys.stdout.write(json.dumps(line, default=str) + "\n")
        sys.stdout.flush()
        if left[0] == 0:
            finished.set()

    def on_gap(name: str, expected: int, got: int) -> None:
        sys.stderr.write(f"gap on {name}: expected {expected}, got {got}\n")

    types = () if raw else tuple(kind for family in FAMILIES for kind in structs_of(family) if tag_of(kind) is not None)
    addresses = _addresses(plan, endpoint)
    subscriber = Subscriber(addresses, [topic], on_message, on_gap, types=types, clock=SystemClock())
    try:
        await finished.wait()
    finally:
        subscriber.close()


def _shown(message: Any, raw: bool) -> dict[str, Any]:
    if raw or not isinstance(message, msgspec.Struct):
        return {"message": message}
    return {"type": type(message).__name__, **msgspec.to_builtins(msgspec.structs.asdict(message))}


def _addresses(plan: Plan, endpoint: str) -> list[str]:
    bus = load_bus(plan)
    if endpoint == "events":
        return [bus.events]
    if endpoint == "md":
        return [bus.md_of(venue) for venue in plan.gateways]
    if "://" in endpoint:
        return [endpoint]
    raise ConfigError(f"{endpoint!r} is not md, events, or an address such as ipc://run/bus/events.ipc")
