"""A fault as it is asked for over the admin port: read leniently, checked strictly, so that none waits for nothing."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from venue_sim.faults.fault import Fault, FaultKind
from venue_sim.shell.venue import Venue

_SWITCH = {"on": True, "off": False}


def read_faults(body: Any) -> list[Fault]:
    """One fault or a list; `pong` may be on or off, and the status of `http` may be called code."""
    entries = body if isinstance(body, list) else [body]
    return msgspec.convert([_usual(entry) if isinstance(entry, dict) else entry for entry in entries], list[Fault])


def checked(venue: Venue, fault: Fault) -> Fault:
    """The fault, its endpoint by the operation's name; LookupError for a filter that matches nothing there is."""
    if fault.market and fault.market not in venue.ports:
        raise LookupError(f"no market {fault.market!r}; there are {sorted(venue.ports)}")
    if fault.account and fault.account not in venue.exchange.accounts():
        raise LookupError(f"no account {fault.account!r}; there are {venue.exchange.accounts()}")
    markets = [fault.market] if fault.market else list(venue.ports)
    symbols = {each.symbol for market in markets for each in venue.exchange.instruments(market)}
    if fault.symbol and fault.symbol not in symbols:
        raise LookupError(f"no symbol {fault.symbol!r}; there are {sorted(symbols)}")
    return replace(fault, endpoint=_operation(venue, markets, fault.endpoint)) if fault.endpoint else fault


def _usual(entry: dict[str, Any]) -> dict[str, Any]:
    usual = dict(entry)
    if usual.get("pong") in ("on", "off"):
        usual["pong"] = _SWITCH[usual["pong"]]
    if usual.get("kind") == FaultKind.HTTP and "code" in usual and "status" not in usual:
        usual["status"] = usual.pop("code")
    return usual


def _operation(venue: Venue, markets: list[str], endpoint: str) -> str:
    names = {name for market in markets for name in venue.ports[market].operations}
    routes = {
        f"{method} {path}": name for market in markets for (method, path), name in venue.ports[market].routes.items()
    }
    name = routes.get(endpoint, endpoint)
    if name not in names:
        raise LookupError(f"no endpoint {endpoint!r}; there are {', '.join(sorted(names))}")
    return name
