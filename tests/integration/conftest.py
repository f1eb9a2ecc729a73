"""A real venue-sim for the tests of this folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit.processes import Processes
from testkit.run_dirs import make_run_dir
from testkit.shared_files import ROOT
from testkit.venue_peer import VenuePeer
from testkit.waiting import eventually


@pytest.fixture(scope="module")
def simulated_binance() -> Iterator[VenuePeer]:
    """One venue-sim for a whole file; its faults are lifted after each test by the tests themselves."""
    run_dir = make_run_dir()
    group = Processes(run_dir, cwd=ROOT)
    try:
        yield start_venue_sim(group, run_dir)
    finally:
        group.stop_all()


def start_venue_sim(group: Processes, run_dir: Path) -> VenuePeer:
    """Start venue-sim with the paper configuration; its endpoints are in `<run_dir>/venue-sim.json`."""
    endpoints = run_dir / "venue-sim.json"
    config = ROOT / "config" / "paper" / "venue-sim.toml"
    group.start("venue-sim", ["python", "-m", "venue_sim", "--config", str(config), "--endpoints", str(endpoints)])
    eventually(endpoints.exists, within_s=20, what="venue-sim's endpoints file")
    return VenuePeer(json.loads(endpoints.read_text()))
