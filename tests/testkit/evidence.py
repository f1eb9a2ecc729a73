"""The form a promise is tested in, and the evidence that a round of it leaves.

`make test` runs the short form. `python -m promises` sets the environment below and runs one round of the full counts
at a time; what a round found is appended to a file, so that the counts grow over rounds and survive an interruption.
"""

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

FULL = "CROSSBOOK_PROMISE_FULL"
"""Set: the full form. Its value is the number of the round, which is also the seed."""
EVIDENCE = "CROSSBOOK_PROMISE_EVIDENCE"
"""File to append evidence to, a JSON object a line."""


CASES: Counter[str] = Counter()
"""Cases that property tests have judged, by their promise; written down when the session ends."""


def write_cases() -> None:
    """Evidence of property tests: what broke a promise has failed its test."""
    for promise, count in CASES.items():
        found = Evidence(promise, Form.of_environment(), count)
        found.write()
    CASES.clear()


@dataclass(frozen=True)
class Form:
    """Short or full, and the seed of what is random."""

    full: bool
    seed: int

    @classmethod
    def of_environment(cls) -> "Form":
        """As the runner of promises says, short without it."""
        given = os.environ.get(FULL, "")
        return cls(bool(given), int(given or 1))

    def pick(self, short: int, full: int) -> int:
        """A size that depends on the form."""
        return full if self.full else short


@dataclass
class Evidence:
    """Counts of what was tried, what broke the promise, and figures measured on the way."""

    test: str
    form: Form
    count: int = 0
    violations: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    started_s: float = field(default_factory=time.monotonic)

    def tried(self, count: int) -> None:
        """So many cases more were put to the test."""
        self.count += count

    def broken(self, *what: str) -> None:
        """Cases that break the promise, in words that name them."""
        self.violations += what

    def figure(self, name: str, value: float) -> None:
        """A measurement: the worst of the round is kept."""
        self.figures[name] = max(value, self.figures.get(name, value))

    def judge(self) -> None:
        """Fail when something broke the promise, or when nothing was tried."""
        assert self.count > 0, "nothing was tried"
        assert not self.violations, f"{len(self.violations)} of {self.count}: {self.violations[:5]}"

    def write(self) -> None:
        """Append it to the file that the runner named, if one did."""
        target = os.environ.get(EVIDENCE)
        if target:
            words = {
                "test": self.test, "round": self.form.seed, "count": self.count, "violations": self.violations[:20],
                "broken": len(self.violations), "figures": self.figures,
                "seconds": round(time.monotonic() - self.started_s, 1),
            }  # fmt: skip
            with Path(target).open("a") as file:
                file.write(json.dumps(words) + "\n")
