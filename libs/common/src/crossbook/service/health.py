"""A health check that tests progress: `python -m crossbook.service.health NAME [--run-dir run]`, for containers.

Healthy: the process has beaten lately, and where it is expected to work (`--progress`), its counter has grown since the
last check. A process that runs without doing anything is not healthy.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from crossbook.service.beats import Beat, read_beat


def why_unhealthy(beat: Beat | None, now_ns: int, max_age_ms: int, progress_before: int | None) -> str | None:
    """The reason in words, or None for a healthy process. `progress_before` None: progress is not asked for."""
    if beat is None:
        return "has never beaten"
    age_ms = (now_ns - beat.monotonic_ns) // 1_000_000
    if age_ms > max_age_ms:
        return f"last beat {age_ms} ms ago"
    if progress_before is not None and beat.progress == progress_before:
        return f"no progress beyond {beat.progress}"
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """0 for healthy, 1 otherwise, with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="crossbook.service.health")
    parser.add_argument("name")
    parser.add_argument("--run-dir", type=Path, default=Path("run"))
    parser.add_argument("--max-age-ms", type=int, default=5_000)
    parser.add_argument("--progress", action="store_true", help="also require progress since the last check")
    options = parser.parse_args(argv)
    beat = read_beat(options.run_dir, options.name)
    mark = options.run_dir / options.name / "health-check.progress"
    before = _progress_at_last_check(mark, beat) if options.progress else None
    reason = why_unhealthy(beat, time.monotonic_ns(), options.max_age_ms, before)
    if options.progress and beat is not None:
        mark.write_text(f"{beat.instance} {beat.progress}", encoding="ascii")
    if reason is not None:
        sys.stderr.write(f"{options.name}: {reason}\n")
    return 0 if reason is None else 1


def _progress_at_last_check(mark: Path, beat: Beat | None) -> int | None:
    """None at the first check of a start: there is nothing to compare with yet."""
    if beat is None or not mark.is_file():
        return None
    instance, _, progress = mark.read_text(encoding="ascii").partition(" ")
    return int(progress) if instance == beat.instance else None


if __name__ == "__main__":
    sys.exit(main())
