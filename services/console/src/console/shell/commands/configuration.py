"""Checking before trading: every process's own reading of its configuration, and the venue itself."""

from rich.console import Console

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
        if process.module.startswith("gateway_") or process.module == "oms":
            answer = ask(process, verb="preflight")
            console.print(f"[bold]{process.name}[/]")
            console.print(words_of(answer), highlight=False, markup=False, soft_wrap=True)
            worst = max(worst, answer.returncode)
    return worst
