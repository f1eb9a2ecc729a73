"""Wakes the event loop at exact intervals: loop timers are good to a millisecond, a Linux timerfd to microseconds."""

import asyncio
import ctypes
import os
import time
from collections.abc import Callable

_CLOCK_MONOTONIC = 1
_libc = ctypes.CDLL(None, use_errno=True)


class _Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class _Itimerspec(ctypes.Structure):
    _fields_ = [("interval", _Timespec), ("first", _Timespec)]


async def paced(per_s: float, count: int, send: Callable[[int], None]) -> None:
    """Call `send(number)` for 0, 1, … `count - 1`, `per_s` times a second; those that are late follow at once."""
    loop = asyncio.get_running_loop()
    finished = loop.create_future()
    interval_ns = int(1e9 / per_s)
    begun_ns, number = time.monotonic_ns(), 0

    def turn() -> None:
        nonlocal number
        os.read(fd, 8)
        due = min(count, (time.monotonic_ns() - begun_ns) // interval_ns)
        while number < due:
            send(number)
            number += 1
        if number >= count and not finished.done():
            finished.set_result(None)

    fd = _timer(interval_ns)
    loop.add_reader(fd, turn)
    try:
        await finished
    finally:
        loop.remove_reader(fd)
        os.close(fd)


def _timer(interval_ns: int) -> int:
    fd = int(_libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC))
    if fd < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    each = _Timespec(interval_ns // 1_000_000_000, interval_ns % 1_000_000_000)
    if _libc.timerfd_settime(fd, 0, ctypes.byref(_Itimerspec(each, each)), None):
        raise OSError(ctypes.get_errno(), "timerfd_settime")
    return fd
