"""What belongs to the checkout: everything git tracks or would track."""

import subprocess
from pathlib import Path

SOURCE_FOLDERS = ("bench", "deploy", "examples", "libs", "promises", "services", "tests")
"""Top-level folders whose Python is ours to judge."""


def project_files(root: Path) -> list[str]:
    """Paths, relative to `root`, of all existing files that git tracks or does not ignore. Needs git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout
    names = {name.decode() for name in listed.split(b"\0") if name}
    return sorted(name for name in names if (root / name).is_file())


def python_files(root: Path) -> list[str]:
    """The Python files among `project_files` that lie in the source folders."""
    return [name for name in project_files(root) if name.endswith(".py") and name.split("/")[0] in SOURCE_FOLDERS]


def member_modules(root: Path) -> list[str]:
    """The Python files of the members: `libs/*/src/**` and `services/*/src/**`."""
    return [name for name in python_files(root) if name.split("/")[2:3] == ["src"]]
