"""No unfinished work, no paths of one machine, no addresses of registries, in anything the project keeps."""

from pathlib import Path

import pytest

from house_rules import leftovers
from house_rules.breach import demand_none
from house_rules.tree import project_files


def test_no_file_holds_a_leftover(repo_root: Path) -> None:
    texts = [path for path in project_files(repo_root) if leftovers.is_text(path)]
    assert "Makefile" in texts
    demand_none([b for path in texts for b in leftovers.breaches_in(path, (repo_root / path).read_text())])


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # TO" + "DO later",
        "# FIX" + "ME",
        "raise NotImplemented" + "Error",
        "# simplified for" + " now",
        'open("/wor' + 'k/main/x")',
        "cd /roo" + "t/project",
        "ls /hom" + "e/someone/project",
        "/opt/whee" + "ls",
        "--find-lin" + "ks somewhere",
        "--extra-index-ur" + "l https://example.test",
        "see pyp" + "i.org",
    ],
)
def test_leftover_is_found_at_its_line(line: str) -> None:
    (breach, *_) = leftovers.breaches_in("a.py", f"fine\n{line}\n")
    assert breach.line == 2


@pytest.mark.parametrize(
    "line", ["rm -rf .venv/work/x", "app/work/x", "the word hack-saw in XXXL", "/tmp/x", "--no-emit-index-url"]
)
def test_ordinary_text_passes(line: str) -> None:
    assert leftovers.breaches_in("a.py", line) == []


def test_prose_may_speak_of_unfinished_work_but_not_of_one_machine() -> None:
    assert leftovers.breaches_in("a.md", "TO" + "DO") == []
    assert len(leftovers.breaches_in("a.md", "/wor" + "k/main")) == 1
