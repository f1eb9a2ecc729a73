"""Lines of recorded market data: what was received, and when.

Two forms of line are read: `<receive time, ns> <raw frame>`, and a JSON object that holds the frame (under `body`,
`recv`, `msg` or `frame`, or as its own `stream` and `data`) beside `recv_ts`, Unix seconds. What we sent is no frame.
"""

from decimal import Decimal
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec

from gateway_kit.market_dialect import UNREADABLE, FrameError

_FRAME_KEYS = ("body", "recv", "msg", "frame")
_LONGEST_TIME = 20
"""Digits of a time in ns: 19 until the year 2286."""


class Captured(NamedTuple):
    """One frame of a capture."""

    received_ns: int
    """Unix time in ns; 0 where the capture does not tell."""
    frame: bytes
    url: str
    """Where it came from; empty where the capture does not tell."""

    @property
    def symbol(self) -> str:
        """The symbol that the URL asked for; empty where there is none."""
        return parse_qs(urlsplit(self.url).query).get("symbol", [""])[0]


class _Recorded(msgspec.Struct, gc=False):
    recv_ts: Decimal | None = None
    url: str = ""
    sent: msgspec.Raw = msgspec.Raw(b"")
    body: msgspec.Raw = msgspec.Raw(b"")
    recv: msgspec.Raw = msgspec.Raw(b"")
    msg: msgspec.Raw = msgspec.Raw(b"")
    frame: msgspec.Raw = msgspec.Raw(b"")


_recorded = msgspec.json.Decoder(_Recorded)


def read_line(line: bytes) -> Captured | None:
    """The frame of a line; None for a blank line and for what was sent. Raises FrameError for anything else."""
    text = line.strip()
    if not text:
        return None
    if text[:1] == b"{":
        return _object(text)
    stamp, _, frame = text.partition(b" ")
    if not (stamp.isdigit() and len(stamp) <= _LONGEST_TIME):
        raise FrameError(f"neither a receive time nor a JSON object at its start: {text[:60]!r}")
    frame = frame.lstrip()
    if not frame:
        raise FrameError("a receive time without a frame")
    return Captured(int(stamp), frame, "")


def _object(text: bytes) -> Captured | None:
    try:
        recorded = _recorded.decode(text)
    except UNREADABLE as error:
        raise FrameError(f"not a JSON object as captures have it: {error}") from error
    received_ns = _nanoseconds(recorded.recv_ts)
    for key in _FRAME_KEYS:
        frame = bytes(getattr(recorded, key))
        if frame:
            return Captured(received_ns, frame, recorded.url)
    if bytes(recorded.sent):
        return None
    return Captured(received_ns, text, recorded.url)


def _nanoseconds(seconds: Decimal | None) -> int:
    if seconds is None:
        return 0
    if not seconds.is_finite() or not 0 <= seconds < 10**11:
        raise FrameError(f"recv_ts {seconds} is no Unix time in seconds")
    return int(seconds * 1_000_000_000)
