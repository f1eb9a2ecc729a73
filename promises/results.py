"""What rounds have left: a file of evidence for each promise, and `promises.json` made of all of them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from promises.catalogue import PROMISES, Promise


class Results:
    """Evidence in `<directory>/promises/<name>.jsonl`, the summary in `<directory>/promises.json`.

    Rounds count for the build they were run with: another commit begins anew.
    """

    def __init__(self, directory: Path, build: str) -> None:
        self._directory, self._build = directory, build
        (directory / "promises").mkdir(parents=True, exist_ok=True)

    def file(self, promise: Promise) -> Path:
        """Where a promise's rounds are."""
        return self._directory / "promises" / f"{promise.name}.jsonl"

    def rounds(self, promise: Promise) -> list[dict[str, Any]]:
        """Finished rounds of this build, one entry for each, oldest first."""
        file = self.file(promise)
        lines = file.read_text().splitlines() if file.exists() else []
        return [found for found in map(json.loads, lines) if found["build"] == self._build]

    def add(self, promise: Promise, number: int, held: bool, evidence: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Keep a finished round."""
        entry = {"build": self._build, "round": number, "held": held, "evidence": list(evidence)}
        with self.file(promise).open("a") as file:
            file.write(json.dumps(entry) + "\n")
        self._summarise()
        return entry

    def summary(self, promise: Promise) -> dict[str, Any] | None:
        """What stands in `promises.json` of a promise; None while no round was run."""
        rounds = self.rounds(promise)
        return summarised(promise, rounds) if rounds else None

    def _summarise(self) -> None:
        found = {promise.name: self.summary(promise) for promise in PROMISES}
        text = json.dumps({name: summary for name, summary in found.items() if summary}, indent=1)
        target = self._directory / "promises.json"
        temporary = target.with_suffix(".tmp")
        temporary.write_text(text + "\n")
        temporary.replace(target)


def summarised(promise: Promise, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """`{"holds", "count", "figure", …}`: it holds when every round was run and every round held."""
    evidence = [each for found in rounds for each in found["evidence"]]
    values: dict[str, Any] = {
        "count": sum(each["count"] for each in evidence),
        "broken": sum(each["broken"] for each in evidence),
    }
    for name in {name for each in evidence for name in each["figures"]}:
        measured = [each["figures"][name] for each in evidence if name in each["figures"]]
        values |= {f"{name}_max": max(measured), f"{name}_sum": sum(measured)}
    try:
        figure = promise.figure.format_map(values)
    except KeyError as missing:
        figure = f"not measured: {missing}"
    held = all(found["held"] for found in rounds)
    return {
        "holds": held and len(rounds) >= promise.rounds,
        "held": held,
        "count": values["count"],
        "figure": figure,
        "says": promise.says,
        "rounds": f"{len(rounds)}/{promise.rounds}",
        "violations": [words for each in evidence for words in each["violations"]][:20],
    }
