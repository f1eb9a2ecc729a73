"""Test files have unique names over the whole tree, say what they test, and lie in no package."""

from collections import defaultdict
from pathlib import PurePosixPath

from house_rules.breach import Breach

PACKAGES_OF_HELPERS = ("tests/testkit/", "tests/style/house_rules/")
"""The two importable packages below `tests/`."""


def breaches_in(paths: list[str]) -> list[Breach]:
    """Duplicate test file names, and `__init__.py` files that would turn a folder of tests into a package."""
    tests = [path for path in paths if path.startswith("tests/") and not path.startswith(PACKAGES_OF_HELPERS)]
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in tests:
        by_name[PurePosixPath(path).name].append(path)
    twins = [
        same for name, same in by_name.items() if name.startswith("test_") and name.endswith(".py") and len(same) > 1
    ]
    return [
        *(Breach(same[1], 1, f"has the name of {same[0]}") for same in twins),
        *(Breach(path, 1, "tests are no packages") for path in by_name["__init__.py"]),
    ]
