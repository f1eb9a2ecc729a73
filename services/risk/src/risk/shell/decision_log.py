"""What the guardian did and why, one JSON object a line: the audit trail of what the OMS may not be there to write."""

import json
from pathlib import Path
from typing import Any

from crossbook.clock import Clock
from risk.guardian.actions import Action, EndProcess, KeepDown, Sweep

ACTS_FILE = "operator.jsonl"
"""In the run directory: what was done to a run on purpose, so that its consequences are told from faults."""


class DecisionLog:
    """`run/guardian/decisions.jsonl`."""

    def __init__(self, directory: Path, run_dir: Path, clock: Clock) -> None:
        """`directory`: the guardian's own; `run_dir`: the whole run's."""
        self._file = directory / "decisions.jsonl"
        self._acts = run_dir / ACTS_FILE
        self._clock = clock

    def write(self, action: Action) -> None:
        """Add one decision."""
        time_ns = self._clock.time_ns()
        self._append(self._file, {"time_ns": time_ns, "action": type(action).__name__, **action._asdict()})
        match action:
            case EndProcess(name) | KeepDown(name) | Sweep(name):
                act = {"time_s": time_ns / 1e9, "act": type(action).__name__, "target": name, "by": "guardian"}
                self._append(self._acts, act)

    @staticmethod
    def _append(path: Path, entry: dict[str, Any]) -> None:
        with path.open("a") as file:
            file.write(json.dumps(entry) + "\n")
