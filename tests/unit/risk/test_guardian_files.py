"""What the guardian keeps on disk: the latch, its decisions, and what it did to a run."""

import json
from pathlib import Path

import pytest

from crossbook.clock import ManualClock
from risk.guardian.actions import EndProcess, KeepDown, Notice, Sweep, Tell, What
from risk.guardian.latch import Kill
from risk.shell.decision_log import DecisionLog
from risk.shell.latch_file import LatchFile


def test_a_latch_is_read_as_it_was_kept(tmp_path: Path) -> None:
    file = LatchFile(tmp_path / "latch.json")
    latch = file.read(1)
    assert latch.kills == {}
    latch.latch("venue:binance", Kill("alice", "drill", 5))
    file.keep(latch)
    assert LatchFile(tmp_path / "latch.json").read(9).kills == {"venue:binance": Kill("alice", "drill", 5)}
    assert [path.name for path in tmp_path.iterdir()] == ["latch.json"]


def test_a_torn_latch_is_a_kill(tmp_path: Path) -> None:
    (tmp_path / "latch.json").write_bytes(b'{"kills"')
    kill = LatchFile(tmp_path / "latch.json").read(9).kills["all"]
    assert (kill.by, kill.time_ns) == ("guardian", 9)


def test_decisions_are_lines_with_time_and_reason(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path, tmp_path, ManualClock())
    log.write(Tell("binance", What.HOLD, "all", "silent"))
    log.write(Notice("page", "hold", "binance", "silent"))
    lines = [json.loads(line) for line in (tmp_path / "decisions.jsonl").read_text().splitlines()]
    assert [line["action"] for line in lines] == ["Tell", "Notice"]
    assert (lines[0]["what"], lines[0]["target"], lines[0]["reason"]) == ("hold", "binance", "silent")
    assert all(line["time_ns"] == ManualClock().time_ns() for line in lines)
    assert not (tmp_path / "operator.jsonl").exists()


@pytest.mark.parametrize("action", [EndProcess("oms", "hangs"), KeepDown("oms", "too often"), Sweep("oms", "gone")])
def test_what_is_done_to_processes_is_noted_as_an_act(tmp_path: Path, action: EndProcess | KeepDown | Sweep) -> None:
    DecisionLog(tmp_path, tmp_path, ManualClock()).write(action)
    act = json.loads((tmp_path / "operator.jsonl").read_text())
    assert (act["act"], act["target"], act["by"]) == (type(action).__name__, "oms", "guardian")
    assert act["time_s"] == ManualClock().time_ns() / 1e9
