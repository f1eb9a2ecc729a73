"""Orders whose gateway is gone: the gateway's own sweeper, with the gateway's keys, cancels them (FAILURES C10)."""

from collections.abc import Iterator

from risk.guardian.actions import Action, EndSweep, Notice, Sweep
from risk.guardian.gateway_watch import GatewayWatch
from risk.guardian.process_watch import ProcessSeen
from risk.guardian.settings import GatewayWatchSettings

MS = 1_000_000
_ENDED = ("EXITED", "FATAL", "STOPPED")


class Sweeps:
    """Of one venue's gateway."""

    def __init__(self, settings: GatewayWatchSettings, watch: GatewayWatch, program: str) -> None:
        """`program`: the supervisor's name of the sweeper; empty where there is none."""
        self._settings, self._watch, self._program = settings, watch, program
        self._swept_ns = 0
        self._seen_running = False
        self._clean = False
        self._gone = False

    @property
    def is_clean(self) -> bool:
        """Whether a sweep since the gateway was gone has proven that nothing of ours is open."""
        return self._clean

    def is_gone(self, now_ns: int) -> bool:
        """Whether nothing has been heard of the gateway for too long, on any line."""
        heard_ns = self._watch.heard_ns
        if not heard_ns:
            return now_ns - self._watch.started_ns > self._settings.start_ms * MS
        return now_ns - heard_ns > self._settings.gone_ms * MS

    def look(self, sweeper: ProcessSeen | None, now_ns: int) -> Iterator[Action]:
        """Start the sweeper for a gateway that is gone, again until one has come back clean."""
        if not self.is_gone(now_ns):
            if self._gone:
                yield Notice("info", "gateway_gone", self._watch.process, "it answers again", cleared=True)
                if self._swept_ns and not self._clean:
                    yield EndSweep(self._program, f"{self._watch.process} answers again")
            self._gone = self._clean = self._seen_running = False
            self._swept_ns = 0
            return
        if not self._gone:
            self._gone = True
            yield Notice("page", "gateway_gone", self._watch.process, "no sign of life: orders of ours may be live")
        yield from self._judge(sweeper)
        pause_ns = self._settings.sweep_again_ms * MS
        if self._program and not self._clean and (not self._swept_ns or now_ns - self._swept_ns >= pause_ns):
            self._swept_ns, self._seen_running = now_ns, False
            yield Sweep(self._program, f"{self._watch.process} is gone")

    def _judge(self, sweeper: ProcessSeen | None) -> Iterator[Action]:
        if sweeper is None or not self._swept_ns or self._clean:
            return
        if sweeper.state in _ENDED and self._seen_running:
            self._seen_running = False
            self._clean = sweeper.state == "EXITED" and sweeper.exit_status == 0
            if self._clean:
                yield Notice("info", "swept", self._watch.venue, "nothing of ours is open at the venue")
            else:
                yield Notice("warn", "sweep_failed", self._watch.venue, f"exit status {sweeper.exit_status}")
        elif sweeper.state not in _ENDED:
            self._seen_running = True
