"""What a person gets wrong before the first run: one clear error that says what to do, and nothing left running."""

import socket
from pathlib import Path

import psutil
import pytest

from testkit.processes import Processes
from testkit.waiting import eventually
from testkit.whole_run import WholeRun


@pytest.fixture
def whole_run(processes: Processes, run_dir: Path, repo_root: Path) -> WholeRun:
    return WholeRun(processes, run_dir, repo_root)


def edit(whole_run: WholeRun, name: str, old: str, new: str) -> None:
    """Replace a part of a configuration file, which must be there."""
    file = whole_run.directory / "config" / "paper" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_wrong_key_is_named_with_its_file_and_the_key_that_was_meant(whole_run: WholeRun) -> None:
    edit(whole_run, "mm-spot.toml", "skew_bps", "skew_bsp")
    answer = whole_run.crossbook("run", "--duration", "30")
    assert answer.returncode == 78
    assert answer.stderr.strip() == (
        "crossbook: mm-spot: configuration: config/paper/mm-spot.toml: unknown key 'quoting.0.inventory.skew_bsp'; "
        "did you mean 'quoting.0.inventory.skew_bps'?"
    )
    assert not (whole_run.directory / "run" / "supervisord.pid").exists()


def test_a_number_that_is_none_is_refused(whole_run: WholeRun) -> None:
    edit(whole_run, "mm-spot.toml", "base_half_bps = 11.0", "base_half_bps = nan")
    answer = whole_run.crossbook("config", "check")
    assert answer.returncode == 78
    assert "quoting.0.spread.base_half_bps': got nan" in answer.stdout


@pytest.mark.timeout(120)
def test_a_missing_secret_ends_the_run_and_says_where_to_put_it(whole_run: WholeRun) -> None:
    edit(whole_run, "gateway-binance.toml", "[credentials]\n", "")
    edit(whole_run, "gateway-binance.toml", "api_key =", "# api_key =")
    edit(whole_run, "gateway-binance.toml", "secret =", "# secret =")
    answer = whole_run.crossbook("run", "--duration", "60")
    assert answer.returncode == 78
    assert "no key for spot: set CROSSBOOK_CREDENTIALS__API_KEY" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.timeout(120)
def test_a_port_in_use_ends_the_run_and_nothing_is_left_running(whole_run: WholeRun) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        edit(whole_run, "venue-sim.toml", "admin_port = 0", f"admin_port = {taken.getsockname()[1]}")
        answer = whole_run.crossbook("run", "--duration", "60")
    assert answer.returncode == 78
    assert "address already in use" in answer.stderr
    pids = whole_run.pids().values()
    eventually(lambda: not any(psutil.pid_exists(pid) for pid in pids), within_s=30, what="the end of all processes")
