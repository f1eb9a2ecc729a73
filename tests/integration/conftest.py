"""A real venue-sim for the tests of this folder."""

import shutil
from collections.abc import Iterator

import pytest

from testkit.processes import Processes
from testkit.run_dirs import make_run_dir
from testkit.shared_files import ROOT
from testkit.venue_peer import VenuePeer
from testkit.venue_sim_process import start_venue_sim


@pytest.fixture(scope="module")
def simulated_binance() -> Iterator[VenuePeer]:
    """One venue-sim for a whole file; its faults are lifted after each test by the tests themselves."""
    run_dir = make_run_dir()
    group = Processes(run_dir, cwd=ROOT)
    try:
        yield start_venue_sim(group, run_dir)
    finally:
        group.stop_all()
        shutil.rmtree(run_dir, ignore_errors=True)
