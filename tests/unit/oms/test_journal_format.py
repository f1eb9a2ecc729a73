"""The journal's bytes: frames, checksums, chain, damage."""

import msgpack
import msgspec
import pytest

from crossbook.messages.base import OrderState
from oms.inputs import Tick
from oms.journal_format import (
    START_CHAIN,
    Damage,
    Frame,
    Record,
    RecordEncoder,
    RowsOnly,
    decode,
    decode_rows,
    follows,
    frames,
    outputs_crc,
)
from oms.outputs import Publish
from oms.rows import Order
from testkit.oms_desk import STRATEGY, Desk


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = Desk().open_for_business()
    order = desk.resting()
    desk.fill(order, 4)
    desk.cancel(order)
    desk.report(order, OrderState.CANCELLED, 4)
    return desk


@pytest.fixture(scope="module")
def data(desk: Desk) -> bytes:
    return b"".join(desk.frames)


def good(data: bytes) -> list[Frame]:
    return [item for item in frames(data) if isinstance(item, Frame)]


def test_every_record_comes_back_as_it_was(desk: Desk, data: bytes) -> None:
    records = [decode(frame.payload) for frame in good(data)]
    assert [(r.input, r.peer, r.now) for r in records if isinstance(r, Record)] == desk.inputs
    assert [r.seq for r in records if isinstance(r, Record)] == [turn.seq for turn in desk.turns]
    assert [r.outputs_crc for r in records if isinstance(r, Record)] == [outputs_crc(turn) for turn in desk.turns]


def test_recovery_reads_the_rows_alone(data: bytes) -> None:
    rows = [row for frame in good(data) for row in _rows(frame)]
    last = [row for row in rows if isinstance(row, Order)][-1]
    assert (last.state, last.filled_lots) == (OrderState.CANCELLED, 4)


def _rows(frame: Frame) -> tuple[object, ...]:
    decoded = decode_rows(frame.payload)
    assert isinstance(decoded, RowsOnly)
    return decoded.rows


def test_the_chain_holds_from_the_first_record_to_the_last(data: bytes) -> None:
    chain = START_CHAIN
    for frame in good(data):
        assert follows(chain, frame)
        chain = frame.chain


def test_a_record_left_out_breaks_the_chain(data: bytes) -> None:
    found = good(data)
    assert not follows(found[2].chain, found[4])


@pytest.mark.parametrize("cut", [1, 5, 27, 28, 29, 60])
def test_a_torn_tail_is_damage_at_the_last_frame_with_nothing_readable_after(data: bytes, cut: int) -> None:
    last = good(data)[-1]
    torn = data[: last.start + min(cut, last.end - last.start - 1)]
    *read, damage = frames(torn)
    assert isinstance(damage, Damage)
    assert (damage.at, damage.readable_at) == (last.start, -1)
    assert len(read) == len(good(data)) - 1


def test_a_flipped_bit_in_the_middle_is_damage_that_something_readable_follows(data: bytes) -> None:
    victim, following = good(data)[3], good(data)[4]
    broken = bytearray(data)
    broken[victim.end - 1] ^= 1
    *_, damage = frames(bytes(broken))
    assert isinstance(damage, Damage)
    assert (damage.at, damage.why, damage.readable_at) == (victim.start, "the checksum does not fit", following.start)


def test_a_flipped_bit_in_the_chain_value_is_found_by_the_checksum(data: bytes) -> None:
    broken = bytearray(data)
    broken[good(data)[3].start + 14] ^= 1
    *_, damage = frames(bytes(broken))
    assert isinstance(damage, Damage)


def test_what_is_no_journal_says_so() -> None:
    assert list(frames(b"x" * 100)) == [Damage(0, "no frame begins here", -1)]


def test_anybody_with_msgpack_can_read_a_record(data: bytes) -> None:
    kind, seq, monotonic_ns, time_ns, peer, message, rows, crc = msgpack.unpackb(good(data)[0].payload)
    assert (kind, seq, peer) == ("rec", 1, b"")
    assert message[0] == 951
    assert isinstance(rows, list)
    assert monotonic_ns < time_ns
    assert crc


def test_what_is_said_and_to_whom_enters_the_checksum() -> None:
    desk = Desk().open_for_business()
    turn = desk.feed(desk.intent(), STRATEGY)
    other = turn._replace(
        outputs=tuple(o if isinstance(o, Publish) else o._replace(peer=b"else") for o in turn.outputs)
    )
    assert outputs_crc(turn) != outputs_crc(other)
    assert outputs_crc(turn) != outputs_crc(turn._replace(outputs=turn.outputs[::-1]))


def test_a_tick_costs_few_bytes() -> None:
    desk = Desk()
    turn = desk.feed(Tick())
    assert len(RecordEncoder().record(Tick(), b"", desk.now, turn)) < 80
    assert msgspec.msgpack.encode(Tick()) == b"\x91\xcd\x03\xb8"
