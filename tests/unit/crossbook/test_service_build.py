"""The build that a beat names."""

import subprocess
from pathlib import Path

import pytest

from crossbook.messages.describe import schema_hash
from crossbook.service.build import _git_commit, build


def test_an_image_says_its_own_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSBOOK_BUILD", "2026.11-3")
    assert build() == f"2026.11-3+{schema_hash()}"


def test_a_checkout_is_named_by_its_commit(tmp_path: Path) -> None:
    head = _commit(tmp_path)
    assert _git_commit(tmp_path / "src" / "file.py") == head[:12]
    _git(tmp_path, "pack-refs", "--all")
    assert _git_commit(tmp_path / "src" / "file.py") == head[:12]
    _git(tmp_path, "checkout", "-q", "--detach")
    assert _git_commit(tmp_path / "src" / "file.py") == head[:12]


def test_a_checkout_without_a_commit_has_none(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    assert _git_commit(tmp_path / "file.py") == ""


def _commit(directory: Path) -> str:
    _git(directory, "init", "-q")
    _git(directory, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "--allow-empty", "-m", "one")
    return _git(directory, "rev-parse", "HEAD").strip()


def _git(directory: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True).stdout
