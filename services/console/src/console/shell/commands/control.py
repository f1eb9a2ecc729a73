"""Acting on a running system: halt, kill, resume, cancel-all, restart."""

from rich.console import Console

from console.plan import SUPERVISOR_SOCKET, Plan
from console.shell.operator import Order, command, note_act
from console.shell.places import load_bus
from console.shell.supervisor import Supervisor
from crossbook.errors import ConfigError
from crossbook.messages.control import CancelAll, Halt, Kill, Resume

_KINDS = ("venue", "instrument", "strategy", "asset")


async def _give(plan: Plan, order: Order, scope: str, reason: str, console: Console) -> None:
    kind, colon, name = scope.partition(":")
    if scope != "all" and not (colon and name and kind in _KINDS):
        raise ConfigError(f"scope {scope!r} is not all, {', '.join(f'{kind}:NAME' for kind in _KINDS)}")
    note_act(order.__name__.lower(), scope)
    for line in await command(load_bus(plan), plan.gateways, order, scope, reason, guarded=plan.guarded):
        console.print(line, highlight=False)


async def cancel_all(plan: Plan, scope: str, reason: str, console: Console) -> None:
    """Cancel every order of ours in a scope. Raises RetryLater when nobody did."""
    await _give(plan, CancelAll, scope, reason, console)


async def halt(plan: Plan, scope: str, reason: str, console: Console) -> None:
    """Deny adding orders in a scope."""
    await _give(plan, Halt, scope, reason, console)


async def kill(plan: Plan, scope: str, reason: str, console: Console) -> None:
    """Cancel everything and latch: to the OMS and to every gateway, so that it works with either dead."""
    await _give(plan, Kill, scope, reason, console)


async def resume(plan: Plan, scope: str, reason: str, console: Console) -> None:
    """Clear exactly this scope."""
    await _give(plan, Resume, scope, reason, console)


def restart(plan: Plan, name: str, console: Console) -> None:
    """Restart one process of a local run. Raises ConfigError for a name that is not one."""
    plan.process(name)
    if not SUPERVISOR_SOCKET.exists():
        raise ConfigError(f"no supervisor here; with compose: docker compose restart {name}")
    note_act("restart", name)
    Supervisor().restart(name)
    console.print(f"{name} restarted")
