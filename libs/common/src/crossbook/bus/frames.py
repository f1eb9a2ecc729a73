"""The frame of a published message: topic, NUL, 8-byte big-endian sequence, MessagePack body, in one ZeroMQ frame.

The NUL ends the topic, because ZeroMQ subscriptions match prefixes: without it `top.BTC-USDT@binance` would also be
given `top.BTC-USDT@binance-testnet`.
"""

import functools
import operator
import struct
from typing import Any, Final

import msgspec

SEQUENCE: Final = struct.Struct(">Q")
BEAT_TOPIC: Final = "beat"
_HEADER_AFTER_TOPIC: Final = 1 + SEQUENCE.size


class MalformedFrame(ValueError):
    """A received frame is not topic, NUL, sequence, body."""


def split_frame(frame: bytes) -> tuple[bytes, int, bytes]:
    """Take a frame apart into topic, sequence and body; raises MalformedFrame."""
    end = frame.find(b"\0")
    if end < 0 or len(frame) < end + _HEADER_AFTER_TOPIC:
        raise MalformedFrame(f"{len(frame)} bytes beginning {frame[:24]!r}")
    return frame[:end], SEQUENCE.unpack_from(frame, end + 1)[0], frame[end + _HEADER_AFTER_TOPIC :]


def head_of(topic: str) -> bytes:
    """The bytes a topic's frames begin with; raises ValueError for a topic that is empty or holds a NUL."""
    if not topic or "\0" in topic:
        raise ValueError(f"not a topic: {topic!r}")
    return topic.encode() + b"\0"


def subscription_of(topic: str) -> bytes:
    """The ZeroMQ subscription of a topic: exact, unless it is empty or ends with a dot, which asks for the prefix."""
    return topic.encode() if is_prefix(topic) else head_of(topic)


def is_prefix(topic: str) -> bool:
    """Whether the topic asks for everything that begins with it."""
    return topic == "" or topic.endswith(".")


def decoder_of(types: tuple[type, ...]) -> msgspec.msgpack.Decoder[Any]:
    """One decoder for all `types` (tagged Structs); for none, one that gives plain lists and numbers."""
    if not types:
        return msgspec.msgpack.Decoder()
    union: Any = functools.reduce(operator.or_, types)
    return msgspec.msgpack.Decoder(union)


class OutgoingTopic:
    """One topic of a publisher: its sequence, and a buffer that always holds the last frame sent."""

    __slots__ = ("_body_at", "_sequence_at", "beaten", "frame", "head", "name", "retained", "sequence")

    def __init__(self, name: str, first_sequence: int) -> None:
        """`first_sequence` is the sequence that the first message will carry."""
        self.name = name
        self.head = head_of(name)
        self.sequence = first_sequence - 1
        self.beaten = 0
        self.retained = False
        self.frame = bytearray(self.head)
        self._sequence_at = len(self.head)
        self._body_at = self._sequence_at + SEQUENCE.size

    def write(self, encoder: msgspec.msgpack.Encoder, message: object) -> bytearray:
        """Encode the next message over the last one and return the frame, valid until the next `write`."""
        frame = self.frame
        retained, self.retained = self.retained, False  # a message that cannot be encoded leaves no torn frame behind
        encoder.encode_into(message, frame, self._body_at)
        self.sequence += 1
        SEQUENCE.pack_into(frame, self._sequence_at, self.sequence)
        self.retained = retained
        return frame
