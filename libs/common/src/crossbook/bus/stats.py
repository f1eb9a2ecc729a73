"""What a socket counts, and how it complains without flooding the log."""

import time
from dataclasses import asdict, dataclass, field

from crossbook.telemetry import get_logger

_COMPLAINT_INTERVAL_NS = 1_000_000_000

_log = get_logger()


@dataclass(slots=True)
class BusStats:
    """Counters of one socket since it was made; `label` names it in logs and metrics."""

    label: str
    sent: int = 0
    received: int = 0
    not_sent: int = 0
    duplicates: int = 0
    gaps: int = 0
    undecodable: int = 0
    handler_errors: int = 0
    refused_clients: int = 0
    _complained: dict[str, tuple[int, int]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """The counters by name."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}

    def complain(self, event: str, *, exc_info: bool = False, **context: object) -> None:
        """Log `event` as an error, at most once a second for each event, with the number of those kept silent."""
        last_ns, silent = self._complained.get(event, (-_COMPLAINT_INTERVAL_NS, 0))
        now_ns = time.monotonic_ns()
        if now_ns - last_ns < _COMPLAINT_INTERVAL_NS:
            self._complained[event] = (last_ns, silent + 1)
            return
        self._complained[event] = (now_ns, 0)
        _log.error(event, socket=self.label, silent_since=silent, exc_info=exc_info, **context)
