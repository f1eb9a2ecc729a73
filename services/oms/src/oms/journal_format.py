"""The journal's bytes: framed, checksummed, hash-chained records. Pure; files are the shell's business.

    frame   = magic (4) | length (4, big endian) | CRC32 of chain and payload (4) | chain (16) | payload (length)
    chain   = BLAKE2b-128 (chain of the frame before | payload); the first frame of all has zeros before it
    payload = MessagePack of a `Record`, or of a `FileHead` as the first frame of each file

The magic lets a reader tell a torn tail (nothing readable follows) from damage in the middle (something does). The
checksum finds accidents, the chain finds edits: one altered record breaks every chain value after it.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from crossbook.messages.base import Message
from oms.inputs import AnyRow, Input, Now
from oms.outputs import Publish, Turn

MAGIC = b"\xabXB\x01"
HEAD = struct.Struct(">4sII16s")
CHAIN_BYTES = 16
START_CHAIN = bytes(CHAIN_BYTES)
MAX_PAYLOAD = 64 << 20
VERSION = 1


class FileHead(msgspec.Struct, frozen=True, array_like=True, tag="head"):
    """First frame of a file."""

    version: int
    number: int
    first_seq: int
    created_time_ns: int
    desk: int


class Record(msgspec.Struct, frozen=True, array_like=True, tag="rec"):
    """One turn: the input with its times and peer, the rows it changed, and a checksum of all it said."""

    seq: int
    monotonic_ns: int
    time_ns: int
    peer: bytes
    input: Input
    rows: tuple[AnyRow, ...]
    outputs_crc: int

    @property
    def now(self) -> Now:
        """The moment the input was handled at."""
        return Now(self.monotonic_ns, self.time_ns)


class RowsOnly(msgspec.Struct, frozen=True, array_like=True, tag="rec"):
    """A record as recovery reads it: what was asked and said stays undecoded."""

    seq: int
    monotonic_ns: int
    time_ns: int
    peer: bytes
    input: msgspec.Raw
    rows: tuple[AnyRow, ...]


class Frame(NamedTuple):
    """A frame found in a file: where it begins, where it ends, its chain value and payload."""

    start: int
    end: int
    chain: bytes
    payload: bytes


class Damage(NamedTuple):
    """Where reading stopped before the end, why, and where (if anywhere) something readable follows."""

    at: int
    why: str
    readable_at: int
    """-1: nothing readable follows, the tail is torn."""


_encoder = msgspec.msgpack.Encoder()
_any = msgspec.msgpack.Decoder(Record | FileHead)
_rows_only = msgspec.msgpack.Decoder(RowsOnly | FileHead)


class RecordEncoder:
    """Makes frames; holds the chain."""

    def __init__(self, chain: bytes = START_CHAIN) -> None:
        self.chain = chain

    def record(self, message: Message, peer: bytes, now: Now, turn: Turn) -> bytes:
        """The frame of one turn."""
        crc = outputs_crc(turn)
        payload = _encoder.encode(("rec", turn.seq, now.monotonic_ns, now.time_ns, peer, message, turn.rows, crc))
        return self.frame(payload)

    def head(self, head: FileHead) -> bytes:
        """The first frame of a file."""
        return self.frame(_encoder.encode(head))

    def frame(self, payload: bytes) -> bytes:
        """Chain and frame a payload."""
        self.chain = chain = hashlib.blake2b(self.chain + payload, digest_size=CHAIN_BYTES).digest()
        crc = zlib.crc32(payload, zlib.crc32(chain))
        return b"%s%s" % (HEAD.pack(MAGIC, len(payload), crc, chain), payload)


def outputs_crc(turn: Turn) -> int:
    """A checksum over everything a turn says, to whom, in order."""
    crc = 0
    for output in turn.outputs:
        to = output.topic.encode() if isinstance(output, Publish) else output.peer
        crc = zlib.crc32(_encoder.encode(output.message), zlib.crc32(to, crc))
    return crc


def rows_bytes(turn: Turn) -> bytes:
    """The rows of a turn as the journal has them."""
    return _encoder.encode(turn.rows)


def frames(data: bytes, start: int = 0) -> Iterator[Frame | Damage]:
    """Every frame of a file's bytes in order; a `Damage` ends the iteration where one cannot be read."""
    at, size = start, len(data)
    view = memoryview(data)
    while at < size:
        found = frame_at(view, at)
        if found is None:
            yield Damage(at, _why(view, at), _next_readable(data, at + 1))
            return
        yield found
        at = found.end


def frame_at(data: memoryview, at: int) -> Frame | None:
    """The frame that begins at `at`; None where there is none, or not all of it, or its checksum does not fit."""
    end_of_head = at + HEAD.size
    if end_of_head > len(data):
        return None
    magic, length, crc, chain = HEAD.unpack_from(data, at)
    end = end_of_head + length
    if magic != MAGIC or length > MAX_PAYLOAD or end > len(data):
        return None
    payload = bytes(data[end_of_head:end])
    if zlib.crc32(payload, zlib.crc32(chain)) != crc:
        return None
    return Frame(at, end, chain, payload)


def follows(chain: bytes, frame: Frame) -> bool:
    """Whether the frame is the one that was written after the frame with that chain value."""
    return hashlib.blake2b(chain + frame.payload, digest_size=CHAIN_BYTES).digest() == frame.chain


def decode(payload: bytes) -> Record | FileHead:
    """Everything a frame says. Raises msgspec.DecodeError when it is no record of this version."""
    decoded: Record | FileHead = _any.decode(payload)
    return decoded


def decode_rows(payload: bytes) -> RowsOnly | FileHead:
    """What recovery needs of a frame."""
    decoded: RowsOnly | FileHead = _rows_only.decode(payload)
    return decoded


def _why(data: memoryview, at: int) -> str:
    if at + HEAD.size > len(data):
        return f"{len(data) - at} bytes are less than a frame's head"
    magic, length, _, _ = HEAD.unpack_from(data, at)
    if magic != MAGIC:
        return "no frame begins here"
    if at + HEAD.size + length > len(data):
        return f"the frame should have {length} bytes, {len(data) - at - HEAD.size} are there"
    return "the checksum does not fit"


def _next_readable(data: bytes, at: int) -> int:
    view = memoryview(data)
    while (at := data.find(MAGIC, at)) >= 0:
        if frame_at(view, at) is not None:
            return at
        at += 1
    return -1
