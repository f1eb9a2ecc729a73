"""A number that grows with each start of a gateway, also when the wall clock was set back in between."""

from pathlib import Path


def next_epoch(file: Path, time_ns: int) -> int:
    """Microseconds of the wall clock, or one more than the last start's number where that is higher."""
    last = int(file.read_text().strip() or 0) if file.exists() else 0
    epoch = max(last + 1, time_ns // 1_000)
    written = file.with_suffix(".new")
    written.write_text(f"{epoch}\n")
    written.replace(file)
    return epoch
