"""A process that listens with a short queue and writes what comes: `python lossy_listener.py ENDPOINT HWM STALL_S`.

After its first two hundred messages its loop stands still for STALL_S seconds, while ZeroMQ's own thread goes on.
"""

import asyncio
import sys
import time
from typing import Any

from crossbook.bus import Subscriber
from crossbook.clock import SystemClock


async def main(endpoint: str, hwm: int) -> None:
    """Write a line for each message and each gap, for ever."""
    Subscriber([endpoint], [""], _on_message, _on_gap, types=(), clock=SystemClock(), hwm=hwm)
    await asyncio.Event().wait()


def _on_message(topic: str, sequence: int, message: Any) -> None:
    global _left
    print("message", topic, sequence, 0, flush=True)
    _left -= 1
    if not _left:
        time.sleep(float(sys.argv[3]))


_left = 200


def _on_gap(topic: str, expected: int, got: int) -> None:
    print("gap", topic, expected, got, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
