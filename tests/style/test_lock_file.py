"""The lock pins everything with hashes and no address, and holds all that the members ask for."""

import tomllib
from pathlib import Path

import pytest

from house_rules import lock_file
from house_rules.breach import demand_none

GOOD = "idna==3.20 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n\n# a comment\nwheel==1 --hash=sha256:cc\n"


def test_lock_is_pinned_hashed_and_without_address(repo_root: Path) -> None:
    text = (repo_root / "requirements.lock").read_text()
    assert len(lock_file.locked_names(text)) > 20
    demand_none(lock_file.breaches_in("requirements.lock", text))


def test_everything_asked_for_is_locked(repo_root: Path) -> None:
    members = {
        str(path.relative_to(repo_root)): tomllib.loads(path.read_text())
        for folder in ("libs", "services")
        for path in (repo_root / folder).glob("*/pyproject.toml")
    }
    assert members
    ours = {lock_file.normalised(content["project"]["name"]) for content in members.values()}
    available = ours | lock_file.locked_names((repo_root / "requirements.lock").read_text())
    asked = {
        path: content["project"]["dependencies"] + content["build-system"]["requires"]
        for path, content in members.items()
    }
    asked["requirements.in"] = [
        line for line in (repo_root / "requirements.in").read_text().splitlines() if line and not line.startswith("#")
    ]
    demand_none([b for path, names in asked.items() for b in lock_file.missing_from_lock(path, names, available)])


def test_good_lock_passes() -> None:
    assert lock_file.breaches_in("lock", GOOD) == []
    assert lock_file.locked_names(GOOD) == {"idna", "wheel"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("idna==3.20\n", "no hash: idna==3.20"),
        ("idna>=3 --hash=sha256:aa\n", "not name==version: idna>=3 --hash=sha256:aa"),
        ("--find-lin" + "ks somewhere\n", "not name==version: --find-lin" + "ks somewhere"),
        ("idna==3 --hash=sha256:aa https://x.test/idna.whl\n", "holds an address"),
    ],
)
def test_bad_lock_is_found_at_its_line(text: str, what: str) -> None:
    (breach,) = lock_file.breaches_in("lock", GOOD + text)
    assert (breach.line, breach.what) == (7, what)


def test_requirement_outside_the_lock_is_found() -> None:
    asked = ["idna>=3", "Py_Yaml[extra]; python_version > '3'", "absent"]
    (breach,) = lock_file.missing_from_lock("x/pyproject.toml", asked, {"idna", "py-yaml"})
    assert breach.what == "absent is not in requirements.lock"
