"""The guardian's own `control` socket: operators' kills and resumes, each obeyed once and in time, and its health."""

from collections.abc import Callable
from typing import Any

from crossbook.bus import Router
from crossbook.clock import Clock
from crossbook.errors import PeerAbsent
from crossbook.messages.base import Message
from crossbook.messages.control import CommandDone, HealthReply, HealthRequest, Kill, Resume
from crossbook.telemetry import get_logger
from risk.guardian.actions import Action, Latch
from risk.guardian.guardian import NAME, Guardian
from risk.guardian.latch import KillLatch

log = get_logger()

COMMANDS = (Kill, Resume, HealthRequest)
"""What it takes."""


class OperatorDesk:
    """Answers operators."""

    def __init__(
        self,
        router: Callable[[Callable[[bytes, Any], None]], Router],
        guardian: Guardian,
        latch: KillLatch,
        clock: Clock,
        do: Callable[[list[Action]], None],
    ) -> None:
        """`do` carries actions out before the answer is given, and keeps the latch with the counters seen."""
        self._guardian, self._latch, self._clock, self._do = guardian, latch, clock, do
        self._router = router(self._on_command)

    def _on_command(self, identity: bytes, message: Kill | Resume | HealthRequest) -> None:
        refused = self._latch.refusal(message.command, self._clock.time_ns())
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
            self._do(actions or [Latch()])
            return f"kill of {scope} is latched" if actions else f"kill of {scope} was latched already"
        actions = self._guardian.on_resume(scope, command.sender, command.reason)
        self._do(actions or [Latch()])
        return f"kill of {scope} is resumed" if actions else f"no kill of {scope} was latched"

    def _answer(self, identity: bytes, answer: Message) -> None:
        try:
            self._router.send(identity, answer)
        except PeerAbsent as gone:
            log.warning("answer_not_taken", reason=str(gone))
