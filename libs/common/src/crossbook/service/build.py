"""Which code this process runs: shown in every beat, so that a half-updated installation shows."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from crossbook.messages.describe import schema_hash


def build() -> str:
    """`<revision>+<hash of the message schema>`: CROSSBOOK_BUILD of an image, else git's commit, else the version."""
    revision = os.environ.get("CROSSBOOK_BUILD") or _git_commit(Path(__file__).resolve()) or _version()
    return f"{revision}+{schema_hash()}"


def _git_commit(inside: Path) -> str:
    """The first 12 digits of the checked-out commit, read from .git without running git; empty outside a checkout."""
    git = next((parent / ".git" for parent in inside.parents if (parent / ".git").is_dir()), None)
    if git is None:
        return ""
    try:
        head = (git / "HEAD").read_text(encoding="ascii").strip()
        if head.startswith("ref: "):
            head = _commit_of_ref(git, head.removeprefix("ref: "))
    except OSError:
        return ""
    return head[:12]


def _commit_of_ref(git: Path, ref: str) -> str:
    loose = git / ref
    if loose.is_file():
        return loose.read_text(encoding="ascii").strip()
    packed = git / "packed-refs"
    lines = packed.read_text(encoding="ascii").splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {ref}")), "")


def _version() -> str:
    try:
        return version("crossbook")
    except PackageNotFoundError:
        return "unknown"
