"""Recorded lines of a venue's streams, read into messages. Pure: text in, messages out.

A line is `<receive time, ns> <raw frame>`, or, as in some collections, one JSON object with `recv_ts` (seconds) and the
frame. The frame is a combined-stream message, a bare message, or a REST depth snapshot.
"""

from typing import Any

import msgspec
from msgspec import Struct

_NS = 1_000_000_000
_CHANNELS = {
    "depthUpdate": "depth",
    "bookTicker": "bookTicker",
    "trade": "trade",
    "aggTrade": "aggTrade",
    "markPriceUpdate": "markPrice",
}
_decode = msgspec.json.Decoder().decode


class Captured(Struct, frozen=True):
    """One message of a capture."""

    received_ns: int
    channel: str
    """depth, bookTicker, trade, aggTrade, markPrice, snapshot, or "" for what a replay has no use for."""
    symbol: str
    """"" where the message does not say (snapshots)."""
    message: dict[str, Any]

    @property
    def event_ms(self) -> int | None:
        """The venue's event time, where there is one."""
        stamp = self.message.get("E")
        return stamp if isinstance(stamp, int) else None


def parse_line(line: str) -> Captured | None:
    """The message of a line; None for blank ones and those without a frame. Raises ValueError on what is no capture."""
    line = line.strip()
    if not line:
        return None
    if line.startswith("{"):
        return _parse_object(_decode(line))
    stamp, _, frame = line.partition(" ")
    return _classify(int(stamp), _decode(frame))


def _parse_object(value: dict[str, Any]) -> Captured | None:
    frame = value.get("body") or value.get("recv") or (value if "data" in value or "stream" in value else None)
    if not isinstance(frame, dict) or "recv_ts" not in value:
        return None
    return _classify(int(value["recv_ts"] * _NS), frame)


def _classify(received_ns: int, frame: object) -> Captured:
    message = frame.get("data", frame) if isinstance(frame, dict) else None
    if not isinstance(frame, dict) or not isinstance(message, dict):
        raise ValueError(f"no message of a stream: {str(frame)[:80]}")
    if "stream" not in frame and "lastUpdateId" in message:
        return Captured(received_ns, "snapshot", str(message.get("symbol", "")), message)
    event = message.get("e")
    if event is None and "u" in message and "B" in message:
        event = "bookTicker"
    return Captured(received_ns, _CHANNELS.get(str(event), ""), str(message.get("s", "")), message)


def market_of(captured: Captured) -> str | None:
    """ "usdm" or "spot" where this message alone tells, else None.

    Only USD-M depth has `pu`, its bookTicker an event type, its snapshots an event time; spot's trades have an `M`.
    """
    message = captured.message
    if captured.channel == "depth":
        return "usdm" if "pu" in message else "spot"
    if captured.channel == "bookTicker":
        return "usdm" if "e" in message else "spot"
    if captured.channel in ("trade", "aggTrade"):
        return "spot" if "M" in message else "usdm"
    if captured.channel == "snapshot":
        return "usdm" if "E" in message else "spot"
    return "usdm" if captured.channel == "markPrice" else None
