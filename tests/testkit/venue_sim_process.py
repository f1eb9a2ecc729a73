"""Starts a real venue-sim for tests."""

import json
from pathlib import Path

from testkit.processes import Processes
from testkit.shared_files import ROOT
from testkit.venue_peer import VenuePeer
from testkit.waiting import eventually


def start_venue_sim(group: Processes, run_dir: Path, *more: Path) -> VenuePeer:
    """With the paper configuration and `more` files over it; its endpoints are in `<run_dir>/venue-sim.json`."""
    endpoints = run_dir / "venue-sim.json"
    configs = [ROOT / "config" / "paper" / "venue-sim.toml", *more]
    options = [word for path in configs for word in ("--config", str(path))]
    process = group.start("venue-sim", ["python", "-m", "venue_sim", *options, "--endpoints", str(endpoints)])
    eventually(lambda: endpoints.exists() or process.poll() is not None, within_s=20, what="venue-sim listening")
    assert endpoints.exists(), group.tails()
    return VenuePeer(json.loads(endpoints.read_text()))
