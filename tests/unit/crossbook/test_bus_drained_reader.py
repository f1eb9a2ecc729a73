"""The traps of reading ZeroMQ from an event loop, each with the reader that does not fall into it.

The safety tick is off in all of them but its own, so that it cannot help.
"""

import asyncio
import os
import select
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import zmq

from crossbook.bus import Dealer, Router, dealer, sockets
from crossbook.bus.drained_reader import DrainedReader
from crossbook.bus.sockets import descriptor, new_socket
from crossbook.bus.stats import BusStats
from crossbook.messages.market import BookTop
from testkit.bus import Inbox, comes_true, top

NEVER_MS = 600_000


class Reading:
    """A reader on a socket, with what it has handled."""

    def __init__(self, socket: "zmq.Socket[bytes]", tick_ms: int = NEVER_MS, max_per_turn: int = 512) -> None:
        self.received: list[bytes] = []
        self.turns: list[int] = []
        self.fail_with: Exception | None = None
        self.stats = BusStats("test")
        self._arrived = asyncio.Event()
        self.reader = DrainedReader(
            socket,
            lambda: socket.recv(zmq.NOBLOCK),
            self._handle,
            self.stats,
            after_turn=lambda: self.turns.append(len(self.received)),
            max_per_turn=max_per_turn,
            safety_tick_ms=tick_ms,
        )

    def _handle(self, frame: bytes) -> None:
        self.received.append(frame)
        self._arrived.set()
        if self.fail_with is not None:
            raise self.fail_with

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()


@pytest.fixture
def pair(run_dir: Path) -> Iterator[tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"]]:
    """Two connected PAIR sockets."""
    one, other = new_socket(zmq.PAIR, hwm=10_000), new_socket(zmq.PAIR, hwm=10_000)
    one.bind(f"ipc://{run_dir}/pair.ipc")
    other.connect(f"ipc://{run_dir}/pair.ipc")
    yield one, other
    one.close(linger=0)
    other.close(linger=0)


async def test_trap_1_a_freshly_connected_socket_is_read_although_its_descriptor_is_silent(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"],
) -> None:
    here, there = pair
    for number in range(3):
        there.send(b"%d" % number)
    reading = Reading(here)
    await reading.until(3)
    there.send(b"3")
    await reading.until(4)
    assert reading.received == [b"0", b"1", b"2", b"3"]
    reading.reader.close()


async def test_trap_2_a_send_that_eats_the_edge_does_not_delay_what_has_arrived(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"],
) -> None:
    here, there = pair
    reading = Reading(here)
    there.send(b"first")
    await reading.until(1)
    there.send(b"second")
    assert select.select([descriptor(here)], [], [], 10)[0], "the second message never arrived"
    let_zeromq_look()
    here.send(b"out")
    assert not select.select([descriptor(here)], [], [], 0)[0], "the send left the edge: this test proves nothing"
    reading.reader.after_send()
    await reading.until(2)
    assert reading.received == [b"first", b"second"]
    reading.reader.close()


async def test_trap_2_for_a_dealer_that_sends_from_outside_its_reader(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dealer, "DrainedReader", _without_tick)
    inbox = Inbox()
    router = Router(f"ipc://{run_dir}/bus/r.ipc", inbox.on_request, types=(BookTop,), role="orders")
    asking = Dealer(router.endpoint, b"gateway.1", inbox.on_reply, types=(BookTop,))
    await comes_true(lambda: asking.send(top(0)))
    await inbox.until(lambda: len(inbox.requests) == 1)
    router.send(b"gateway.1", top(1))
    assert select.select([descriptor(asking._socket)], [], [], 10)[0]
    let_zeromq_look()
    assert asking.send(top(2))
    assert not select.select([descriptor(asking._socket)], [], [], 0)[0]
    await inbox.until(lambda: inbox.replies == [top(1)])
    asking.close()
    router.close()


async def test_trap_3_a_handler_whose_own_send_fails_does_not_end_the_drain(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"],
) -> None:
    here, there = pair
    reading = Reading(here)
    reading.fail_with = zmq.Again()
    for number in range(50):
        there.send(b"%d" % number)
    await reading.until(50)
    assert reading.received == [b"%d" % number for number in range(50)]
    await asyncio.sleep(0)
    assert (reading.stats.received, reading.stats.handler_errors) == (50, 50)
    reading.reader.close()


async def test_the_safety_tick_finds_what_no_edge_announced(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"],
) -> None:
    here, there = pair
    reading = Reading(here, tick_ms=5)
    there.send(b"first")
    await reading.until(1)
    there.send(b"second")
    assert select.select([descriptor(here)], [], [], 10)[0]
    let_zeromq_look()
    here.send(b"out")  # and nobody looks again
    await reading.until(2)
    reading.reader.close()


async def test_a_busy_socket_lets_the_loop_go_round(pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"]) -> None:
    here, there = pair
    for _ in range(1_000):
        there.send(b"x")
    await comes_true(lambda: select.select([descriptor(here)], [], [], 0)[0] or not here.poll(0))
    reading = Reading(here, max_per_turn=10)
    between: list[int] = []

    def other_work() -> None:
        between.append(len(reading.received))
        if len(reading.received) < 1_000:
            asyncio.get_running_loop().call_soon(other_work)

    other_work()
    await reading.until(1_000)
    assert len(between) >= 100
    assert max(later - earlier for earlier, later in pairwise(between)) <= 20
    reading.reader.close()


async def test_after_close_nothing_is_handled(pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"]) -> None:
    here, there = pair
    reading = Reading(here, tick_ms=1)
    reading.reader.close()
    reading.reader.close()
    there.send(b"late")
    assert here.poll(10_000), "the message never arrived"
    reading.reader.after_send()
    await asyncio.sleep(0.02)
    assert reading.received == []


def test_queues_are_never_endless() -> None:
    """ZeroMQ's own meaning of a high-water mark of 0."""
    with pytest.raises(ValueError, match="endless queue"):
        new_socket(zmq.DEALER, hwm=0)


def test_a_context_made_before_a_fork_is_not_used_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_contexts", {})
    before = sockets.context()
    assert sockets.context() is before
    monkeypatch.setattr(os, "getpid", lambda: -1)
    after = sockets.context()
    assert after is not before
    before.term()
    after.term()


def let_zeromq_look() -> None:
    """Let the time pass for which ZeroMQ puts off looking into its mailbox when sending, without a turn of the loop."""
    time.sleep(0.01)


def _without_tick(*arguments: object, **options: object) -> object:
    return DrainedReader(*arguments, **options, safety_tick_ms=NEVER_MS)  # type: ignore[arg-type]
