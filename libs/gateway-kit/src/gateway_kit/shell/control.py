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
from crossbook.messages.control import (
    CancelAll,
    CommandDone,
    Halt,
    HealthReply,
    HealthRequest,
    Hold,
    Kill,
    Release,
    Resume,
)
from crossbook.telemetry import get_logger
from gateway_kit.command_guard import CommandGuard

log = get_logger()

COMMANDS = (Halt, Kill, Resume, CancelAll, HealthRequest, Hold, Release)
"""What the control socket takes."""


class Controlled(Protocol):
    """What a command acts on: the gateway."""

    def set_halt(self, scope: str, reason: str) -> None: ...  # noqa: D102
    def set_kill(self, scope: str, reason: str) -> None: ...  # noqa: D102
    def resume(self, scope: str) -> bool: ...  # noqa: D102
    def set_hold(self, sender: str, reason: str) -> None: ...  # noqa: D102
    def release(self, sender: str) -> bool: ...  # noqa: D102
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
        if isinstance(message, HealthRequest):  # changes nothing: its counter need not outlive the process
            facts = {**self._gateway.health(), "kills": " ".join(self._guard.kills)}
            self._answer(identity, HealthReply(message.command.counter, self._name, facts))
            return
        self._write()
        self._spawn(self._obey(identity, message))

    async def _obey(self, identity: bytes, message: Halt | Kill | Resume | CancelAll | Hold | Release) -> None:
        command, scope = message.command, "all" if isinstance(message, Hold | Release) else message.scope
        log.warning("command", kind=type(message).__name__, scope=scope, sender=command.sender)
        if isinstance(message, Kill | Hold | CancelAll):
            self._restrict(message)
            remaining, failed = await self._gateway.let_go(scope, f"{type(message).__name__} by {command.sender}")
            text = f"{remaining} orders of ours open in {scope}" + (f": {failed}" if failed else "")
            self._answer(identity, CommandDone(command.counter, not failed, text, remaining))
        else:
            self._answer(identity, CommandDone(command.counter, True, self._change(message)))

    def _restrict(self, message: Kill | Hold | CancelAll) -> None:
        command = message.command
        if isinstance(message, Hold):
            self._gateway.set_hold(command.sender, command.reason)
        elif isinstance(message, Kill):
            self._gateway.set_kill(message.scope, command.reason)
            self._guard.kills[message.scope] = command.reason
            self._write()

    def _change(self, message: Halt | Resume | Release) -> str:
        command = message.command
        if isinstance(message, Release):
            held = self._gateway.release(command.sender)
            return f"released by {command.sender}" if held else f"{command.sender} held nothing"
        if isinstance(message, Halt):
            self._gateway.set_halt(message.scope, command.reason)
            return f"halted {message.scope}"
        self._guard.kills.pop(message.scope, None)
        self._write()
        return f"resumed {message.scope}" if self._gateway.resume(message.scope) else f"{message.scope} was not halted"

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
