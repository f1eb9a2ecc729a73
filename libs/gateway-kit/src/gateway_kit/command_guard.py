"""Lets each command in once: a counter that must grow per sender, and a deadline (FAILURES H5)."""

from typing import Any

import msgspec

from crossbook.messages.control import Command


class CommandGuard:
    """What has been seen of each sender, and the kills in force; both are to be written down."""

    def __init__(self) -> None:
        """Nothing seen."""
        self.kills: dict[str, str] = {}
        """Scope → reason."""
        self._counters: dict[str, int] = {}

    @classmethod
    def loaded(cls, state: bytes) -> "CommandGuard":
        """As `state()` was written; an unreadable or empty state is a fresh one, which only forgets counters."""
        guard = cls()
        try:
            read = msgspec.json.decode(state, type=dict[str, dict[str, str | int]])
        except msgspec.MsgspecError:
            return guard
        guard.kills = {scope: str(reason) for scope, reason in read.get("kills", {}).items()}
        guard._counters = {sender: int(counter) for sender, counter in read.get("counters", {}).items()}
        return guard

    def state(self) -> dict[str, Any]:
        """To be written down as JSON."""
        return {"kills": self.kills, "counters": self._counters}

    def refuse(self, command: Command, time_ns: int) -> str:
        """Why a command is not obeyed; empty, and its counter taken, when it is."""
        if time_ns > command.deadline_time_ns:
            return f"late by {(time_ns - command.deadline_time_ns) // 1_000_000} ms"
        last = self._counters.get(command.sender, -1)
        if command.counter <= last:
            return f"counter {command.counter} of {command.sender} was seen before (last {last})"
        self._counters[command.sender] = command.counter
        return ""
