"""The one way a ZeroMQ socket is read: a plain non-blocking socket, drained from the event loop.

ZeroMQ's descriptor is edge-triggered and belongs to the socket's mailbox, not to its messages (MEASURED, traps 1-3):

* it does not become readable before a first receive has been tried, so one is tried at creation;
* a send may eat the edge that announced a message, so the socket is asked again after every send;
* the drain goes on until the socket itself says that it is empty, and only that answer ends it: an error of a handler,
  a failed send inside it included, is counted and logged, and neither ends the drain nor passes for an empty socket;
* a slow safety tick looks at the socket in any case, so that a lost edge costs milliseconds, never a message.

A turn handles a bounded number of messages and then lets the loop go round, so that one busy socket starves nobody.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

import zmq

from crossbook.bus.sockets import descriptor, events
from crossbook.bus.stats import BusStats

Item = TypeVar("Item")

_ASKED = 4
"""After each of the first few messages of a turn the socket is asked whether there is another: dearer than a message
that is there, cheaper than the zmq.Again of one that is not. A longer queue is read without asking."""


class DrainedReader(Generic[Item]):
    """Calls `handle` for each item that `take` gives, whenever the socket has some."""

    def __init__(
        self,
        socket: "zmq.Socket[bytes]",
        take: Callable[[], Item],
        handle: Callable[[Item], None],
        stats: BusStats,
        *,
        after_turn: Callable[[], None] | None = None,
        max_per_turn: int = 512,
        safety_tick_ms: int = 20,
    ) -> None:
        """Start reading in the running loop.

        `take` receives one item without waiting and raises zmq.Again when there is none; it does nothing else.
        `after_turn` is called at the end of every turn in which something was handled.
        """
        self._socket = socket
        self._take = take
        self._handle = handle
        self._after_turn = after_turn
        self._stats = stats
        self._max_per_turn = max_per_turn
        self._tick_s = safety_tick_ms / 1_000
        self._loop = asyncio.get_running_loop()
        self._fd = descriptor(socket)
        self._draining = self._scheduled = self._closed = False
        self._loop.add_reader(self._fd, self._drain)
        self._timer = self._loop.call_later(self._tick_s, self._safety_tick)
        self._schedule(self._drain)

    def after_send(self) -> None:
        """To be called after each send on the socket: what came meanwhile may have lost its announcement to it.

        Asking costs a microsecond, a turn of the loop to look again several: so only what is there is scheduled.
        """
        if not self._draining and events(self._socket) & zmq.POLLIN:
            self._schedule(self._drain)

    def drain_now(self) -> None:
        """Handle what is waiting before judging by its absence; not from inside a handler."""
        self._drain()

    def close(self) -> None:
        """Stop reading. The socket itself is its owner's to close, after this."""
        if self._closed:
            return
        self._closed = True
        self._timer.cancel()
        self._loop.remove_reader(self._fd)

    def _schedule(self, look: Callable[[], None]) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._scheduled_turn, look)

    def _scheduled_turn(self, look: Callable[[], None]) -> None:
        self._scheduled = False
        look()

    def _look(self) -> None:
        if not self._closed and events(self._socket) & zmq.POLLIN:
            self._drain()

    def _safety_tick(self) -> None:
        self._timer = self._loop.call_later(self._tick_s, self._safety_tick)
        self._look()

    def _drain(self) -> None:
        if self._closed or self._draining:
            return
        self._draining = True
        try:
            handled = self._turn()
        finally:
            self._draining = False
        if handled == self._max_per_turn:
            self._schedule(self._drain)
        if handled and self._after_turn is not None and not self._closed:
            self._guarded(self._after_turn)

    def _turn(self) -> int:
        """Handle up to `max_per_turn` items and return how many."""
        handle, take = self._handle, self._take
        for handled in range(self._max_per_turn):
            if self._closed:  # by a handler
                return handled
            try:
                item = take()
            except zmq.Again:
                return handled
            self._stats.received += 1
            try:
                handle(item)
            except Exception as error:  # noqa: BLE001  whatever a handler raises, the next message must still be read
                self._failed(error)
            if handled < _ASKED and not self._closed and not events(self._socket) & zmq.POLLIN:
                return handled + 1
        return self._max_per_turn

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  as above
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._stats.handler_errors += 1
        self._stats.complain("bus_handler_failed", exc_info=True, error=repr(error))
