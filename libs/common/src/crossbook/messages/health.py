"""Health of processes, alerts, and latency figures."""

from crossbook.messages.base import Liveness, Message


class ProcessHealth(Message, frozen=True, tag=601):
    """A process as the OMS sees it, topic `process.<name>`, retained."""

    name: str
    role: str
    state: Liveness
    reason: str
    nonce: int
    build: str
    last_beat_ns: int


class Alert(Message, frozen=True, tag=602):
    """Something a human should hear of, topic `alert`: halts, latches, disconnects, reject storms, recoveries."""

    severity: str
    """`page`, `warn` or `info`."""
    kind: str
    subject: str
    text: str
    context: str
    raised_time_ns: int
    cleared: bool = False


class LatencyFigures(Message, frozen=True, tag=603):
    """Percentiles of one stage of a process, in microseconds, topic `latency.<process>.<stage>`, retained."""

    process: str
    stage: str
    count: int
    p50_us: float
    p99_us: float
    max_us: float
    mean_us: float
