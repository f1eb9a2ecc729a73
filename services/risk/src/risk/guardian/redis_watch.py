"""Whether Redis can be reached: trading goes on without it for a while, and the OMS must then stop adding by itself."""

from collections.abc import Iterator

from risk.guardian.actions import Notice
from risk.guardian.settings import RedisWatchSettings

MS = 1_000_000


class RedisWatch:
    """Fed with the answers to the guardian's own pings."""

    def __init__(self, settings: RedisWatchSettings, now_ns: int) -> None:
        """Not asked yet."""
        self._settings = settings
        self._answered_ns = now_ns
        self._why = ""
        self._told = False

    def on_ping(self, reachable: bool, why: str, now_ns: int) -> None:
        """An answer, or none."""
        self._why = why
        if reachable:
            self._answered_ns = now_ns

    def forgive(self, now_ns: int) -> None:
        """We have not asked ourselves: nothing before now counts as silence."""
        self._answered_ns = now_ns

    def look(self, now_ns: int) -> Iterator[Notice]:
        """Tell humans once of its loss, and of its return."""
        lost = now_ns - self._answered_ns > self._settings.lost_ms * MS
        if lost != self._told:
            self._told = lost
            text = f"unreachable: {self._why}" if lost else "answers again"
            yield Notice("page" if lost else "info", "redis_lost", "redis", text, cleared=not lost)

    def trouble(self, oms_reduces: bool, now_ns: int) -> str:
        """Why orders may not be left alone; empty while the OMS deals with it."""
        silent_ms = (now_ns - self._answered_ns) // MS
        if silent_ms <= self._settings.hold_ms or oms_reduces:
            return ""
        return f"Redis is unreachable for {silent_ms} ms and the OMS has not stopped adding"
