"""The watchdog counts its own rounds against the loop's."""

import threading
import time

from crossbook.service.watchdog import Watchdog


def test_a_loop_that_does_not_tick_is_reported_with_the_limit() -> None:
    stalled = threading.Event()
    seen: list[int] = []

    def on_stall(stall_ms: int) -> None:
        seen.append(stall_ms)
        stalled.set()

    watchdog = Watchdog(100, on_stall)
    watchdog.start()
    assert stalled.wait(10)
    watchdog.stop()
    assert seen[0] == 100


def test_a_loop_that_ticks_is_left_alone() -> None:
    stalls: list[int] = []
    watchdog = Watchdog(200, stalls.append)
    watchdog.start()
    deadline = time.monotonic() + 0.6
    while time.monotonic() < deadline:
        watchdog.tick()
        time.sleep(0.005)
    watchdog.stop()
    assert stalls == []
