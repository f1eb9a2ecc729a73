"""Runs the kit's procedures (generators that yield questions and pauses) against a venue."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from gateway_kit.outcome_resolver import Heard, Pause, Step
from gateway_kit.requests import Ask

Result = TypeVar("Result")


async def run(procedure: Generator[Step, Heard | None, Result], ask: Callable[[Ask], Awaitable[Heard]]) -> Result:
    """Drive a procedure to its end and return what it returns."""
    heard: Heard | None = None
    try:
        while True:
            step = procedure.send(heard)
            if isinstance(step, Pause):
                await asyncio.sleep(step.ms / 1e3)
                heard = None
            else:
                heard = await ask(step)
    except StopIteration as end:
        result: Result = end.value
        return result
