"""A relay between a publisher and its subscribers that loses some of what passes."""

import asyncio
import contextlib
import random
from pathlib import Path

import zmq


class LossyRelay:
    """Binds `endpoint`, follows `source`, and drops each frame with a chance of `loss`; subscriptions pass whole."""

    def __init__(self, source: str, endpoint: str, loss: float, seed: int) -> None:
        """Begin, in the running loop."""
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
        self._front: zmq.Socket[bytes] = context.socket(zmq.XPUB)
        self._back: zmq.Socket[bytes] = context.socket(zmq.XSUB)
        for socket in (self._front, self._back):
            socket.setsockopt(zmq.LINGER, 0)
        self._front.setsockopt(zmq.XPUB_VERBOSER, 1)
        self._back.connect(source)
        self._front.bind(endpoint)
        Path(endpoint.removeprefix("ipc://")).chmod(0o600)
        self._loss, self._random = loss, random.Random(seed)
        self.dropped = 0
        self._task = asyncio.get_running_loop().create_task(self._relay())

    async def close(self) -> None:
        """End."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._front.close()
        self._back.close()

    async def _relay(self) -> None:
        while True:
            with contextlib.suppress(zmq.Again):
                while True:
                    self._back.send(self._front.recv(zmq.NOBLOCK))
            with contextlib.suppress(zmq.Again):
                while True:
                    self._pass(self._back.recv(zmq.NOBLOCK))
            await asyncio.sleep(0.002)

    def _pass(self, frame: bytes) -> None:
        if self._random.random() < self._loss:
            self.dropped += 1
        else:
            self._front.send(frame)
