"""`python -m bench`: measure both stacks by turns, print the table, write `bench/results/latest.json`."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable

from rich.console import Console

from bench import gateway_flood, oms_flood, tick_to_order
from bench.layout import STACKS
from bench.processes import BenchFailed
from bench.results import Figures, write
from bench.table import aims, table

RATES = (100, 1_000, 5_000)
PARTS = ("tick_to_order", "gateway", "oms")
BUDGET_S = 540.0
"""No further repetition begins that would not end by then: the whole is promised within ten minutes."""


def main(argv: list[str] | None = None) -> int:
    """Run what was asked; 0, or 1 with a reason when something could not be measured."""
    options = _options(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console, figures = Console(), Figures()
    begun = time.monotonic()
    load = os.getloadavg()[0]
    try:
        repetitions = _repeat(options, figures, console, begun)
    except BenchFailed as failure:
        console.print(f"bench: {failure}", style="red", highlight=False, markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("bench: interrupted; nothing is written")
        return 130
    lines = figures.lines()
    if not options.quick and options.only is None:
        write(lines)
    told = f"{repetitions} repetitions in {time.monotonic() - begun:.0f} s on {os.cpu_count()} cores"
    console.print(table(lines, f"{told}; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after"))
    for aim in aims(lines):
        console.print(aim, highlight=False)
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part instead of all; nothing is written")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="ticks a second (default: 100 1000 5000)")
    parser.add_argument("--stacks", nargs="+", choices=list(STACKS), default=list(STACKS), help="default: both")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions; figures are their medians (default: 3)")
    parser.add_argument("--quick", action="store_true", help="one short repetition, for a look; nothing is written")
    return parser.parse_args(argv)


def _repeat(options: argparse.Namespace, figures: Figures, console: Console, begun: float) -> int:
    longest_s = 0.0
    for number in range(1 if options.quick else options.repeat):
        since = time.monotonic()
        if since - begun + longest_s > BUDGET_S:
            return number
        for part, measure in _parts(options, figures).items():
            for stack in options.stacks:
                console.print(f"{number + 1}: {part} on {stack} …", style="dim", highlight=False)
                measure(stack)
        longest_s = max(longest_s, time.monotonic() - since)
    return number + 1


def _parts(options: argparse.Namespace, figures: Figures) -> dict[str, Callable[[str], None]]:
    quick = options.quick
    seconds, frames = (1.0, 10_000) if quick else (4.0, 100_000)
    every: dict[str, Callable[[str], None]] = {
        "tick_to_order": lambda stack: tick_to_order.measure(
            stack, figures, options.rates, warm_s=0.3 if quick else 1.0, seconds=seconds
        ),
        "gateway": lambda stack: gateway_flood.measure(stack, figures, frames),
        "oms": lambda stack: oms_flood.measure(stack, figures, seconds),
    }
    return {part: every[part] for part in PARTS if options.only in (None, part)}


if __name__ == "__main__":
    sys.exit(main())
