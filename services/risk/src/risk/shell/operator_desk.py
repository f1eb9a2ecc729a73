"""The guardian's own `control` socket: operators' kills and resumes, each obeyed once and in time, and its health."""

from collections.abc import Callable
from typing import Any

from crossbook.bus import Router
from crossbook.clock import Clock
from crossbook.errors import PeerAbsent
from crossbook.messages.base import Message
from crossbook.messages.control import Command, CommandDone, HealthReply, HealthRequest, Kill, Resume
from crossbook.telemetry import get_logger
from risk.guardian.actions import Action
from risk.guardian.guardian import NAME, Guardian

log = get_logger()

COMMANDS = (Kill, Resume, HealthRequest)
"""What it takes."""


class OperatorDesk:
    """Answers operators."""

    def __init__(
        self,
        router: Callable[[Callable[[bytes, Any], None]], Router],
        guardian: Guardian,
        clock: Clock,
        do: Callable[[list[Action]], None],
    ) -> None:
        """`do` carries actions out before the answer is given."""
        self._guardian, self._clock, self._do = guardian, clock, do
        self._counters: dict[str, int] = {}
        self._router = router(self._on_command)

    def _on_command(self, identity: bytes, message: Kill | Resume | HealthRequest) -> None:
        refused = self._refusal(message.command)
        if refused:
            self._answer(identity, CommandDone(message.command.counter, False, refused))
        elif isinstance(message, HealthRequest):
            facts = self._guardian.facts(self._clock.monotonic_ns())
            self._answer(identity, HealthReply(message.command.counter, NAME, facts))
        else:
            self._answer(identity, CommandDone(message.command.counter, True, self._obey(message)))

    def _obey(self, message: Kill | Resume) -> str:
        command, scope = message.command, message.scope
        log.warning("command", kind=type(message).__name__, scope=scope, sender=command.sender, reason=command.reason)
        if isinstance(message, Kill):
            actions = self._guardian.on_kill(scope, command.sender, command.reason, self._clock.time_ns())
            self._do(actions)
            return f"kill of {scope} is latched" if actions else f"kill of {scope} was latched already"
        actions = self._guardian.on_resume(scope, command.sender, command.reason)
        self._do(actions)
        return f"kill of {scope} is resumed" if actions else f"no kill of {scope} was latched"

    def _refusal(self, command: Command) -> str:
        late_ms = (self._clock.time_ns() - command.deadline_time_ns) // 1_000_000
        if late_ms > 0:
            return f"too late by {late_ms} ms: send it again"
        last = self._counters.get(command.sender, -1)
        if command.counter <= last:
            return f"counter {command.counter} of {command.sender} was used before (last {last}): replayed?"
        self._counters[command.sender] = command.counter
        return ""

    def _answer(self, identity: bytes, answer: Message) -> None:
        try:
            self._router.send(identity, answer)
        except PeerAbsent as gone:
            log.warning("answer_not_taken", reason=str(gone))
