"""Checking before trading: every process's own reading of its configuration, and the venue itself."""

import json

from rich.console import Console
from rich.table import Table

from console.plan import Plan
from console.shell.checks import ask, check_configuration, words_of


def check(plan: Plan, console: Console) -> int:
    """Print each process's verdict; returns the exit status, 0 when all are right."""
    answers = check_configuration(plan)
    for name, answer in answers.items():
        verdict = "[green]ok[/]" if answer.returncode == 0 else "[red]wrong[/]"
        console.print(f"{name:16} {verdict}  {words_of(answer)}", highlight=False, soft_wrap=True)
    return max((answer.returncode for answer in answers.values()), default=0)


def preflight(plan: Plan, console: Console) -> int:
    """Have each gateway check its venue, and the OMS state the greatest loss its limits allow."""
    worst = 0
    for process in plan.processes:
        if not process.on_demand and (process.module.startswith("gateway_") or process.module == "oms"):
            answer = ask(process, verb="preflight")
            console.print(_checks(answer.stdout.splitlines(), process.name))
            if answer.returncode:
                console.print(f"{process.name}: {words_of(answer)}", highlight=False, markup=False, soft_wrap=True)
            worst = max(worst, answer.returncode)
    return worst


def _checks(lines: list[str], name: str) -> Table:
    """The named checks a process printed, a JSON object a line."""
    table = Table("of", "check", "", "", title=name, title_justify="left", box=None, pad_edge=False)
    for line in lines:
        found = json.loads(line)
        verdict = "[green]ok[/]" if found["ok"] else "[red]NO[/]"
        facts = "  ".join(f"{key}={value}" for key, value in found.get("facts", {}).items())
        table.add_row(found["market"], found["check"], verdict, f"{found['text']}  {facts}".strip())
    return table
