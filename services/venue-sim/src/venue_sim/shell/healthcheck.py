"""`python -m venue_sim.shell.healthcheck run/venue-sim.json`: does the simulated venue move on?

Asks the admin port twice how many steps the venue has made. Exit status 0 if the number grew, 1 if not; one line says
why. Meant for a container's healthcheck.
"""

import json
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

BETWEEN_S = 0.25
"""Many steps long (`[run] step_ms`)."""

TIMEOUT_S = 1.5


def trouble(endpoints: bytes, steps_at: Callable[[str], int], pause: Callable[[], None]) -> str | None:
    """What is wrong, or None. `steps_at` gives the steps of the venue at an admin address so far, or raises OSError."""
    try:
        admin = str(json.loads(endpoints)["admin"])
        before = steps_at(admin)
        pause()
        after = steps_at(admin)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"no answer from the admin port: {error!r}"
    return None if after > before else f"the venue stands still at step {after}"


def ask_steps(admin: str) -> int:
    """Steps made so far by the venue whose admin port is at the base address `admin`."""
    with urllib.request.urlopen(f"{admin}/_sim/health", timeout=TIMEOUT_S) as answer:
        return int(json.load(answer)["steps"])


def main() -> NoReturn:
    """Check the venue that the endpoints file on the command line names, and exit."""
    try:
        endpoints = Path(sys.argv[1]).read_bytes()
    except (IndexError, OSError) as error:
        sys.exit(f"unhealthy: no endpoints file: {error}")
    reason = trouble(endpoints, ask_steps, lambda: time.sleep(BETWEEN_S))
    sys.exit(f"unhealthy: {reason}" if reason else 0)


if __name__ == "__main__":
    main()
