"""docs/denials.md is what the checks say."""

import os
from pathlib import Path

from risk.denial_table import page
from risk.denials import DenialCode


def test_the_page_is_current(repo_root: Path) -> None:
    path = repo_root / "docs" / "denials.md"
    if os.environ.get("CROSSBOOK_WRITE_DOCS") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page()


def test_the_page_names_every_code_once() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    assert sorted(line.split("`")[1] for line in rows) == sorted(DenialCode)
