"""What every service's configuration has: its name, where it writes, the bus, telemetry, the watchdog."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from crossbook.config.bus import BusConfig
from crossbook.config.section import Section


class TelemetryConfig(Section):
    """`[telemetry]`: logs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest level that is written."""
    format: Literal["json", "console"] = "json"
    """`json`: one object a line, for machines; `console`: for eyes."""
    max_lines_per_second: int = Field(default=50, ge=1)
    """More are counted and told later as `repeated`: a fault in a loop must not fill the disk."""


class WatchdogConfig(Section):
    """`[watchdog]`: when a process that no longer makes progress ends itself."""

    stall_ms: int = Field(default=3_000, ge=100)
    """The event loop has not gone round for so long: the stacks are written and the process exits 70.

    Lower, and a slow start or a busy host kills a healthy process; higher, and orders stay unwatched for longer.
    """


class ServiceConfig(Section):
    """Base of every service's own model, which adds its sections."""

    name: str = Field(default="", pattern=r"^[a-z0-9-]{0,40}$")
    """Of this instance: in logs, beats, identities on the bus. The package's name unless given here or by --name."""
    run_dir: Path = Path("run")
    """Everything the running system writes lies below it."""
    stop_ms: int = Field(default=5_000, ge=100)
    """How long an orderly stop may take before the process ends regardless."""
    bus: BusConfig = Field(default_factory=BusConfig)
    """Sockets."""
    telemetry: TelemetryConfig = Field(default_factory=TelemetryConfig)
    """Logs."""
    watchdog: WatchdogConfig = Field(default_factory=WatchdogConfig)
    """Stalls."""

    @model_validator(mode="before")
    @classmethod
    def _bus_lies_in_run_dir(cls, data: Any) -> Any:
        """Without a directory of its own the bus follows `run_dir`."""
        if not isinstance(data, dict) or "run_dir" not in data:
            return data
        bus = data.get("bus", {})
        if not isinstance(bus, dict) or "directory" in bus:
            return data
        return {**data, "bus": {"directory": f"{data['run_dir']}/bus", **bus}}
