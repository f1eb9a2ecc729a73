"""The process's ZeroMQ context, and the options that every socket gets before it binds or connects."""

import os
from typing import Final, cast

import zmq

HEARTBEAT_INTERVAL_MS: Final = 500
HEARTBEAT_TIMEOUT_MS: Final = 2_000
"""ZeroMQ's own heartbeats find a peer that is half open or stopped; they work only when set before connecting.

Conversations have them. Publishing does without: libzmq 4.3.5 aborts the whole process when they time out while a
subscriber's queue is full (MEASURED: `Assertion failed: _input_stopped`, and `!_io_error`), which is what a stalled
reader brings about. There the beats that we publish ourselves tell, and TCP's own probes find what is half open.
"""
KEEPALIVE_S: Final = 2
"""Of a TCP connection that is silent for so long the other end is asked, each second, three times."""
_PUBLISHING: Final = frozenset({zmq.PUB, zmq.XPUB, zmq.SUB, zmq.XSUB})
RECONNECT_MS: Final = 20
RECONNECT_MAX_MS: Final = 500
MAX_MESSAGE_BYTES: Final = 16 * 1024 * 1024
"""A peer that announces a larger message is cut off instead of being given the memory."""

_contexts: dict[int, "zmq.Context[zmq.Socket[bytes]]"] = {}


def context() -> "zmq.Context[zmq.Socket[bytes]]":
    """The context of this process, made when first asked for: one that was made before a fork is not usable after."""
    pid = os.getpid()
    if pid not in _contexts:
        _contexts.clear()
        _contexts[pid] = zmq.Context()
    return _contexts[pid]


def close_context() -> None:
    """End the process's context and every socket left open, without waiting for unsent messages."""
    ended = _contexts.pop(os.getpid(), None)
    if ended is not None:
        ended.destroy(linger=0)


def new_socket(kind: int, *, hwm: int) -> "zmq.Socket[bytes]":
    """A socket of `kind` with a finite queue of `hwm` messages each way; raises ValueError for an endless one."""
    if hwm <= 0:
        raise ValueError(f"a high-water mark of {hwm} would be an endless queue")
    socket = context().socket(kind)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SNDHWM, hwm)
    socket.setsockopt(zmq.RCVHWM, hwm)
    if kind in _PUBLISHING:
        socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, KEEPALIVE_S)
        socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, 1)
        socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, 3)
    else:
        socket.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT_INTERVAL_MS)
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS)
        socket.setsockopt(zmq.HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS)
    socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, RECONNECT_MAX_MS)
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
    return socket


def descriptor(socket: "zmq.Socket[bytes]") -> int:
    """The file descriptor that announces changes of the socket's state."""
    return cast("int", socket.getsockopt(zmq.FD))


def events(socket: "zmq.Socket[bytes]") -> int:
    """POLLIN and POLLOUT as they are now. Asking takes the descriptor's announcement away: act on the answer."""
    return cast("int", socket.getsockopt(zmq.EVENTS))
