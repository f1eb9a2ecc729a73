"""Recorded captures on disk, opened line by line: plain text, `.gz` or `.xz`."""

import gzip
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path


def opener(path: Path) -> Callable[[], Iterator[str]]:
    """A function that reads the capture from its beginning, lazily. Raises FileNotFoundError now if there is none."""
    if not path.is_file():
        raise FileNotFoundError(f"no capture at {path}")
    return lambda: _lines(path)


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".xz":
        with lzma.open(path, "rt", encoding="utf-8") as xz_lines:
            yield from xz_lines
    elif path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as gz_lines:
            yield from gz_lines
    else:
        with path.open(encoding="utf-8") as lines:
            yield from lines
