"""venue-sim as a real process for third-party clients, and a check that their models took every reply as it came."""

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testkit.processes import Processes
from testkit.run_dirs import make_run_dir
from testkit.shared_files import ROOT
from testkit.venue_peer import VenuePeer
from testkit.waiting import eventually


@pytest.fixture(scope="module")
def venue() -> Iterator[VenuePeer]:
    """One venue-sim with the paper configuration for the tests of a file; its log is shown when it ends badly."""
    run_dir = make_run_dir()
    processes = Processes(run_dir, cwd=ROOT)
    endpoints = run_dir / "endpoints.json"
    command = ["python", "-m", "venue_sim", "--config", "config/paper/venue-sim.toml", "--endpoints", str(endpoints)]
    try:
        process = processes.start("venue-sim", command)
        eventually(lambda: endpoints.exists() or process.poll() is not None, within_s=20, what="venue-sim listening")
        assert endpoints.exists(), processes.tails()
        yield VenuePeer(_read(endpoints))
    finally:
        processes.stop_all()
        shutil.rmtree(run_dir, ignore_errors=True)


@pytest.fixture(autouse=True)
def models_hold(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The SDKs log a warning where a reply does not fit the model they document; none may."""
    with caplog.at_level(logging.WARNING):
        yield
    complaints = [
        record.getMessage()
        for record in caplog.get_records("call")
        if "did not match" in record.getMessage() or "Failed to parse" in record.getMessage()
    ]
    assert complaints == []


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found
