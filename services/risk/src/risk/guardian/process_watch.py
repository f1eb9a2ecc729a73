"""Processes that hang are killed so that they restart; those that restart all the time are left down for a human.

A hang is what the supervisor calls running, what has beaten in this life, and what now neither beats nor speaks on the
bus. Both signs are wanted: a busy disk delays beats of a process that works.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from risk.guardian.actions import Action, EndProcess, KeepDown, Notice
from risk.guardian.settings import ProcessWatchSettings

MS = 1_000_000
_LIVES = ("RUNNING", "STARTING")
_ORDERLY = ("STOPPING", "STOPPED")


class ProcessSeen(NamedTuple):
    """A process by the supervisor's word and its own beat (pid 0 and time 0 where it has never beaten)."""

    name: str
    state: str
    pid: int
    beat_pid: int
    beat_ns: int
    """When the beat was written, monotonic."""
    exit_status: int = 0


@dataclass(slots=True)
class _Known:
    pid: int = 0
    state: str = ""
    restarts: deque[int] = field(default_factory=deque)
    killed_ns: int = 0
    killed_pid: int = 0
    kept_down: bool = False
    told_fatal: bool = False


class ProcessWatch:
    """All processes of the supervisor."""

    def __init__(self, settings: ProcessWatchSettings, heard_ns: Callable[[str], int], now_ns: int) -> None:
        """`heard_ns(name)`: when a process last spoke on the bus, 0 where that is not known."""
        self._settings, self._heard_ns, self._since_ns = settings, heard_ns, now_ns
        self._known: dict[str, _Known] = {}

    def forgive(self, now_ns: int) -> None:
        """We have not looked ourselves: nothing before now counts as silence."""
        self._since_ns = now_ns

    def kept_down(self) -> tuple[str, ...]:
        """Names of the processes that wait for a human."""
        return tuple(name for name, known in self._known.items() if known.kept_down)

    def look(self, processes: Iterable[ProcessSeen], now_ns: int) -> Iterator[Action]:
        """What is to be done about them."""
        for seen in processes:
            known = self._known.setdefault(seen.name, _Known())
            self._count_restart(known, seen, now_ns)
            known.pid, known.state = seen.pid or known.pid, seen.state
            if seen.state == "FATAL":
                yield from self._fatal(known, seen)
            elif self._too_many(known, now_ns) and seen.state in (*_LIVES, "BACKOFF"):
                yield from self._keep_down(known, seen)
            elif seen.state in _LIVES and self._hangs(seen, now_ns):
                yield from self._end(known, seen, now_ns)

    def _count_restart(self, known: _Known, seen: ProcessSeen, now_ns: int) -> None:
        """Another pid is another life; one that followed an orderly stop was somebody's wish."""
        if seen.state in _LIVES:
            known.told_fatal = False
            if known.kept_down:
                known.kept_down = False
                known.restarts.clear()
        if not seen.pid or not known.pid or seen.pid == known.pid:
            return
        if known.state not in _ORDERLY:
            known.restarts.append(now_ns)
        while known.restarts and now_ns - known.restarts[0] > self._settings.window_s * 1_000 * MS:
            known.restarts.popleft()

    def _too_many(self, known: _Known, now_ns: int) -> bool:
        window_ns = self._settings.window_s * 1_000 * MS
        recent = sum(now_ns - restart_ns <= window_ns for restart_ns in known.restarts)
        return recent > self._settings.max_restarts

    def _hangs(self, seen: ProcessSeen, now_ns: int) -> bool:
        if not seen.beat_pid or seen.beat_pid != seen.pid:
            return False  # starting, or none of ours
        last_ns = max(seen.beat_ns, self._heard_ns(seen.name), self._since_ns)
        return now_ns - last_ns > self._settings.hang_ms * MS

    def _end(self, known: _Known, seen: ProcessSeen, now_ns: int) -> Iterator[Action]:
        if known.killed_pid == seen.pid:
            wait_ms = self._settings.backoff_ms
        else:
            wait_ms = self._settings.backoff_ms << min(len(known.restarts), 10)
        if known.killed_ns and now_ns - known.killed_ns < wait_ms * MS:
            return
        known.killed_ns, known.killed_pid = now_ns, seen.pid
        silent_ms = (now_ns - max(seen.beat_ns, self._heard_ns(seen.name))) // MS
        reason = f"{seen.name} (pid {seen.pid}) hangs: no sign of life for {silent_ms} ms"
        yield Notice("page", "process_hangs", seen.name, f"{reason}; it is killed and starts anew")
        yield EndProcess(seen.name, reason)

    def _keep_down(self, known: _Known, seen: ProcessSeen) -> Iterator[Action]:
        known.kept_down = True
        settings = self._settings
        reason = f"{seen.name} restarted {len(known.restarts)} times within {settings.window_s} s"
        yield Notice("page", "process_kept_down", seen.name, f"{reason}; it stays down until somebody starts it")
        yield KeepDown(seen.name, reason)

    def _fatal(self, known: _Known, seen: ProcessSeen) -> Iterator[Action]:
        if not known.told_fatal:
            known.told_fatal = True
            text = f"the supervisor gave up starting it (exit status {seen.exit_status})"
            yield Notice("page", "process_fatal", seen.name, text)
