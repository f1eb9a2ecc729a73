"""The Makefile's first step says in one line what is missing, and passes arguments on as they were given."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def checkout(repo_root: Path, tmp_path: Path) -> Path:
    """A fresh checkout with nothing but the Makefile and the lock, in a folder whose name has a space."""
    folder = tmp_path / "fresh checkout"
    folder.mkdir()
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(repo_root / name, folder)
    return folder


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=50)


def test_missing_python_is_one_clear_line(checkout: Path) -> None:
    answer = make(checkout, "help", "PYTHON=python-that-is-not-there")
    assert answer.returncode != 0
    assert answer.stderr.splitlines()[0] == (
        "crossbook: no python-that-is-not-there found; install Python 3.11 or later"
    )


def test_old_python_is_one_clear_line(checkout: Path) -> None:
    old = checkout / "old-python"
    old.write_text('#!/bin/sh\nif [ "$1" = -V ]; then echo "Python 3.8.1"; else exit 1; fi\n')
    old.chmod(0o755)
    answer = make(checkout, "help", "PYTHON=./old-python")
    assert answer.returncode != 0
    assert answer.stderr.splitlines()[0].startswith(
        "crossbook: Python 3.8.1 is too old; Python 3.11 or later is needed"
    )
    assert not (checkout / ".venv").exists()


def test_prepared_environment_is_not_prepared_again(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / ".installed").write_text(f"{checkout}\n")
    answer = make(checkout)
    assert answer.returncode == 0, answer.stderr
    assert "preparing" not in answer.stdout + answer.stderr
    assert "make run" in answer.stdout


def test_environment_that_came_from_elsewhere_is_made_anew(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / ".installed").write_text("another place\n")
    assert "preparing .venv" in make(checkout, "-n").stdout


def test_run_passes_duration_and_captures_on(checkout: Path) -> None:
    words = make(checkout, "-n", "run", "DURATION=30", "REPLAY=a b.gz,c.gz").stdout.splitlines()[-1]
    assert words == '.venv/bin/crossbook run --duration "30" --replay "a b.gz,c.gz"'
    assert make(checkout, "-n", "run").stdout.splitlines()[-1].strip() == ".venv/bin/crossbook run"


def test_ci_runs_lint_and_test_and_gives_what_failed_one_more_chance_alone(repo_root: Path, tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(repo_root / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "Makefile").write_text("lint:\n\t@echo linted\ntest:\n\t@echo tested; exit 3\n")
    answer = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, capture_output=True, text=True, timeout=50)
    assert answer.returncode != 0
    assert [line for line in answer.stdout.splitlines() if line] == [
        "==> make lint",
        "linted",
        "==> make test",
        "tested",
        "==> make test WORKERS=1 PYTEST_ARGS=--last-failed",
        "tested",
    ]


def test_ci_does_not_test_what_is_not_clean(repo_root: Path, tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(repo_root / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "Makefile").write_text("lint:\n\t@echo linted; exit 2\ntest:\n\t@echo tested\n")
    answer = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, capture_output=True, text=True, timeout=50)
    assert answer.returncode != 0
    assert "tested" not in answer.stdout
