"""`crossbook run` on the simulated exchange, whole: what a newcomer types first, and what an operator does to it."""

import json
import os
import signal
from pathlib import Path

import psutil
import pytest

from testkit.processes import Processes
from testkit.waiting import eventually
from testkit.whole_run import WholeRun


@pytest.fixture
def whole_run(processes: Processes, run_dir: Path, repo_root: Path) -> WholeRun:
    return WholeRun(processes, run_dir, repo_root)


@pytest.mark.timeout(240)
def test_a_run_trades_answers_its_operator_and_ends_healthy(whole_run: WholeRun) -> None:
    whole_run.start()
    whole_run.wait_until_quoting()
    looks = {
        "status": "BTC-USDT-PERP@binance",
        "orders": "mm-usdm",
        "positions": "main",
        "why": "quoting",
        "endpoints": "intents",
    }
    for command, expected in looks.items():
        answer = whole_run.crossbook(command)
        assert answer.returncode == 0, answer.stderr
        assert expected in answer.stdout
    tapped = whole_run.crossbook("tap", "md", "--topic", "top.", "--count", "3").stdout.splitlines()
    assert [json.loads(line)["type"] for line in tapped] == ["BookTop"] * 3
    assert whole_run.crossbook("tap", "nowhere").returncode == 78
    before = whole_run.pids()
    assert whole_run.crossbook("restart", "mm-spot").returncode == 0
    whole_run.wait_until_quoting()
    after = whole_run.pids()
    assert {name for name in before if before[name] != after[name]} == {"mm-spot"}
    status, report = whole_run.end(by_signal=True)
    assert (status, report["faults"]) == (0, []), whole_run.output()
    assert report["healthy"]
    assert report["inventory"] == report["venue_inventory"] != {}
    assert report["orders_sent"] >= report["orders_acked"] > 0
    assert report["unknown_open"] == report["open_at_venue"] == 0
    assert report["processes"]["mm-spot"]["restarts"] == 1
    for stage in ("receipt_to_internal", "decision_to_submission", "tick_to_order"):
        assert report["latency_us"][stage]["p50"] > 0
    assert "healthy: every process up" in whole_run.output()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
def test_nothing_trades_on_unattended_when_the_run_or_its_terminal_is_gone(
    whole_run: WholeRun, processes: Processes, how: signal.Signals
) -> None:
    whole_run.start()
    eventually(lambda: len(whole_run.pids()) >= 6, within_s=60, what="all processes")
    pids = whole_run.pids().values()
    os.kill(processes.started["run"].pid, how)
    eventually(lambda: not any(psutil.pid_exists(pid) for pid in pids), within_s=60, what="the end of all processes")


@pytest.mark.timeout(400)
def test_every_process_may_be_killed_and_quoting_resumes_by_itself(whole_run: WholeRun) -> None:
    whole_run.start()
    whole_run.wait_until_quoting()
    for name in ("gateway-binance", "oms", "mm-usdm", "redis"):
        before = whole_run.kill(name)
        whole_run.wait_until_quoting()
        after = whole_run.pids()
        assert {other for other in before if before[other] != after[other]} == {name}
        standing = whole_run.open_at_venue()
        assert len(standing) == len(set(standing)) <= 12, f"doubled after {name} was killed: {standing}"
    assert whole_run.crossbook("kill", "--reason", "drill").returncode == 0
    assert whole_run.open_at_venue() == []
    assert "halted" in whole_run.crossbook("why").stdout
    assert whole_run.crossbook("resume").returncode == 0
    whole_run.wait_until_quoting()
    orders = [order["client_order_id"] for order in whole_run.truth()["orders"]]
    assert len(orders) == len(set(orders))
    status, report = whole_run.end(by_signal=True)
    assert (status, report["faults"]) == (0, []), whole_run.output()
    assert report["inventory"] == report["venue_inventory"]
