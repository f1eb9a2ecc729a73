"""The healthcheck tells a working process from one that hangs, idles, or is gone."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crossbook.healthcheck import check, trouble

NOW_NS = 1_000_000_000_000
MS = 1_000_000


def beat(age_ms: int = 0, idle_ms: int = 0, state: str = "running", pid: int = 0) -> bytes:
    content = {"state": state, "pid": pid or os.getpid()}
    return json.dumps(content | {"monotonic_ns": NOW_NS - age_ms * MS, "progressed_ns": NOW_NS - idle_ms * MS}).encode()


def test_fresh_beat_is_healthy() -> None:
    assert trouble(beat(age_ms=3000), NOW_NS, max_age_ms=3000) is None


def test_old_beat_is_a_hanging_loop() -> None:
    assert "the last beat is 3001 ms old, at most 3000" in str(trouble(beat(age_ms=3001), NOW_NS, max_age_ms=3000))


def test_beat_from_the_future_is_from_before_the_last_boot() -> None:
    assert trouble(beat(age_ms=-5), NOW_NS, max_age_ms=3000) == "the beat is from before the host's last boot"


def test_idle_process_is_healthy_unless_work_is_asked_for() -> None:
    idle = beat(age_ms=10, idle_ms=60_000)
    assert trouble(idle, NOW_NS, max_age_ms=3000) is None
    assert trouble(idle, NOW_NS, 3000, max_idle_ms=5000) == "no work done for 60000 ms, at most 5000 are allowed"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"monotonic_ns": 1}', b'{"monotonic_ns": null, "progressed_ns": 1}']
)
def test_unreadable_beat_is_unhealthy(content: bytes) -> None:
    assert str(trouble(content, NOW_NS, max_age_ms=3000)).startswith("unreadable beat")


def test_missing_file_is_unhealthy(tmp_path: Path) -> None:
    assert str(check([str(tmp_path / "beat.json")], NOW_NS)).startswith("no beat file")


@pytest.mark.parametrize(("age_ms", "status"), [(0, 0), (60_000, 1)])
def test_command_exits_with_the_verdict(tmp_path: Path, age_ms: int, status: int) -> None:
    file = tmp_path / "beat.json"
    written_ns = time.monotonic_ns() - age_ms * MS
    file.write_text(
        json.dumps({"state": "running", "pid": os.getpid(), "monotonic_ns": written_ns, "progressed_ns": written_ns})
    )
    command = [sys.executable, "-m", "crossbook.healthcheck", str(file), "--max-age-ms", "30000"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert answer.returncode == status
    assert answer.stderr.startswith("unhealthy: the last beat is ") is bool(status)
