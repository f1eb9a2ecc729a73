"""Operators' and the guardian's own line to a gateway: halt, kill, cancel all, resume, health; no OMS needed.

A command is obeyed once: it carries its sender's growing counter and a deadline, so that a recorded one sent again does
nothing (FAILURES H5). A kill stays over a restart of the gateway, until an explicit resume.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import msgspec

from crossbook.bus import Router
from crossbook.clock import Clock
from crossbook.errors import PeerAbsent
from crossbook.messages.base import Message
from crossbook.messages.control import CancelAll, CommandDone, Halt, HealthReply, HealthRequest, Kill, Resume
from crossbook.telemetry import get_logger
from gateway_kit.command_guard import CommandGuard

log = get_logger()

COMMANDS = (Halt, Kill, Resume, CancelAll, HealthRequest)
"""What the control socket takes."""


class Controlled(Protocol):
    """What a command acts on: the gateway."""

    def set_halt(self, scope: str, reason: str) -> None: ...  # noqa: D102
    def set_kill(self, scope: str, reason: str) -> None: ...  # noqa: D102
    def resume(self, scope: str) -> bool: ...  # noqa: D102
    def health(self) -> dict[str, str]: ...  # noqa: D102
    async def let_go(self, scope: str, why: str) -> tuple[int, str]:
        """Cancel in a scope: orders left (-1 not known), and what failed."""
        ...


class ControlDesk:
    """Answers commands; the counters it has seen and the kills outlive the process."""

    def __init__(
        self,
        router: Callable[[Callable[[bytes, Message], None]], Router],
        gateway: Controlled,
        clock: Clock,
        name: str,
        state_file: Path,
        spawn: Callable[[Awaitable[None]], None],
    ) -> None:
        """`state_file` lies in the gateway's run directory."""
        self._gateway, self._clock, self._name = gateway, clock, name
        self._file, self._spawn = state_file, spawn
        self._guard = CommandGuard.loaded(_read(state_file))
        for scope, reason in self._guard.kills.items():
            gateway.set_kill(scope, reason)
        self._router = router(self._on_message)

    def _on_message(self, identity: bytes, message: Message) -> None:
        assert isinstance(message, COMMANDS)
        refused = self._guard.refuse(message.command, self._clock.time_ns())
        if refused:
            self._answer(identity, CommandDone(message.command.counter, False, refused))
            return
        self._write()
        self._spawn(self._obey(identity, message))

    async def _obey(self, identity: bytes, message: Halt | Kill | Resume | CancelAll | HealthRequest) -> None:
        command, gateway = message.command, self._gateway
        if isinstance(message, HealthRequest):
            self._answer(identity, HealthReply(command.counter, self._name, gateway.health()))
            return
        log.warning("command", kind=type(message).__name__, scope=message.scope, sender=command.sender)
        text, remaining, failed = "", -1, ""
        if isinstance(message, Halt):
            gateway.set_halt(message.scope, command.reason)
            text = f"halted {message.scope}"
        elif isinstance(message, Resume):
            self._guard.kills.pop(message.scope, None)
            text = f"resumed {message.scope}" if gateway.resume(message.scope) else f"{message.scope} was not halted"
            self._write()
        else:
            if isinstance(message, Kill):
                gateway.set_kill(message.scope, command.reason)
                self._guard.kills[message.scope] = command.reason
                self._write()
            remaining, failed = await gateway.let_go(message.scope, f"{type(message).__name__} by {command.sender}")
            text = f"{remaining} orders of ours open in {message.scope}" + (f": {failed}" if failed else "")
        self._answer(identity, CommandDone(command.counter, not failed, text, remaining))

    def _answer(self, identity: bytes, answer: Message) -> None:
        try:
            self._router.send(identity, answer)
        except PeerAbsent as gone:
            log.warning("answer_not_taken", reason=str(gone))

    def _write(self) -> None:
        written = self._file.with_suffix(".new")
        written.write_bytes(msgspec.json.encode(self._guard.state()))
        written.replace(self._file)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def run_in_loop(tasks: set[asyncio.Task[None]]) -> Callable[[Awaitable[None]], None]:
    """A `spawn` that keeps its tasks in `tasks`."""

    def spawn(work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return spawn
