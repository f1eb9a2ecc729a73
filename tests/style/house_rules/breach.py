"""One broken rule at one place."""

from typing import NamedTuple


class Breach(NamedTuple):
    """Where (a path within the checkout, a line from 1 on) and what."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """`path:line: what`, which terminals and editors make clickable."""
        return f"{self.path}:{self.line}: {self.what}"


def demand_none(breaches: list[Breach]) -> None:
    """Raises AssertionError that lists every breach, one a line, unless there is none."""
    if breaches:
        raise AssertionError("\n" + "\n".join(map(str, sorted(breaches))))
