"""The closing report: when a run counts as healthy, and what the figures mean."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from console.inventory import normalised, open_at_venue, own_inventory, venue_inventory
from console.log_lines import uncaused_errors
from console.picture import Picture, ProcessFacts
from console.report import Closing, Counts, make_report
from crossbook.messages.base import OrderState, OrderType, Side, Tif
from crossbook.messages.inventory import Balance, Position
from crossbook.messages.orders import OrderUpdate, QuoteState, QuoteStates

ZERO = Decimal(0)


def position(instrument: str, qty: str) -> Position:
    return Position("binance", "main", instrument, Decimal(qty), *(ZERO,) * 7, 0.0, 1, 0)


def balance(market: str, asset: str, free: str, locked: str) -> Balance:
    return Balance("binance", "main", market, asset, Decimal(free), Decimal(locked), 1, 0)


def order(state: OrderState) -> OrderUpdate:
    return OrderUpdate(
        7, 1, "mm", "main", "BTC-USDT@binance", 1, Side.BUY, OrderType.LIMIT, Tif.GTC, 1, 1, 0, state, None, "", "", 0
    )


TRUTH: dict[str, Any] = {
    "main": {
        "orders": [
            {"client_order_id": "a", "status": "FILLED"},
            {"client_order_id": "b", "status": "PARTIALLY_FILLED"},
        ],
        "positions": {"BTCUSDT": "-0.0100", "ETHUSDT": "0"},
        "balances": {"spot": {"USDT": {"free": "10.50", "locked": "1.5"}, "BNB": {"free": "0", "locked": "0"}}},
    },
    "somebody": {"orders": [{"client_order_id": "c", "status": "NEW"}], "positions": {}, "balances": {}},
}


@pytest.mark.parametrize(
    ("amount", "text"), [("0.10", "0.1"), ("1E+3", "1000"), ("-0.000", "0"), ("12", "12"), ("1E-8", "0.00000001")]
)
def test_amounts_are_normalised(amount: str, text: str) -> None:
    assert normalised(Decimal(amount)) == text


def test_equal_holdings_give_equal_flat_figures_whatever_their_form() -> None:
    ours = own_inventory(
        [position("BTC-USDT-PERP@binance", "-0.01"), position("BTC-USDT@binance", "0.7")],
        [balance("spot", "USDT", "12", "0"), balance("spot", "BNB", "0", "0")],
    )
    venues = venue_inventory(TRUTH, {"BTCUSDT": "BTC-USDT-PERP@binance"}, ["main"])
    assert ours == venues == {"main.balance.spot.USDT": "12", "main.position.BTC-USDT-PERP@binance": "-0.01"}
    assert open_at_venue(TRUTH, ["main"]) == ["b"]


def running_picture() -> Picture:
    picture = Picture()
    facts = ProcessFacts("oms")
    facts.on_supervisor("RUNNING", 10, 5.0)
    histogram = {"count": 4, "mean": 2_000.0, "p50": 1_500, "p99": 9_000, "max": 10_000}
    facts.metrics = {"histograms": {"inventory_sync_ns": histogram}}
    picture.processes["oms"] = facts
    return picture


def test_a_run_in_which_nothing_is_wrong_is_healthy_and_its_latencies_are_in_microseconds() -> None:
    report = make_report(running_picture(), Counts(), Closing(30.0, {"a": "1"}, {"a": "1"}))
    assert report["healthy"] and report["faults"] == []
    sync = report["latency_us"]["inventory_sync"]
    assert (sync["p50"], sync["p99"], sync["max"], sync["count"]) == (1.5, 9.0, 10.0, 4)
    assert report["latency_us"]["tick_to_order"] is None
    json.dumps(report)


@pytest.mark.parametrize(
    ("closing", "fault"),
    [
        (Closing(1, {"a": "1"}, {"a": "2"}), "inventory a: ours 1, the venue's 2"),
        (Closing(1, {}, {"a": "2"}), "inventory a: ours 0, the venue's 2"),
        (Closing(1, open_at_venue=["x"]), "1 orders are still open at the venue"),
        (Closing(1, errors=["oms: boom"]), "1 errors were logged that nobody caused; the first: oms: boom"),
        (Closing(1, troubles=["stopping mm: no"]), "stopping mm: no"),
    ],
)
def test_each_fault_makes_the_run_unhealthy_and_is_named(closing: Closing, fault: str) -> None:
    report = make_report(running_picture(), Counts(), closing)
    assert not report["healthy"]
    assert any(fault in found for found in report["faults"])


def test_an_unknown_order_or_a_dead_process_makes_the_run_unhealthy() -> None:
    picture = running_picture()
    picture.take(order(OrderState.UNKNOWN))
    assert make_report(picture, Counts(), Closing(1))["faults"] == ["1 orders are still unknown"]
    picture.take(order(OrderState.CANCELLED))
    picture.processes["oms"].state = "EXITED"
    assert make_report(picture, Counts(), Closing(1))["faults"] == ["process oms is EXITED"]


def test_a_run_that_never_quoted_is_unhealthy_and_says_why() -> None:
    picture = running_picture()
    blocked = QuoteState("BTC-USDT@binance", Side.BUY, "blocked", "halted", 0, "cause=x")
    picture.take(QuoteStates("mm", (blocked,), 0))
    assert make_report(picture, Counts(), Closing(1))["faults"] == ["nothing was ever quoted: halted cause=x"]
    picture.take(QuoteStates("mm", (msgspec.structs.replace(blocked, state="quoting"),), 0))
    assert make_report(picture, Counts(), Closing(1))["healthy"]


def test_counters_survive_the_restart_of_their_process() -> None:
    counts = Counts()
    counts.take("oms", 10, {"fills": 3})
    counts.take("oms", 10, {"fills": 5})
    counts.take("oms", 11, {"fills": 1})
    counts.take("other", 12, {"fills": 2})
    assert counts.total("fills") == 8
    assert counts.total("nothing") == 0


def test_a_new_pid_is_a_restart_and_an_absence_is_none() -> None:
    facts = ProcessFacts("oms")
    for pid in (10, 10, 0, 11, 11, 12):
        facts.on_supervisor("RUNNING", pid, 1.0)
    assert (facts.pid, facts.restarts) == (12, 2)


def line(level: str, at: str = "2026-01-01T00:00:10+00:00") -> str:
    return json.dumps({"ts": at, "level": level, "service": "oms", "event": "boom", "code": 7})


def test_errors_are_named_and_lesser_lines_are_not() -> None:
    lines = [line("info"), line("warning"), line("error"), line("critical"), ""]
    assert uncaused_errors("oms", lines, []) == ["oms: boom code=7", "oms: boom code=7"]


def test_an_operators_act_excuses_errors_for_a_while_and_only_after_it() -> None:
    act_s = 1767225610.0  # 2026-01-01T00:00:10Z
    assert uncaused_errors("oms", [line("error")], [act_s]) == []
    assert uncaused_errors("oms", [line("error", "2026-01-01T00:00:30.001+00:00")], [act_s]) != []
    assert uncaused_errors("oms", [line("error", "2026-01-01T00:00:09.999+00:00")], [act_s]) != []


def test_a_line_that_is_no_log_line_is_an_error() -> None:
    assert uncaused_errors("oms", ["Traceback (most recent call last):"], []) == [
        "oms: unreadable log line 'Traceback (most recent call last):'"
    ]
