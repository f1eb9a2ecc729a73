"""What a process says about itself: structured logs that cannot flood or leak, counters, gauges, latency histograms."""

from crossbook.telemetry.histogram import Histogram
from crossbook.telemetry.logs import configure_logging, get_logger
from crossbook.telemetry.metrics import Counter, Gauge, Metrics
from crossbook.telemetry.redaction import redact, register_secret

__all__ = [
    "Counter",
    "Gauge",
    "Histogram",
    "Metrics",
    "configure_logging",
    "get_logger",
    "redact",
    "register_secret",
]
