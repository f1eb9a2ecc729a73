"""`python -m bench` starts both stacks, gets orders for ticks from each, and leaves nothing behind."""

from pathlib import Path

import pytest

from testkit.processes import Processes

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_quick_look_at_100_ticks_a_second(processes: Processes, run_dir: Path) -> None:
    command = ["python", "-m", "bench", "--quick", "--only", "tick_to_order", "--rates", "100"]
    env = {"TMPDIR": str(run_dir), "COLUMNS": "120", "PYTHONPATH": str(ROOT)}
    bench = processes.start("bench", command, env=env, cwd=ROOT)
    assert bench.wait(timeout=150) == 0, processes.log_text("bench")
    told = processes.log_text("bench")
    for figure in ("tick_to_order_100_p50", "tick_to_order_100_delivered", "receipt_to_internal_100_p99"):
        (line,) = (line for line in told.splitlines() if f" {figure} " in line)
        assert "×" in line, f"{figure} was not measured on both stacks: {line}"
    assert processes.alive() == []
    assert list(run_dir.glob("xb-*")) == []
