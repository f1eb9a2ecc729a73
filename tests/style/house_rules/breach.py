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


def report(breaches: list[Breach]) -> str:
    """All breaches, one a line; empty if there is none, so that `assert not report(...)` shows them."""
    return "\n".join(map(str, sorted(breaches)))
