"""Logs: one JSON line an event on stdout, limited, redacted, and the same for what libraries log by `logging`."""

import logging
import sys
import time
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from crossbook.telemetry.rate_limit import LineLimit
from crossbook.telemetry.redaction import redact

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


def get_logger() -> FilteringBoundLogger:
    """A logger: `log.info("book_invalid", instrument=…, reason=…)`. Events are names, everything else is key=value."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


class Logs:
    """The process's logging, as configured; `tell_held_back` is to be called each second."""

    def __init__(self, limit: LineLimit) -> None:
        """`limit` is the one the lines pass."""
        self._limit = limit

    def tell_held_back(self) -> None:
        """Log how many lines were held back of events that have not come again since."""
        for key, count in self._limit.take_held().items():
            get_logger().warning("log_lines_held_back", of=key.partition("/")[0], repeated=count)


def configure_logging(
    service: str,
    *,
    level: str = "info",
    output: str = "json",
    lines_per_second: int = 50,
    stream: TextIO | None = None,
) -> Logs:
    """Set the process's logging up: `output` is `json` or `console`, `level` one of LEVELS."""
    limit = LineLimit(time.monotonic_ns, in_total=lines_per_second)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            limit,
            _Stamp(service),
            structlog.processors.format_exc_info,
            _renderer(output),
            _redacted,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stdout),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_ToStructlog()]
    root.setLevel(max(LEVELS[level], logging.INFO))
    sys.excepthook = _log_uncaught
    return Logs(limit)


class _Stamp:
    """Adds time and service, first in the line."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, logger: Any, method: str, event: EventDict) -> EventDict:
        now_ns = time.time_ns()
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_ns // 1_000_000_000))
        first = {
            "ts": f"{seconds}.{now_ns // 1_000 % 1_000_000:06d}Z",
            "level": event.pop("level", method),
            "service": self._service,
            "event": event.pop("event", ""),
        }
        return {**first, **event}


def _renderer(output: str) -> Any:
    if output == "console":
        return structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), timestamp_key="ts", exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer(default=str, ensure_ascii=False)


def _redacted(logger: Any, method: str, line: Any) -> Any:
    return redact(line)


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    get_logger().critical("uncaught_exception", exc_info=(kind, error, traceback))


class _ToStructlog(logging.Handler):
    """Hands what libraries log over to our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record as an event `library_log`."""
        level = record.levelname.lower()
        get_logger().log(
            LEVELS.get(level, logging.INFO),
            "library_log",
            logger=record.name,
            text=record.getMessage(),
            exc_info=record.exc_info,
        )
