"""The endpoints that manage listen keys: REST `listenKey`, WebSocket `userDataStream.start/ping/stop`."""

from __future__ import annotations

from typing import Any

from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk

_KEY_LENGTH = 43


def start(desk: Desk, request: Request) -> dict[str, Any]:
    """A key; the same one, extended, while it lives."""
    fresh = desk.ids.next_id(_KEY_LENGTH)
    return {"listenKey": desk.listen_keys.open(request.account, fresh, request.now_ms)}


def extend(desk: Desk, request: Request) -> dict[str, Any]:
    """Another hour for the key; -1125 when there is none."""
    return {"listenKey": desk.listen_keys.extend(request.account, request.now_ms)}


def stop(desk: Desk, request: Request) -> dict[str, Any]:
    """End the key, for every client of the account."""
    desk.listen_keys.close(request.account)
    return {}
