"""Each image gets what its service needs, hashed, and none of the tools."""

from pathlib import Path

import pytest

from runtime_lock import closure, lock_entries, runtime_lock

TOOLS = {"pytest", "mypy", "ruff", "hypothesis", "import-linter", "binance-sdk-spot", "pip-tools"}


def test_closure_follows_requirements_and_heeds_markers() -> None:
    graph = {
        "service": ["kit>=1", "old; python_version < '3'", "fancy; extra == 'fancy'"],
        "kit": ["Deep_Name", "web[server]"],
        "Deep_Name": ["service"],
        "web": ["engine; extra == 'server'", "unasked; extra == 'client'"],
        "engine": [],
    }
    assert closure("service", graph.__getitem__) == {"service", "kit", "deep-name", "web", "engine"}


def test_entries_keep_all_their_hashes() -> None:
    lock = "a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n\n# note\nB_c==2 \\\n    --hash=sha256:cc\n"
    assert lock_entries(lock) == {
        "a": "a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb",
        "b-c": "B_c==2 \\\n    --hash=sha256:cc",
    }


@pytest.mark.parametrize("service", ["gateway-binance", "oms", "strategy-mm", "venue-sim", "console"])
def test_image_holds_what_the_service_needs_and_no_tools(repo_root: Path, service: str) -> None:
    folders, lock = runtime_lock(service, repo_root)
    entries = lock_entries(lock)
    assert f"services/{service}" in folders
    assert "msgspec" in entries
    assert not TOOLS & entries.keys()
    assert all("--hash=sha256:" in entry for entry in entries.values())


def test_members_inside_the_same_process_come_along(repo_root: Path) -> None:
    assert runtime_lock("oms", repo_root)[0] == ["libs/common", "services/oms", "services/risk"]
    assert runtime_lock("venue-sim", repo_root)[0] == ["services/venue-sim"]


def test_unknown_service_is_named(repo_root: Path) -> None:
    with pytest.raises(KeyError, match="no service nothing"):
        runtime_lock("nothing", repo_root)
