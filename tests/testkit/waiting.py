"""Waiting for another process, which offers no event to await, with an end to patience."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def eventually(look: Callable[[], Answer], *, within_s: float = 10.0, every_s: float = 0.05, what: str = "") -> Answer:
    """The first true answer of `look`, asked again and again; AssertionError after `within_s` seconds.

    The time is a limit on patience, generous on purpose, and never the thing measured.
    """
    deadline = time.monotonic() + within_s
    while not (answer := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what or look} did not come about within {within_s} s; last answer: {answer!r}")
        time.sleep(every_s)
    return answer
