"""Files and functions keep below their ceilings."""

from pathlib import Path

from house_rules import sizes
from house_rules.breach import demand_none
from house_rules.tree import python_files


def test_no_file_or_function_is_too_long(repo_root: Path) -> None:
    sources = {path: (repo_root / path).read_text() for path in python_files(repo_root)}
    assert sources
    for line in sizes.long_files({path: len(source.splitlines()) for path, source in sources.items()}):
        print("over", sizes.FILE_RARELY, "lines:", line)
    demand_none([found for path, source in sources.items() for found in sizes.breaches_in(path, source)])


def test_long_file_is_found() -> None:
    assert sizes.breaches_in("a.py", "x = 1\n" * 400) == []
    (breach,) = sizes.breaches_in("a.py", "x = 1\n" * 401)
    assert str(breach) == "a.py:401: file has 401 lines, at most 400: split it by idea"


def test_long_function_is_found_wherever_it_is() -> None:
    fits = "def fits():\n" + "    x = 1\n" * 49
    long_method = "class A:\n    async def long(self):\n" + "        x = 1\n" * 50
    (breach,) = sizes.breaches_in("a.py", fits + long_method)
    assert (breach.line, breach.what) == (52, "long has 51 lines, at most 50")


def test_files_over_the_usual_length_are_reported_longest_first() -> None:
    assert sizes.long_files({"a.py": 250, "b.py": 251, "c.py": 399}) == ["399 c.py", "251 b.py"]
