"""The journal on disk: written whole or not at all, mended where a crash tore it, refused where it was damaged."""

import errno
import os
from pathlib import Path

import pytest

from crossbook.errors import HumanNeeded
from crossbook.messages.base import OrderState
from oms.inputs import SnapshotWanted, Tick
from oms.journal_format import START_CHAIN, Frame
from oms.shell.journal_files import journal_files, lock_directory, mend_tail, read_frames, recover
from oms.shell.journal_writer import JournalUnwritable, JournalWriter
from testkit.oms_desk import Desk


def writer(directory: Path, number: int = 0, chain: bytes = START_CHAIN, reserve_mb: int = 0) -> JournalWriter:
    return JournalWriter(directory, desk=1, number=number, chain=chain, file_mb=1, reserve_mb=reserve_mb)


def traded(directory: Path) -> Desk:
    journal = writer(directory)
    journal.open(1, 0)
    desk = Desk(on_turn=journal.append).open_for_business()
    desk.fill(desk.resting(), 4)
    desk.resting(ticks=499_980)
    journal.close()
    return desk


def reopened(directory: Path, desk: Desk) -> JournalWriter:
    """The next file of the same journal, to which the desk goes on writing."""
    end = recover(directory)
    journal = writer(directory, end.last_number, end.chain)
    journal.open(desk.core.seq + 1, 0)
    desk.on_turn = journal.append
    return journal


def test_what_was_written_is_recovered(tmp_path: Path) -> None:
    desk = traded(tmp_path)
    end = recover(tmp_path)
    state = end.recovered.state
    assert end.recovered.last_seq == desk.core.seq
    assert {i: o.state for i, o in state.orders.items()} == {i: o.state for i, o in desk.core.state.orders.items()}
    assert state.holdings == desk.core.state.holdings
    assert state.fills == desk.core.state.fills
    assert state.sequence.sequence == 2


def test_an_empty_directory_is_a_new_desk(tmp_path: Path) -> None:
    end = recover(tmp_path)
    assert (end.recovered.epoch, end.recovered.last_seq, end.last_number, end.chain) == (0, 0, 0, START_CHAIN)


def test_the_next_life_writes_a_new_file_that_continues_the_chain(tmp_path: Path) -> None:
    desk = traded(tmp_path)
    end = recover(tmp_path)
    reopened(tmp_path, desk).close()
    assert [path.name for path in journal_files(tmp_path)] == ["journal-00000001.xbj", "journal-00000002.xbj"]
    assert recover(tmp_path).recovered.last_seq == end.recovered.last_seq


def test_a_torn_tail_is_cut_and_kept_aside_and_nothing_before_it_is_lost(tmp_path: Path) -> None:
    desk = traded(tmp_path)
    (path,) = journal_files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    mend_tail(tmp_path, time_ns=77)
    last = list(read_frames(path))[-1]
    assert isinstance(last, Frame)
    aside = path.with_name(path.name + ".torn-77")
    assert path.read_bytes() + aside.read_bytes() == whole[:-5]
    assert recover(tmp_path).recovered.last_seq == desk.core.seq - 1


