"""requirements.lock: exact versions, each with hashes, from no particular address, and nothing missing."""

import re

from house_rules.breach import Breach

PINNED = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==\S+")
REQUIREMENT_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def normalised(name: str) -> str:
    """The one spelling of a distribution's name: lower case, with single hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(text: str) -> list[tuple[int, str]]:
    """The logical lines of a lock with their numbers: continuations joined, comments and blank lines dropped."""
    found: list[tuple[int, str]] = []
    start, joined = 1, ""
    for number, line in enumerate(text.splitlines(), start=1):
        start = start if joined else number
        joined += line.split(" #")[0].removesuffix("\\").strip() + " "
        if not line.rstrip().endswith("\\"):
            if joined.strip() and not joined.startswith("#"):
                found.append((start, joined.strip()))
            joined = ""
    return found


def locked_names(text: str) -> set[str]:
    """The normalised names that the lock pins."""
    return {normalised(match["name"]) for _, line in entries(text) if (match := PINNED.match(line))}


def breaches_in(path: str, text: str) -> list[Breach]:
    """Entries that are not `name==version --hash=…`, options and addresses included."""
    breaches = []
    for number, line in entries(text):
        if not PINNED.match(line):
            breaches.append(Breach(path, number, f"not name==version: {line[:60]}"))
        elif "--hash=sha256:" not in line:
            breaches.append(Breach(path, number, f"no hash: {line[:60]}"))
        if "://" in line or " @ " in line:
            breaches.append(Breach(path, number, "holds an address"))
    return breaches


def missing_from_lock(path: str, requirements: list[str], available: set[str]) -> list[Breach]:
    """Of the requirements that the file at `path` asks for, those that are not among the `available` names."""
    names = [normalised(match.group()) for text in requirements if (match := REQUIREMENT_NAME.match(text))]
    return [Breach(path, 1, f"{name} is not in requirements.lock") for name in names if name not in available]
