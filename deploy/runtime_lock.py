"""`python deploy/runtime_lock.py oms`: the part of requirements.lock that one service needs to run, hashes included.

The lock holds everything, tests and tools too; an image should hold what its service imports and nothing else. Writes
`runtime.lock` and `members.txt` (folders of our own) into the working directory. Needs the whole lock installed:
third-party packages tell what they require only there, members in their pyproject.toml.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==.*(?:\n +--hash=.*)+", re.MULTILINE)


def closure(start: str, requires: Callable[[str], Iterable[str]]) -> set[str]:
    """Canonical names of `start` and of all it needs, however indirectly, on this interpreter and platform."""
    found: set[str] = set()
    waiting = [(start, frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        found.add(canonicalize_name(name))
        for text in requires(name):
            needed = Requirement(text)
            if _applies(needed, extras) and canonicalize_name(needed.name) not in found:
                waiting.append((needed.name, frozenset(needed.extras)))
    return found


def _applies(needed: Requirement, extras: frozenset[str]) -> bool:
    return needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *extras})


def lock_entries(lock: str) -> dict[str, str]:
    """The entries of a lock, hashes included, by canonical name."""
    return {canonicalize_name(match["name"]): match.group() for match in ENTRY.finditer(lock)}


class Member(NamedTuple):
    """One of our own distributions: its folder (`libs/common`) and the requirements it declares."""

    folder: str
    requires: tuple[str, ...]


def members_of(root: Path) -> dict[str, Member]:
    """The members by the canonical names of their distributions."""
    found: dict[str, Member] = {}
    for file in sorted([*root.glob("libs/*/pyproject.toml"), *root.glob("services/*/pyproject.toml")]):
        project = tomllib.loads(file.read_text())["project"]
        folder = str(file.parent.relative_to(root))
        found[canonicalize_name(project["name"])] = Member(folder, tuple(project["dependencies"]))
    return found


def runtime_lock(service: str, root: Path = ROOT) -> tuple[list[str], str]:
    """Folders of the members that `service` is made of, and the lock of the rest.

    Raises KeyError where something needed is neither a member nor in the lock: the image would not run.
    """
    members = members_of(root)
    name = next((name for name, member in members.items() if member.folder == f"services/{service}"), None)
    if name is None:
        raise KeyError(f"no service {service}; there are {', '.join(member.folder for member in members.values())}")

    def requires(distribution: str) -> Iterable[str]:
        ours = members.get(canonicalize_name(distribution))
        return ours.requires if ours else metadata.requires(distribution) or []

    needed = closure(name, requires)
    entries = lock_entries((root / "requirements.lock").read_text())
    third_party = [entries[name] for name in sorted(needed - members.keys())]
    return sorted(members[name].folder for name in needed & members.keys()), "\n".join(third_party) + "\n"


if __name__ == "__main__":
    folders, text = runtime_lock(sys.argv[1])
    Path("runtime.lock").write_text(text)
    Path("members.txt").write_text("".join(f"./{folder}\n" for folder in folders))
