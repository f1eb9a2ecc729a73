"""The envelopes of private events of Binance: none, `{"event":…}` (WebSocket API) or `{"data":…}` (streams)."""

import msgspec

READ_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, ArithmeticError)
"""What reading damaged JSON can raise: wrong shape, broken UTF-8, a text that is no number."""


class _Head(msgspec.Struct, gc=False):
    e: str = ""
    event: msgspec.Raw = msgspec.Raw(b"")
    data: msgspec.Raw = msgspec.Raw(b"")


_HEAD = msgspec.json.Decoder(_Head)


def unwrapped(frame: bytes | memoryview) -> tuple[str, bytes | memoryview | msgspec.Raw]:
    """Event type and the event itself. Raises one of READ_ERRORS for what is not a JSON object."""
    head = _HEAD.decode(frame)
    event = head.event or head.data
    return (_HEAD.decode(event).e, event) if event else (head.e, frame)
