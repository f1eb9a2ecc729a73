"""Ends a process whose event loop has stalled: a process that hangs is as dead as one that crashed, but nobody sees it.

The watching thread counts its own rounds, not seconds: when the whole process was stopped and goes on, neither the
loop nor the thread has gone round, and nothing is wrong.
"""

import faulthandler
import os
import sys
import threading
from collections.abc import Callable
from typing import Final

from crossbook.service.exit_codes import EXIT_SOFTWARE

_ROUNDS: Final = 10


class Watchdog:
    """Calls `on_stall` when `tick` has not been called for `stall_ms`."""

    def __init__(self, stall_ms: int, on_stall: Callable[[int], None] | None = None) -> None:
        """`on_stall(stall_ms)` is called in the watching thread; by default it writes all stacks and exits 70."""
        self._stall_ms = stall_ms
        self._on_stall = on_stall or end_process
        self._ticks = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def tick(self) -> None:
        """The loop has gone round."""
        self._ticks += 1

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        seen, unchanged = -1, 0
        while not self._stopped.wait(self._stall_ms / 1_000 / _ROUNDS):
            ticks = self._ticks
            unchanged = unchanged + 1 if ticks == seen else 0
            seen = ticks
            if unchanged >= _ROUNDS:
                self._on_stall(self._stall_ms)
                unchanged = 0


def end_process(stall_ms: int) -> None:
    """Write every thread's stack to stderr and end at once: a loop that hangs cannot be asked to stop."""
    sys.stderr.write(
        f"watchdog: the event loop has stalled for {stall_ms} ms; stacks follow, then exit {EXIT_SOFTWARE}\n"
    )
    sys.stderr.flush()
    faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
    os._exit(EXIT_SOFTWARE)
