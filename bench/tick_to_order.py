"""From a tick that the venue sends to the order it brings, through the real processes at several rates.

Each price-moving tick moves the one quote that the market maker has on that instrument, so it should bring one amend.
Measured twice: at the venue, from the send of the tick to the receipt of its order, and between the stamps inside the
processes, stage by stage.
"""

import signal
import time
from collections.abc import Sequence
from typing import Any

from bench.layout import OFFSET_TICKS, STRATEGY
from bench.results import Figures, percentiles
from bench.stack import Desk, desk

NAMES = ("oms", "gateway-binance", STRATEGY)
REFERENCE_RATE = 1_000
"""Stages at this rate are named without it: `receipt_to_internal_p99`."""

MAX_MOVES_PER_S = 1_000
"""Above this rate only every so-manieth tick moves the price: more orders a second than any venue would take."""

PATIENCE_S = 1.0
METRICS_EVERY_S = 1.1
PARTS = ("p50", "p99", "max")

STAGES: tuple[tuple[str, str, str], ...] = (
    ("receipt_to_internal", "gateway-binance", "receipt_to_internal_ns"),
    ("published_to_strategy", STRATEGY, "published_to_decision_ns"),
    ("decide", STRATEGY, "decide_ns"),
    ("decision_to_oms", "oms", "decision_to_oms_ns"),
    ("oms", "oms", "intent_to_gateway_ns"),
    ("oms_core", "oms", "oms_core_ns"),
    ("oms_journal", "oms", "oms_journal_ns"),
    ("oms_to_sent", "gateway-binance", "oms_to_sent_ns"),
    ("decision_to_submission", "gateway-binance", "decision_to_submission_ns"),
    ("gateway_tick_to_order", "gateway-binance", "tick_to_order_ns"),
    ("venue_ack", "gateway-binance", "venue_ack_ns"),
)
"""Figure, process, histogram: in the order in which an order passes them."""


def measure(stack: str, figures: Figures, rates: Sequence[int], warm_s: float, seconds: float) -> None:
    """One start of a stack, every rate in turn."""
    with desk(stack, NAMES) as running:
        for rate in rates:
            _at_rate(running, stack, figures, rate, warm_s, seconds)


def _at_rate(running: Desk, stack: str, figures: Figures, rate: int, warm_s: float, seconds: float) -> None:
    _ticks(running, rate, warm_s, patience_s=0.3)
    for name in NAMES:
        running.processes.signal(name, signal.SIGUSR1)
    before = running.processes.cpu_seconds()
    told = _ticks(running, rate, seconds, PATIENCE_S)
    after = running.processes.cpu_seconds()
    time.sleep(METRICS_EVERY_S)
    _end_to_end(stack, figures, rate, told)
    for name in ("venue", *NAMES):
        busy = (after[name] - before[name]) / (seconds + PATIENCE_S)
        figures.add(stack, f"cpu_{rate}_{name.replace('-', '_')}", busy, "cpu_s_per_s")
    _stages(running, stack, figures, rate)


def _ticks(running: Desk, rate: int, seconds: float, patience_s: float) -> dict[str, Any]:
    return running.venue(
        "/bench/ticks",
        ticks_per_s=rate,
        moves_per_s=min(rate, MAX_MOVES_PER_S),
        seconds=seconds,
        patience_s=patience_s,
        offset_ticks=OFFSET_TICKS,
    )


def _end_to_end(stack: str, figures: Figures, rate: int, told: dict[str, Any]) -> None:
    latencies = told["latencies_ns"]
    if latencies:
        figures.spread(stack, f"tick_to_order_{rate}", percentiles(latencies), 1e6, "ms")
    figures.add(stack, f"tick_to_order_{rate}_delivered", len(latencies) / told["moves"], "share")


def _stages(running: Desk, stack: str, figures: Figures, rate: int) -> None:
    for figure, process, histogram in STAGES:
        found = running.processes.metrics(process)["histograms"].get(histogram)
        if not found or not found["count"]:
            continue
        name = figure if rate == REFERENCE_RATE else f"{figure}_{rate}"
        parts = ("mean", *PARTS) if figure == "decision_to_submission" else PARTS
        figures.spread(stack, name, {part: found[part] for part in parts}, 1e6, "ms")
