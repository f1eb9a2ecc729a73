"""Run the rounds that are missing: `python -m promises [P1 P9 …] [--rounds N] [--fresh]`.

One round is one pytest process. An interrupted run goes on where it was, as long as the code is the same commit.
Exit status: 0 every promise asked for holds, 1 one does not or has rounds missing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from crossbook.service.build import build
from promises.catalogue import PROMISES, Promise
from promises.results import Results
from testkit.evidence import EVIDENCE, FULL

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Everything asked for, one after another."""
    asked = _arguments()
    results = Results(ROOT / "run", build())
    wanted = [promise for promise in PROMISES if not asked.names or promise.name in asked.names]
    if asked.fresh:
        for promise in wanted:
            results.file(promise).unlink(missing_ok=True)
    return max([_prove(promise, results, asked.rounds) for promise in wanted], default=1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="promises", description=__doc__)
    names = [promise.name for promise in PROMISES]
    parser.add_argument("names", nargs="*", metavar="PROMISE", help=f"of {', '.join(names)}; all of them by default")
    parser.add_argument("--rounds", type=int, help="at most so many rounds of each now")
    parser.add_argument("--fresh", action="store_true", help="forget the rounds there are")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(names)
    if unknown:
        parser.error(f"no such promise: {', '.join(sorted(unknown))}")
    return asked


def _prove(promise: Promise, results: Results, at_most: int | None) -> int:
    done = {found["round"] for found in results.rounds(promise)}
    missing = [number for number in range(1, promise.rounds + 1) if number not in done]
    for number in missing[:at_most]:
        print(f"{promise.name} round {number}/{promise.rounds}: {promise.says}", flush=True)
        held, evidence = _round(promise, number)
        results.add(promise, number, held, evidence)
        if not held:
            break
    summary = results.summary(promise)
    if summary is None:
        return 1
    verdict = "holds" if summary["holds"] else "holds so far" if summary["held"] else "DOES NOT HOLD"
    print(f"{promise.name} {verdict} ({summary['rounds']} rounds): {summary['figure']}", flush=True)
    return 0 if summary["holds"] else 1


def _round(promise: Promise, number: int) -> tuple[bool, list[dict[str, Any]]]:
    """One run of the promise's tests; whether they passed, and what they found."""
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / "evidence.jsonl"
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=short", promise.tests]
        command += [f"--timeout={promise.patience_s}", f"--hypothesis-seed={number}"]
        environment = {**os.environ, FULL: str(number), EVIDENCE: str(target)}
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        evidence = [json.loads(line) for line in target.read_text().splitlines()] if target.exists() else []
    if ended.returncode:
        log = ROOT / "run" / "promises" / f"{promise.name}-round-{number}.log"
        log.write_text(ended.stdout + ended.stderr)
        print(f"{promise.name} round {number} failed: {log}", file=sys.stderr)
    return ended.returncode == 0 and bool(evidence), evidence


if __name__ == "__main__":
    sys.exit(main())
