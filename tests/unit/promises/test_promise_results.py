"""What the rounds of a promise add up to."""

import json
from pathlib import Path
from typing import Any

from promises.catalogue import PROMISES
from promises.results import Results

P1 = next(promise for promise in PROMISES if promise.name == "P1")


def found(count: int = 2_000, broken: int = 0) -> list[dict[str, Any]]:
    return [{"count": count, "broken": broken, "violations": ["twice"] * broken, "figures": {"gateway_kills": 1}}]


def test_a_promise_holds_when_every_round_was_run_and_held(tmp_path: Path) -> None:
    results = Results(tmp_path, "build-1")
    for number in range(1, P1.rounds):
        results.add(P1, number, True, found())
    summary = json.loads((tmp_path / "promises.json").read_text())["P1"]
    assert (summary["holds"], summary["held"]) == (False, True)
    results.add(P1, P1.rounds, True, found())
    summary = json.loads((tmp_path / "promises.json").read_text())["P1"]
    assert summary["holds"]
    assert summary["count"] == 100_000
    assert summary["figure"] == "0 duplicates of 100000 intents, 50 gateway kills"


def test_one_broken_round_breaks_it(tmp_path: Path) -> None:
    results = Results(tmp_path, "build-1")
    for number in range(1, P1.rounds + 1):
        results.add(P1, number, number != 3, found(broken=number == 3))
    summary = results.summary(P1)
    assert summary is not None
    assert not summary["holds"]
    assert summary["violations"] == ["twice"]


def test_rounds_of_another_build_do_not_count(tmp_path: Path) -> None:
    Results(tmp_path, "build-1").add(P1, 1, True, found())
    assert Results(tmp_path, "build-1").rounds(P1) != []
    assert Results(tmp_path, "build-2").rounds(P1) == []
    assert Results(tmp_path, "build-2").summary(P1) is None
