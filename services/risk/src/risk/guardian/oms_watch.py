"""Whether the OMS makes progress, and after it did not: whether it has compared itself with each venue again.

Progress is what its core publishes (the risk state, each half second): a socket that is open or a process that exists
proves nothing.
"""

from collections.abc import Mapping

from crossbook.messages.base import Liveness
from crossbook.messages.health import ProcessHealth
from crossbook.messages.risk import RiskState
from risk.guardian.settings import OmsWatchSettings

MS = 1_000_000
_MARGIN_NS = 1_000 * MS
"""A report of a gateway's health made before the silence may speak of a beat this much after the last progress."""


class OmsWatch:
    """Fed with the OMS's events."""

    def __init__(self, settings: OmsWatchSettings, now_ns: int) -> None:
        """Nothing heard yet; it may take its time to start."""
        self._settings = settings
        self._progressed_ns = now_ns
        self.state: RiskState | None = None
        self.state_ns = 0
        """When the newest state was heard."""
        self.live_orders: int | None = None
        """Orders it counts as live; None while it has not been asked."""
        self._lost_since_ns: int | None = None
        self._compared: dict[str, int] = {}

    def on_state(self, state: RiskState, now_ns: int) -> None:
        """Its core works."""
        if self.state is None or state.updated_ns != self.state.updated_ns:
            self._note_silence(now_ns)
            self._progressed_ns = now_ns
        self.state, self.state_ns = state, now_ns

    def on_process(self, health: ProcessHealth) -> None:
        """What it says of a gateway: UP means compared with the venue."""
        if health.state is Liveness.UP:
            self._compared[health.name] = health.last_beat_ns

    def doubt(self, now_ns: int) -> None:
        """A hold of ours was found that an earlier guardian imposed: it must be proven groundless."""
        self._lost_since_ns = max(self._lost_since_ns or 0, now_ns)

    def forgive(self, now_ns: int) -> None:
        """We have not looked ourselves: nothing before now counts as silence."""
        self._progressed_ns = now_ns

    def heard_ns(self) -> int:
        """When its last progress was heard."""
        return self._progressed_ns

    def is_silent(self, now_ns: int) -> bool:
        """Whether it makes no progress now."""
        limit_ms = self._settings.silent_ms if self.state is not None else self._settings.start_ms
        return now_ns - self._progressed_ns > limit_ms * MS

    def trouble(self, gateway: str, now_ns: int) -> str:
        """Why orders of a gateway may not be left alone with this OMS; empty when they may."""
        self._note_silence(now_ns)
        if self.is_silent(now_ns):
            return f"the OMS makes no progress since {(now_ns - self._progressed_ns) // MS} ms"
        lost_ns = self._lost_since_ns
        if lost_ns is not None and self._compared.get(gateway, 0) <= lost_ns + _MARGIN_NS:
            return "the OMS works again but has not yet compared itself with the venue"
        return ""

    def kills(self) -> Mapping[str, tuple[str, str]]:
        """Kills it shows: scope → who and why."""
        blocks = self.state.blocks if self.state is not None else ()
        return {block.scope: (block.by, block.reason) for block in blocks if block.level == "kill"}

    def reduces_for_redis(self) -> bool:
        """Whether it knows of a lost Redis and adds nothing any more."""
        return self.state is not None and any(block.reason == "redis_lost" for block in self.state.blocks)

    def _note_silence(self, now_ns: int) -> None:
        if self.is_silent(now_ns):
            self._lost_since_ns = self._progressed_ns
            self.live_orders = None
