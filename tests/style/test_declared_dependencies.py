"""What a member imports, its pyproject.toml declares, so that its image runs."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from house_rules import declared_dependencies
from house_rules.breach import Breach, demand_none
from house_rules.lock_file import normalised

DISTRIBUTIONS = {"yaml": ["PyYAML"], "zmq": ["pyzmq"], "oms": ["crossbook-oms"]}


def breaches_of(root: Path, member: Path, distributions: dict[str, list[str]]) -> list[Breach]:
    project = tomllib.loads((member / "pyproject.toml").read_text())["project"]
    allowed = declared_dependencies.declared(project["dependencies"]) | {normalised(project["name"])}
    return [
        breach
        for file in sorted((member / "src").rglob("*.py"))
        for breach in declared_dependencies.breaches_in(
            str(file.relative_to(root)), file.read_text(), allowed, distributions
        )
    ]


def test_members_import_what_they_declare(repo_root: Path) -> None:
    members = [file.parent for folder in ("libs", "services") for file in repo_root.glob(f"{folder}/*/pyproject.toml")]
    assert len(members) > 5
    installed = {module: list(names) for module, names in packages_distributions().items()}
    ours = {
        package.name: [tomllib.loads((member / "pyproject.toml").read_text())["project"]["name"]]
        for member in members
        for package in (member / "src").iterdir()
    }
    demand_none([breach for member in members for breach in breaches_of(repo_root, member, installed | ours)])


@pytest.mark.parametrize("source", ["import yaml", "from yaml import safe_load", "def f():\n    import yaml.reader"])
def test_undeclared_import_is_found(source: str) -> None:
    (breach,) = declared_dependencies.breaches_in("a.py", source, {"pyzmq", "crossbook-oms"}, DISTRIBUTIONS)
    assert breach.what == "imports yaml, which its pyproject.toml does not declare"
    assert "yaml" in source.splitlines()[breach.line - 1]


@pytest.mark.parametrize(
    "source",
    [
        "import json, os.path",
        "import zmq.auth",
        "from oms.ledger import Ledger",
        "from . import yaml",
        "try:\n    import yaml\nexcept ImportError:\n    yaml = None",
    ],
)
def test_declared_standard_own_relative_and_optional_imports_pass(source: str) -> None:
    assert declared_dependencies.breaches_in("a.py", source, {"pyzmq", "crossbook-oms"}, DISTRIBUTIONS) == []
