"""`python -m crossbook.healthcheck run/oms/beat.json`: is the process behind this beat file getting on with its work?

A process that merely exists is not healthy. Its own loop writes the beat file each second, so a loop that hangs stops
writing; and the file tells when work was last done, so a loop that turns idly can be told apart from one that works.
Exit status 0 is healthy, 1 is not; one line says why. Meant for containers' healthchecks: standard library alone.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn


def pid_exists(pid: int) -> bool:
    """Whether a process of this id runs in this process's own namespace."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's, but there
    return True


def trouble(
    beat: bytes, now_ns: int, max_age_ms: int, max_idle_ms: int | None = None, lives: Callable[[int], bool] = pid_exists
) -> str | None:
    """What is wrong with the process that wrote `beat`, or None.

    `now_ns` is CLOCK_MONOTONIC, which all processes and containers of a host share. A beat from the future is one from
    before the host's last boot. `max_idle_ms` also asks for work done lately; leave it out for a process that may have
    nothing to do. `lives` tells whether a process id is in use: a beat can outlive its writer by `max_age_ms`.
    """
    try:
        content = json.loads(beat)
        state, pid = str(content["state"]), int(content["pid"])
        beaten_ns, progressed_ns = int(content["monotonic_ns"]), int(content["progressed_ns"])
    except (ValueError, KeyError, TypeError) as error:
        return f"unreadable beat: {error!r}"
    age_ms, idle_ms = (now_ns - beaten_ns) // 1_000_000, (now_ns - progressed_ns) // 1_000_000
    if age_ms < 0:
        return "the beat is from before the host's last boot"
    if age_ms > max_age_ms:
        return f"the last beat is {age_ms} ms old, at most {max_age_ms} are allowed: it hangs or is gone"
    if state != "running" or not lives(pid):
        return f"process {pid} is {state if lives(pid) else 'gone'}"
    if max_idle_ms is not None and idle_ms > max_idle_ms:
        return f"no work done for {idle_ms} ms, at most {max_idle_ms} are allowed"
    return None


def check(arguments: Sequence[str], now_ns: int) -> str | None:
    """The trouble that the command line asks about, or None."""
    parser = argparse.ArgumentParser(prog="python -m crossbook.healthcheck", description="Exit 0 if the process works.")
    parser.add_argument("beat_file", type=Path, help="run/<name>/beat.json")
    parser.add_argument("--max-age-ms", type=int, default=3000, help="oldest beat that counts as alive")
    parser.add_argument("--max-idle-ms", type=int, default=None, help="longest time without work; unchecked by default")
    options = parser.parse_args(arguments)
    try:
        beat = options.beat_file.read_bytes()
    except OSError as error:
        return f"no beat file: {error}"
    return trouble(beat, now_ns, options.max_age_ms, options.max_idle_ms)


def main() -> NoReturn:
    """Check what the command line says and exit."""
    if reason := check(sys.argv[1:], time.monotonic_ns()):
        print(f"unhealthy: {reason}", file=sys.stderr)  # noqa: T201 - a command's answer, not a log
        sys.exit(1)
    sys.exit(0)


if __name__ == "__main__":
    main()
