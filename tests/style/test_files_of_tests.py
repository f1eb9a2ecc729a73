"""Test files can be told apart by name, and nothing was copied from the shared directory."""

from pathlib import Path

from house_rules import copies, names_of_tests
from house_rules.breach import demand_none
from house_rules.tree import project_files


def test_names_of_test_files_are_unique(repo_root: Path) -> None:
    demand_none(names_of_tests.breaches_in(project_files(repo_root)))


def test_twins_and_packages_are_found() -> None:
    paths = ["tests/unit/a/test_x.py", "tests/unit/b/test_x.py", "tests/unit/b/__init__.py", "tests/unit/b/conftest.py"]
    assert [str(breach) for breach in names_of_tests.breaches_in(paths)] == [
        "tests/unit/b/test_x.py:1: has the name of tests/unit/a/test_x.py",
        "tests/unit/b/__init__.py:1: tests are no packages",
    ]


def test_nothing_is_copied_from_the_shared_directory(repo_root: Path, shared_dir: Path) -> None:
    folders = [shared_dir / "samples", shared_dir / "marketdata"]
    demand_none(copies.breaches_in(repo_root, project_files(repo_root), folders))


def test_copy_is_found(tmp_path: Path) -> None:
    project, samples = tmp_path / "project", tmp_path / "samples" / "venue"
    project.mkdir()
    samples.mkdir(parents=True)
    samples.joinpath("trade.json").write_text('{"p":"1"}')
    project.joinpath("copy.json").write_text('{"p":"1"}')
    project.joinpath("own.json").write_text('{"p":"2"}')
    (breach,) = copies.breaches_in(project, ["copy.json", "own.json"], [tmp_path / "samples"])
    assert str(breach) == "copy.json:1: is a copy of trade.json in the shared directory"
