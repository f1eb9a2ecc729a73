"""Log lines: one JSON object each, few of a kind, no secrets."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from crossbook.clock import ManualClock
from crossbook.telemetry import configure_logging, get_logger, redact, register_secret
from crossbook.telemetry.rate_limit import LineLimit


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Logging as a service has it; the result gives the lines written so far."""
    stream = io.StringIO()
    root, hook = logging.getLogger(), sys.excepthook
    before = (root.handlers, root.level)
    configure_logging("oms", level="info", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers, root.level = before
    sys.excepthook = hook


def test_a_line_says_when_how_bad_who_what_and_then_the_rest(lines: Callable[[], list[dict[str, Any]]]) -> None:
    get_logger().info("order_rejected", code=-2010, venue="binance")
    (line,) = lines()
    assert list(line) == ["ts", "level", "service", "event", "code", "venue"]
    assert (line["level"], line["service"], line["event"], line["code"]) == ("info", "oms", "order_rejected", -2010)
    assert line["ts"].endswith("Z")


def test_below_the_level_nothing_is_written(lines: Callable[[], list[dict[str, Any]]]) -> None:
    get_logger().debug("detail")
    assert lines() == []


def test_an_exception_is_one_line_with_its_traceback(lines: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        raise ValueError("torn")
    except ValueError:
        get_logger().error("journal_broken", exc_info=True)
    (line,) = lines()
    assert "ValueError: torn" in line["exception"]


def test_what_libraries_log_comes_out_the_same_way(lines: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("aiohttp.client").warning("closing %s", "session")
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"], line["text"]) == (
        "library_log",
        "warning",
        "aiohttp.client",
        "closing session",
    )


def test_a_flood_is_few_lines_and_says_how_many_it_held_back(lines: Callable[[], list[dict[str, Any]]]) -> None:
    for _ in range(10_000):
        get_logger().error("lost_order")
    get_logger().error("something_else")
    events = [line["event"] for line in lines()]
    assert events.count("lost_order") <= 30
    assert events.count("something_else") == 1


def test_secrets_are_replaced_wherever_they_turn_up(lines: Callable[[], list[dict[str, Any]]]) -> None:
    register_secret('ca"nary-9c1e')
    try:
        raise RuntimeError('signed with ca"nary-9c1e')
    except RuntimeError:
        get_logger().error("request_failed", url="https://x/?key=ca%22nary-9c1e", key='ca"nary-9c1e', exc_info=True)
    text = json.dumps(lines())
    assert "nary-9c1e" not in text
    assert text.count("[redacted]") >= 3


def test_each_line_of_a_private_key_is_a_secret() -> None:
    register_secret("-----BEGIN KEY-----\nMC4CAQAwBQYDK2Vw\nBCIEIG6yyzyjsTgn\n-----END KEY-----\n")
    assert redact("read BCIEIG6yyzyjsTgn here") == "read [redacted] here"


def test_what_is_too_short_to_be_a_secret_is_left() -> None:
    register_secret("abc")
    register_secret("")
    assert redact("abcdef") == "abcdef"


def test_an_event_is_limited_by_itself_and_told_when_it_comes_again() -> None:
    clock = ManualClock()
    limit = LineLimit(clock.monotonic_ns, per_event=2, in_total=100)
    passed = [_passes(limit, "a") for _ in range(5)] + [_passes(limit, "b")]
    assert passed == [{}, {}, None, None, None, {}]
    clock.advance_ms(1_000)
    assert _passes(limit, "a") == {"repeated": 3}
    assert _passes(limit, "a") == {}


def test_the_last_words_of_a_process_are_never_held_back(lines: Callable[[], list[dict[str, Any]]]) -> None:
    for number in range(1_000):
        get_logger().error(f"noise_{number}")
    get_logger().critical("service_failed")
    assert lines()[-1]["event"] == "service_failed"


def test_all_events_together_are_limited() -> None:
    limit = LineLimit(ManualClock().monotonic_ns, per_event=2, in_total=50)
    written = [key for key in map(str, range(100_000)) if limit.passes(key)]
    assert len(written) == 50
    held = limit.take_held()
    assert sum(held.values()) == 100_000 - 50
    assert len(held) <= 1_001


def test_what_was_held_back_can_be_told_although_it_never_came_again() -> None:
    limit = LineLimit(ManualClock().monotonic_ns, per_event=1)
    for _ in range(4):
        limit.passes("a")
    assert limit.take_held() == {"a": 3}
    assert limit.take_held() == {}


def _passes(limit: LineLimit, event: str) -> dict[str, Any] | None:
    """What the limiter adds to a line, or None where it holds it back."""
    try:
        line = dict(limit(None, "error", {"event": event}))
    except structlog.DropEvent:
        return None
    del line["event"]
    return line
