"""Asking each process's own code whether it could start: the console knows no service's configuration."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from console.plan import Plan, PlannedProcess

_PATIENCE_S = 120.0
_AT_ONCE = 2

Answer = subprocess.CompletedProcess[str]


def check_configuration(plan: Plan) -> dict[str, Answer]:
    """Each process's verdict on its configuration (`--check`), by name."""
    ours = [process for process in plan.processes if process.module and not process.on_demand]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        answers = pool.map(lambda process: ask(process, "--check", "--name", process.name), ours)
        return {process.name: answer for process, answer in zip(ours, answers, strict=True)}


def ask(process: PlannedProcess, *more: str, verb: str = "") -> Answer:
    """Run a process's module with its configuration files, for a question it answers and ends."""
    words = [sys.executable, "-m", process.module, *([verb] if verb else [])]
    for config in process.configs:
        words += ["--config", str(config)]
    return subprocess.run([*words, *more], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)


def words_of(answer: Answer) -> str:
    """What it said: of a refusal what went to the error stream."""
    return ((answer.stderr or answer.stdout) if answer.returncode else answer.stdout).strip()
