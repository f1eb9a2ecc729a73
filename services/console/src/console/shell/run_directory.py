"""The run directory of a local run: made ready before the start, described while it runs."""

import json
import shutil
from pathlib import Path
from typing import Any

from console.picture import Picture
from console.plan import RUN_DIR, VENUE_ENDPOINTS, Plan
from console.shell.places import ACTS_FILE, ENDPOINTS_FILE, write_atomically
from console.shell.supervisor import Supervisor
from console.shell.watch import read_json
from crossbook.config import BusConfig
from crossbook.errors import ConfigError

PREVIOUS = "previous"


def prepare(plan: Plan) -> None:
    """Make the directories of every process. Raises ConfigError when a system runs here already.

    A simulated venue forgets everything when it stops, so a new run against one starts fresh too: what the last run
    left is moved to `run/previous`. Against a real venue the journal and Redis are kept: they are the recovery source.
    """
    if Supervisor().answers():
        raise ConfigError(f"a system runs in {RUN_DIR.absolute()} already; stop it first (Ctrl-C where it runs)")
    RUN_DIR.mkdir(mode=0o700, exist_ok=True)
    if plan.simulated:
        _put_aside()
    for stale in (ENDPOINTS_FILE, VENUE_ENDPOINTS, ACTS_FILE):
        stale.unlink(missing_ok=True)
    (RUN_DIR / "bus").mkdir(mode=0o700, exist_ok=True)
    for name in plan.names:
        (RUN_DIR / name).mkdir(mode=0o700, exist_ok=True)


def _put_aside() -> None:
    previous = RUN_DIR / PREVIOUS
    shutil.rmtree(previous, ignore_errors=True)
    left = [path for path in RUN_DIR.iterdir() if path.name != PREVIOUS]
    if left:
        previous.mkdir(mode=0o700)
        for path in left:
            path.rename(previous / path.name)


def describe(plan: Plan, bus: BusConfig, picture: Picture) -> None:
    """Write `run/endpoints.json`: the venue's admin URL, the bus, the processes' pids."""
    venue = read_json(VENUE_ENDPOINTS) if plan.simulated else {}
    content: dict[str, Any] = {
        "config_dir": str(plan.config_dir),
        "admin": venue.get("admin", ""),
        "venue_sim": venue,
        "bus": {
            "intents": bus.intents,
            "orders": bus.orders,
            "events": bus.events,
            "md": {name: bus.md_of(name) for name in plan.gateways},
            "control": {name: bus.control_of(name) for name in plan.gateways},
        },
        "pids": {facts.name: facts.pid for facts in picture.processes.values() if facts.running},
    }
    text = json.dumps(content, indent=2)
    if not ENDPOINTS_FILE.exists() or ENDPOINTS_FILE.read_text() != text:
        write_atomically(ENDPOINTS_FILE, text)


def log_files(plan: Plan) -> dict[str, Path]:
    """The log of each of our own processes (Redis and venue-sim write other things)."""
    return {
        process.name: RUN_DIR / process.name / "log.jsonl"
        for process in plan.processes
        if process.module not in ("", "venue_sim") and not process.on_demand
    }


def last_words(name: str) -> str:
    """The last line a process wrote to its error stream; empty if none."""
    try:
        lines = (RUN_DIR / name / "stderr.log").read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