def test_damage_in_the_middle_is_refused_with_what_to_do(tmp_path: Path) -> None:
    traded(tmp_path)
    (path,) = journal_files(tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(HumanNeeded, match=r"readable again at \d+\. Restore it from a copy"):
        mend_tail(tmp_path, time_ns=77)


def test_a_record_taken_out_of_the_middle_is_refused_as_altered(tmp_path: Path) -> None:
    traded(tmp_path)
    (path,) = journal_files(tmp_path)
    victim = [f for f in read_frames(path) if isinstance(f, Frame)][5]
    data = path.read_bytes()
    path.write_bytes(data[: victim.start] + data[victim.end :])
    with pytest.raises(HumanNeeded, match="the file was altered"):
        recover(tmp_path)


def test_only_one_process_writes_a_journal(tmp_path: Path) -> None:
    held = lock_directory(tmp_path)
    with pytest.raises(HumanNeeded, match="another OMS writes it"):
        lock_directory(tmp_path)
    os.close(held)
    os.close(lock_directory(tmp_path))


def test_recovery_begins_at_the_last_whole_snapshot(tmp_path: Path) -> None:
    desk = traded(tmp_path)
    written = len(desk.inputs)
    journal = reopened(tmp_path, desk)
    for part in range(4):
        desk.feed(SnapshotWanted(9, part, 4))
        desk.wait_ms(100)
    journal.close()
    again = recover(tmp_path)
    assert again.recovered.records == len(desk.inputs) - written
    assert again.recovered.state.holdings == desk.core.state.holdings
    assert again.recovered.state.orders.keys() == desk.core.state.orders.keys()
    assert again.recovered.state.fills == desk.core.state.fills


def test_a_snapshot_cut_short_is_not_begun_from(tmp_path: Path) -> None:
    desk = traded(tmp_path)
    written = len(desk.inputs)
    journal = reopened(tmp_path, desk)
    for part in range(3):
        desk.feed(SnapshotWanted(9, part, 4))
    assert len(desk.inputs) == written + 3
    journal.close()
    assert recover(tmp_path).recovered.records == len(desk.inputs)


def test_a_full_file_is_followed_by_another_and_a_snapshot_is_wanted(tmp_path: Path) -> None:
    desk = Desk()
    journal = writer(tmp_path)
    journal.open(1, 0)
    turn, wanted = desk.turns[0], []
    for _ in range(6_000):
        wanted.append(journal.append(Tick(), b"p" * 200, desk.now, turn))
    journal.close()
    assert wanted.count(True) == len(journal_files(tmp_path)) - 1 >= 1


class FullDisk:
    """Stands for `os.write` once the disk is full: takes some bytes, then none."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.real = os.write

    def __call__(self, fd: int, data: bytes) -> int:
        if self.takes <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = self.real(fd, data[: self.takes])
        self.takes -= taken
        return taken


def test_a_full_disk_leaves_no_half_record_and_the_chain_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = writer(tmp_path)
    journal.open(1, 0)
    desk = Desk(on_turn=journal.append).open_for_business()
    desk.on_turn = None
    monkeypatch.setattr(os, "write", FullDisk(takes=10))
    with pytest.raises(JournalUnwritable, match="No space left|no space left"):
        journal.append(Tick(), b"", desk.now, desk.feed(Tick()))
    assert not journal.writable
    monkeypatch.undo()
    desk.feed(Tick())
    journal.append(*desk.inputs[-1], desk.turns[-1])
    journal.close()
    assert journal.writable
    assert recover(tmp_path).recovered.last_seq == desk.core.seq


def test_the_reserve_is_given_back_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    journal = writer(tmp_path, reserve_mb=1)
    journal.keep_reserve()
    assert (tmp_path / "reserve").stat().st_size == 1 << 20
    journal.open(1, 0)
    full = FullDisk(takes=0)

    def write_after_reserve(fd: int, data: bytes) -> int:
        if (tmp_path / "reserve").exists():
            return full(fd, data)
        return full.real(fd, data)

    monkeypatch.setattr(os, "write", write_after_reserve)
    journal.append(*desk.inputs[0], desk.turns[0])
    monkeypatch.undo()
    journal.close()
    assert not (tmp_path / "reserve").exists()
    assert recover(tmp_path).recovered.records == 1


async def test_records_reach_the_disk_behind(tmp_path: Path) -> None:
    synced: list[int] = []
    journal = JournalWriter(
        tmp_path, desk=1, number=0, chain=START_CHAIN, file_mb=1, reserve_mb=0, sync_after=synced.append
    )
    journal.open(1, 0)
    desk = Desk(on_turn=journal.append).open_for_business()
    await journal.sync_behind()
    await journal.sync_behind()
    journal.close()
    assert synced == [desk.core.seq, desk.core.seq]


def test_states_are_the_venues_words_after_recovery_too(tmp_path: Path) -> None:
    traded(tmp_path)
    states = sorted(order.state for order in recover(tmp_path).recovered.state.orders.values())
    assert states == [OrderState.OPEN, OrderState.PARTIALLY_FILLED]


def test_turns_that_said_and_changed_nothing_are_written_with_the_next_that_did(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    journal.open(1, 0)
    desk = Desk(on_turn=journal.append)
    (path,) = journal_files(tmp_path)
    before = path.stat().st_size
    desk.tops()
    assert path.stat().st_size == before
    desk.gateway_hello()
    assert path.stat().st_size > before
    desk.tops()
    journal.close()
    assert recover(tmp_path).recovered.last_seq == desk.core.seq


def test_what_waited_is_dropped_with_the_write_that_failed_and_the_chain_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = writer(tmp_path)
    journal.open(1, 0)
    desk = Desk(on_turn=journal.append)
    desk.tops()
    monkeypatch.setattr(os, "write", FullDisk(takes=10))
    with pytest.raises(JournalUnwritable):
        desk.gateway_hello()
    monkeypatch.undo()
    desk.strategy_hello()
    journal.close()
    assert recover(tmp_path).recovered.last_seq == desk.core.seq
