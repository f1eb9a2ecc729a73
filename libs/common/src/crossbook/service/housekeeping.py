"""What every service does beside its work: beats, metrics, the watchdog, the measure of its own loop's lag."""

import os
from typing import Any, Final

import msgspec

from crossbook.config import config_hash
from crossbook.service.beats import Beat, StatusFiles
from crossbook.service.context import ServiceContext
from crossbook.service.timers import Timer
from crossbook.service.watchdog import Watchdog
from crossbook.telemetry.logs import Logs

BEAT_MS: Final = 1_000
LAG_PROBE_MS: Final = 50
FREEZE_AFTER_MS: Final = 3_000


class Housekeeping:
    """Runs from the service's start to its end."""

    def __init__(self, ctx: ServiceContext[Any], logs: Logs) -> None:
        """Start beating and watching."""
        self.config_hash = config_hash(ctx.config)
        self._ctx, self._logs = ctx, logs
        self._files = StatusFiles(ctx.run_dir)
        self._lag = ctx.metrics.histogram("loop_lag_ns")
        self._watchdog = Watchdog(ctx.config.watchdog.stall_ms)
        self._watchdog.start()
        self._probed_ns = self._progressed_ns = ctx.clock.monotonic_ns()
        self._progress = 0
        self._probe: Timer = ctx.every(LAG_PROBE_MS, self._measure_lag)
        self._beats = ctx.every(BEAT_MS, self._beat)
        self._freeze = ctx.loop.call_later(FREEZE_AFTER_MS / 1_000, ctx.ready)
        self._files.write(self._contents("starting"))

    def announce(self) -> None:
        """Log who starts, with what code and configuration."""
        ctx = self._ctx
        ctx.log.info(
            "service_started", pid=os.getpid(), instance=ctx.instance, build=ctx.build, config=self.config_hash
        )

    def close(self) -> None:
        """Write the last beat and end."""
        self._freeze.cancel()
        self._beats.cancel()
        self._probe.cancel()
        self._files.close(self._contents("stopped"))
        self._watchdog.stop()

    def _measure_lag(self) -> None:
        self._watchdog.tick()
        now_ns = self._ctx.clock.monotonic_ns()
        self._lag.record(now_ns - self._probed_ns - LAG_PROBE_MS * 1_000_000)
        self._probed_ns = now_ns

    def _beat(self) -> None:
        state = "stopping" if self._ctx.stopping.is_set() else "running"
        self.config_hash = config_hash(self._ctx.config) if self._ctx.reloads else self.config_hash
        self._files.write(self._contents(state))
        self._logs.tell_held_back()

    def _contents(self, state: str) -> dict[str, bytes]:
        ctx = self._ctx
        now_ns = ctx.clock.monotonic_ns()
        if ctx.work_done != self._progress:
            self._progress, self._progressed_ns = ctx.work_done, now_ns
        beat = Beat(
            name=ctx.name,
            pid=os.getpid(),
            instance=ctx.instance,
            state=state,
            monotonic_ns=now_ns,
            time_ns=ctx.clock.time_ns(),
            progress=ctx.work_done,
            progressed_ns=self._progressed_ns,
            build=ctx.build,
            config_hash=self.config_hash,
        )
        return {"beat.json": msgspec.json.encode(beat), "metrics.json": msgspec.json.encode(ctx.metrics.snapshot())}
