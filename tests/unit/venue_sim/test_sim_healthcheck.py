"""The simulated venue is healthy while it moves on, not while it merely answers."""

from itertools import count

import pytest

from venue_sim.shell.healthcheck import trouble

ENDPOINTS = b'{"admin": "http://127.0.0.1:1"}'


def test_venue_that_moves_is_healthy() -> None:
    steps = {"http://127.0.0.1:1": count(7)}
    assert trouble(ENDPOINTS, lambda admin: next(steps[admin]), lambda: None) is None


def test_venue_that_answers_without_moving_is_not() -> None:
    assert trouble(ENDPOINTS, lambda _: 7, lambda: None) == "the venue stands still at step 7"


def test_venue_that_does_not_answer_is_not() -> None:
    def refuse(_: str) -> int:
        raise ConnectionRefusedError("refused")

    assert trouble(ENDPOINTS, refuse, lambda: None) == (
        "no answer from the admin port: ConnectionRefusedError('refused')"
    )


@pytest.mark.parametrize("endpoints", [b"", b"{}", b"[]"])
def test_unreadable_endpoints_are_unhealthy(endpoints: bytes) -> None:
    assert str(trouble(endpoints, lambda _: 1, lambda: None)).startswith("no answer from the admin port")
