"""Repeated calls on the loop."""

import asyncio

import pytest

from crossbook.service import Timer


async def test_a_timer_calls_again_and_again_until_it_is_cancelled() -> None:
    calls: list[float] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def call() -> None:
        calls.append(loop.time())
        if len(calls) == 5:
            timer.cancel()
            enough.set()

    timer = Timer(loop, 5, call)
    async with asyncio.timeout(10):
        await enough.wait()
    await asyncio.sleep(0.03)
    assert len(calls) == 5
    assert calls[-1] - calls[0] >= 0.019


async def test_what_a_busy_loop_missed_is_left_out() -> None:
    calls: list[int] = []
    seen = asyncio.Event()

    def call() -> None:
        calls.append(1)
        seen.set()

    loop = asyncio.get_running_loop()
    timer = Timer(loop, 10, call)
    due_s = loop.time() + 0.1
    while loop.time() < due_s:  # ten intervals in which the loop cannot call
        pass
    async with asyncio.timeout(10):
        await seen.wait()
    assert len(calls) == 1
    timer.cancel()


@pytest.mark.parametrize("interval_ms", [0, -5])
async def test_an_interval_must_be_positive(interval_ms: int) -> None:
    with pytest.raises(ValueError, match="cannot have an interval"):
        Timer(asyncio.get_running_loop(), interval_ms, lambda: None)
