"""What must not stay in a file: unfinished work, and traces of the machine it was written on.

The patterns are written so that they do not match themselves.
"""

import re
from collections.abc import Iterable

from house_rules.breach import Breach

UNFINISHED = (
    re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b"),
    re.compile(r"\bNotImplementedErro[r]\b"),
    re.compile(r"\b(not implemented ye[t]|simplified for no[w]|placeholder implementatio[n])\b", re.IGNORECASE),
)
"""Words that say that something is missing."""

MACHINE = (
    re.compile(r"(?<![\w.$})])/(wor[k]|far[m])/"),
    re.compile(r"(?<![\w.])/(roo[t]|hom[e]/[\w-]+|User[s]/[\w-]+|tmp/bas[h]_jobs|opt/whee[l]s|opt/pyp[i])\b"),
    re.compile(r"--find-lin[k]s\s+\S"),
)
"""Paths that exist on one machine alone."""

REGISTRIES = (
    re.compile(r"\b(pyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s]\.org|registry-1\.docke[r]\.io)\b", re.IGNORECASE),
    re.compile(r"--(extra-)?index-ur[l]\s+\S"),
)
"""Addresses of package registries: which one is used is the business of whoever installs."""

TEXT_SUFFIXES = (
    ".py",
    ".toml",
    ".md",
    ".yml",
    ".yaml",
    ".in",
    ".lock",
    ".sh",
    ".txt",
    ".json",
    ".conf",
    ".env",
    ".cfg",
)
TEXT_NAMES = ("Makefile", "Dockerfile", ".ci/run", ".gitignore", ".dockerignore")


def is_text(path: str) -> bool:
    """Whether `path` is a kind of file that people write here."""
    return path.endswith(TEXT_SUFFIXES) or path.endswith(TEXT_NAMES)


def breaches_in(path: str, source: str) -> list[Breach]:
    """Every line of `source` that holds a left-over; prose (Markdown) may speak of unfinished work."""
    patterns = [*MACHINE, *REGISTRIES, *(() if path.endswith(".md") else UNFINISHED)]
    return [
        Breach(path, number, f"left-over {found!r}")
        for number, line in enumerate(source.splitlines(), start=1)
        for found in _found(patterns, line)
    ]


def _found(patterns: Iterable[re.Pattern[str]], line: str) -> list[str]:
    return [match.group() for pattern in patterns if (match := pattern.search(line))]
