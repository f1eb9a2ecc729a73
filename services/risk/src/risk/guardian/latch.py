"""Kills that stand until somebody resumes, over restarts of every process; and resumes that not everybody has heard.

A kill may come from an operator, from the OMS, or from the guardian's own judgement; wherever it is seen first, it
stands everywhere. After a resume, whoever still shows the old kill is told to resume, also when it comes back later.
"""

import msgspec

from crossbook.messages.control import Command


class Kill(msgspec.Struct, frozen=True):
    """Who killed a scope, why and when."""

    by: str
    reason: str
    time_ns: int
    """Unix time."""


class LatchState(msgspec.Struct):
    """What is written down."""

    kills: dict[str, Kill] = {}
    """By scope."""
    resuming: dict[str, list[str]] = {}
    """Scope → targets (venues, `oms`) that have not yet been seen without the kill since the resume."""
    counters: dict[str, int] = {}
    """Last counter of each sender that was obeyed: a command sent again does nothing (FAILURES H5)."""


class KillLatch:
    """What is killed, and who still has to be told of a resume."""

    def __init__(self, state: LatchState | None = None) -> None:
        """As read back, or nothing latched."""
        self._state = state or LatchState()

    @classmethod
    def read(cls, content: bytes, time_ns: int) -> "KillLatch":
        """As `written` gave it; empty content is a first start.

        What cannot be read may have been a kill, and is one (FAILURES E6: unreadable means no new orders).
        """
        if not content:
            return cls()
        try:
            return cls(msgspec.json.decode(content, type=LatchState))
        except msgspec.MsgspecError as error:
            return cls(LatchState({"all": Kill("guardian", f"the latch file cannot be read: {error}", time_ns)}))

    def written(self) -> bytes:
        """To be kept."""
        return msgspec.json.encode(self._state)

    @property
    def kills(self) -> dict[str, Kill]:
        """Kills in force, by scope."""
        return self._state.kills

    def refusal(self, command: Command, time_ns: int) -> str:
        """Why a command is not obeyed; empty, and its counter taken, when it is. `time_ns`: Unix time."""
        late_ms = (time_ns - command.deadline_time_ns) // 1_000_000
        if late_ms > 0:
            return f"too late by {late_ms} ms: send it again"
        last = self._state.counters.get(command.sender, -1)
        if command.counter <= last:
            return f"counter {command.counter} of {command.sender} was used before (last {last}): replayed?"
        self._state.counters[command.sender] = command.counter
        return ""

    def latch(self, scope: str, kill: Kill) -> bool:
        """A kill; whether it is news. It ends what was left of a resume of the same scope."""
        self._state.resuming.pop(scope, None)
        if scope in self._state.kills:
            return False
        self._state.kills[scope] = kill
        return True

    def resume(self, scope: str, targets: list[str]) -> bool:
        """An operator's resume, which all `targets` have yet to be seen to obey; whether there was a kill."""
        known = self._state.kills.pop(scope, None) is not None
        if known:
            self._state.resuming[scope] = list(targets)
        return known

    def is_resuming(self, scope: str, target: str) -> bool:
        """Whether a kill that `target` still shows is an old one."""
        return target in self._state.resuming.get(scope, ())

    def resuming(self, target: str) -> tuple[str, ...]:
        """Scopes of which `target` must show no kill before it counts as resumed."""
        return tuple(scope for scope, targets in self._state.resuming.items() if target in targets)

    def resumed(self, scope: str, target: str) -> None:
        """`target` has been seen without the kill."""
        targets = self._state.resuming[scope]
        targets.remove(target)
        if not targets:
            del self._state.resuming[scope]


def concerns(scope: str, venue: str) -> bool:
    """Whether a scope reaches a venue's gateway; strategies are known to the OMS alone."""
    kind, _, name = scope.partition(":")
    return (
        kind in ("all", "asset")
        or (kind == "venue" and name == venue)
        or (kind == "instrument" and name.endswith(f"@{venue}"))
    )
