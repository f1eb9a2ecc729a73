"""Drives a procedure of the kit second by second: answers come from a function, pauses wind a clock by hand."""

from collections.abc import Callable, Generator
from typing import TypeVar

from gateway_kit.order_words import Answer
from gateway_kit.outcome_resolver import Heard, Pause, Step
from gateway_kit.requests import Ask

Result = TypeVar("Result")


class Runner:
    """Keeps what was asked and when."""

    def __init__(self, answer: Callable[[Ask, int], Answer], latency_ms: int = 10) -> None:
        """`answer(ask, now_ms)`; each takes `latency_ms`."""
        self._answer, self._latency_ms = answer, latency_ms
        self.now_ms = 0
        self.asked: list[tuple[int, Ask]] = []

    def run(self, procedure: Generator[Step, Heard | None, Result], limit_ms: int = 600_000) -> Result:
        """To its end; AssertionError when it has none within `limit_ms`."""
        heard: Heard | None = None
        while self.now_ms < limit_ms:
            try:
                step = procedure.send(heard)
            except StopIteration as end:
                result: Result = end.value
                return result
            heard = None
            if isinstance(step, Pause):
                self.now_ms += step.ms
            else:
                self.asked.append((self.now_ms, step))
                self.now_ms += self._latency_ms
                heard = Heard(self._answer(step, self.now_ms), self.now_ms * 1_000_000)
        raise AssertionError(f"not at its end after {self.now_ms} ms")
