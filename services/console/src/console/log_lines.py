"""Which logged errors somebody caused: a line is excused when an operator or a test had just hit a process."""

import json
from collections.abc import Iterable
from datetime import datetime

EXCUSED_FOR_S = 20.0
"""How long after an operator's restart, kill or injected fault errors are its consequence."""


def uncaused_errors(process: str, lines: Iterable[str], caused_at_s: Iterable[float]) -> list[str]:
    """`process: event details` for each line of level error or worse that no cause explains.

    `caused_at_s`: Unix times of operators' acts. A line that is not JSON counts as an error: nothing but log lines
    belongs on that stream.
    """
    causes = list(caused_at_s)
    return [text for line in lines if (text := _judge(process, line, causes)) is not None]


def _judge(process: str, line: str, causes: list[float]) -> str | None:
    if not line.strip():
        return None
    try:
        entry = json.loads(line)
        level, event = entry["level"], entry["event"]
        at_s = datetime.fromisoformat(entry["ts"]).timestamp()
    except (ValueError, KeyError, TypeError):
        return f"{process}: unreadable log line {line.strip()[:200]!r}"
    if level not in ("error", "critical") or any(0 <= at_s - cause <= EXCUSED_FOR_S for cause in causes):
        return None
    details = " ".join(
        f"{key}={value}" for key, value in entry.items() if key not in ("ts", "level", "event", "service")
    )
    return f"{process}: {event} {details}"[:500]
