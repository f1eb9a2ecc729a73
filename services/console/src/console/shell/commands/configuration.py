"""Checking before trading: every process's own reading of its configuration, and the venue itself."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console

from console.plan import Plan, PlannedProcess

_PATIENCE_S = 120.0


def check(plan: Plan, console: Console) -> int:
    """Have each process check its configuration (`--check`); returns the exit status, 0 when all are right."""
    ours = [process for process in plan.processes if process.module]
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda process: _call(process, "--check"), ours))
    for process, result in zip(ours, results, strict=True):
        verdict = "[green]ok[/]" if result.returncode == 0 else "[red]wrong[/]"
        words = (result.stderr or result.stdout).strip() if result.returncode else result.stdout.strip()
        console.print(f"{process.name:16} {verdict}  {words}", highlight=False)
    return max((result.returncode for result in results), default=0)


def preflight(plan: Plan, console: Console) -> int:
    """Have each gateway check its venue, and the OMS state the greatest loss its limits allow."""
    worst = 0
    for process in plan.processes:
        if process.module.startswith("gateway_") or process.module == "oms":
            result = _call(process, verb="preflight")
            console.print(f"[bold]{process.name}[/]")
            console.print(result.stdout.rstrip() or result.stderr.rstrip(), highlight=False, markup=False)
            worst = max(worst, result.returncode)
    return worst


def _call(process: PlannedProcess, *more: str, verb: str = "") -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-m", process.module, *([verb] if verb else [])]
    for config in process.configs:
        words += ["--config", str(config)]
    return subprocess.run([*words, *more], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
