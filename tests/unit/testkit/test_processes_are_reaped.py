"""Tests of the tests: what the `processes` fixture starts is gone afterwards, orphans included."""

import signal
from pathlib import Path

import pytest

from testkit.processes import Processes, is_alive
from testkit.waiting import eventually

PARENT_WITH_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("child", child.pid, flush=True)
time.sleep(600)
"""
WITHOUT_MARK = """
import os, subprocess, sys
bare = {"PATH": os.environ["PATH"]}
sleeper = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(600)"]
%s
"""
DEAF_TO_SIGTERM = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""


def test_orphan_in_its_own_session_is_found_and_ended(tmp_path: Path) -> None:
    group = Processes(tmp_path)
    group.start("parent", ["python", "-c", PARENT_WITH_CHILD])
    eventually(lambda: "child" in group.log_text("parent"))
    group.kill("parent", signal.SIGKILL)
    assert [process.pid for process in group.alive()] == [int(group.log_text("parent").split()[1])]
    group.stop_all()
    assert group.alive() == []


def test_what_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    group = Processes(tmp_path)
    process = group.start("deaf", ["python", "-c", DEAF_TO_SIGTERM])
    eventually(lambda: "ready" in group.log_text("deaf"))
    group.stop_all(patience_s=0.2)
    assert process.returncode == -signal.SIGKILL


def test_environment_reaches_the_process_and_its_output_reaches_the_log(tmp_path: Path) -> None:
    group = Processes(tmp_path)
    group.start("echo", ["python", "-c", "import os; print(os.environ['COLOUR'])"], env={"COLOUR": "green"}).wait(20)
    assert group.log_text("echo") == "green\n"
    assert "--- echo.log\ngreen" in group.tails()


@pytest.mark.parametrize(
    "way",
    ["os.execve(sys.executable, sleeper, bare)", "subprocess.run(sleeper, env=bare, start_new_session=True)"],
    ids=["the process itself", "its child"],
)
def test_what_lost_the_mark_is_ended_all_the_same(tmp_path: Path, way: str) -> None:
    group = Processes(tmp_path)
    group.start("bare", ["python", "-c", WITHOUT_MARK % way])
    eventually(lambda: "ready" in group.log_text("bare"))
    alive = group.alive()
    assert alive
    group.stop_all()
    assert [process for process in alive if is_alive(process)] == []
