"""The guardian in a whole run: whatever hangs or is gone, orders do not stay unwatched, and a kill stays a kill."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from testkit.processes import Processes
from testkit.waiting import eventually
from testkit.whole_run import WholeRun

PATIENCE_S = 30.0


@pytest.fixture
def whole_run(processes: Processes, run_dir: Path, repo_root: Path) -> WholeRun:
    return WholeRun(processes, run_dir, repo_root)


def decisions(run: WholeRun) -> list[dict[str, Any]]:
    """What the guardian has decided so far, in order."""
    file = run.directory / "run" / "guardian" / "decisions.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def latch(run: WholeRun) -> dict[str, Any]:
    """The kills that the guardian keeps."""
    file = run.directory / "run" / "guardian" / "latch.json"
    return dict(json.loads(file.read_text())["kills"])


def decided(run: WholeRun, action: str, **fields: str) -> bool:
    """Whether the guardian has decided such a thing."""
    return any(d["action"] == action and fields.items() <= d.items() for d in decisions(run))


def stop(run: WholeRun, name: str) -> int:
    """Make a process hang: SIGSTOP. Its pid."""
    pid = run.pids()[name]
    os.kill(pid, signal.SIGSTOP)
    return pid


def replaced(run: WholeRun, name: str, pid: int) -> None:
    """Wait until another process stands in for a hung one."""
    eventually(lambda: run.pids().get(name, pid) != pid, within_s=PATIENCE_S, what=f"a new {name}")


def nothing_open(run: WholeRun) -> None:
    eventually(lambda: run.open_at_venue() == [], within_s=PATIENCE_S, what="nothing open at the venue")


@pytest.mark.timeout(240)
def test_what_hangs_is_held_or_swept_then_killed_and_quoting_resumes(whole_run: WholeRun) -> None:
    patient = "\n[processes]\nhang_ms = 10000  # time to see, on a busy machine, what happens before the kill\n"
    with (whole_run.directory / "config" / "paper" / "guardian.toml").open("a") as config:
        config.write(patient)
    whole_run.start()
    whole_run.wait_until_quoting()
    assert whole_run.open_at_venue()
    assert decisions(whole_run) == []

    pid = stop(whole_run, "oms")
    nothing_open(whole_run)
    assert decided(whole_run, "Tell", target="binance", what="hold")
    replaced(whole_run, "oms", pid)
    assert decided(whole_run, "EndProcess", name="oms")
    whole_run.wait_until_quoting()
    assert decided(whole_run, "Tell", target="binance", what="release")

    pid = stop(whole_run, "gateway-binance")
    nothing_open(whole_run)
    assert decided(whole_run, "Sweep", program="sweeper-binance")
    replaced(whole_run, "gateway-binance", pid)
    assert decided(whole_run, "EndProcess", name="gateway-binance")
    whole_run.wait_until_quoting()

    pid = stop(whole_run, "mm-spot")
    replaced(whole_run, "mm-spot", pid)
    whole_run.wait_until_quoting()

    status, report = whole_run.end(by_signal=True)
    assert (status, report["faults"]) == (0, []), whole_run.output()
    assert {n: p["restarts"] for n, p in report["processes"].items() if p["restarts"]} == {
        "oms": 1,
        "gateway-binance": 1,
        "mm-spot": 1,
    }
    assert report["inventory"] == report["venue_inventory"]


@pytest.mark.timeout(240)
def test_a_kill_works_without_the_oms_and_outlives_oms_and_guardian(whole_run: WholeRun) -> None:
    whole_run.start()
    whole_run.wait_until_quoting()
    pid = stop(whole_run, "oms")
    killed = whole_run.crossbook("kill", "--reason", "drill")
    assert killed.returncode == 0, killed.stderr
    assert "guardian: done: kill of all is latched" in killed.stdout
    assert "gateway binance: done: 0 orders of ours open in all" in killed.stdout
    assert whole_run.open_at_venue() == []
    assert latch(whole_run)["all"]["reason"] == "drill"

    replaced(whole_run, "oms", pid)
    eventually(lambda: decided(whole_run, "Tell", target="oms", what="kill"), within_s=PATIENCE_S)
    eventually(lambda: "kill" in whole_run.crossbook("why").stdout, within_s=PATIENCE_S, every_s=0.5)

    before = whole_run.pids()
    for name in ("guardian", "oms", "gateway-binance"):
        os.kill(before[name], signal.SIGKILL)
    for name in ("guardian", "oms", "gateway-binance"):
        replaced(whole_run, name, before[name])
    eventually(
        lambda: sum(d.get("kind") == "kill_verified" for d in decisions(whole_run)) >= 2,
        within_s=PATIENCE_S,
        what="the restarted guardian's proof that nothing is open",
    )
    assert list(latch(whole_run)) == ["all"]
    assert whole_run.open_at_venue() == []

    resumed = whole_run.crossbook("resume", "--reason", "the drill is over")
    assert "guardian: done: kill of all is resumed" in resumed.stdout
    whole_run.wait_until_quoting()
    assert latch(whole_run) == {}
    status, report = whole_run.end(by_signal=True)
    assert (status, report["inventory"]) == (0, report["venue_inventory"]), (report["faults"], whole_run.output())
