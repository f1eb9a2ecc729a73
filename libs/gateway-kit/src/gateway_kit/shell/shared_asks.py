"""Questions that many ask at once are asked of the venue once.

After a restart a hundred orders may be in doubt, and each wants to see the symbol's open orders and its history before
it counts as absent. Asked one by one that floods the venue, and nothing is proven for want of answers. So whoever asks
while a request is under way waits for the next one, which is sent for all who have come meanwhile: an answer is never
older than its question.
"""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from gateway_kit.outcome_resolver import Heard
from gateway_kit.requests import Ask, Kind

_SHARED = frozenset({Kind.OPEN_ORDERS, Kind.HISTORY})
_SINCE_STEP_MS = 10_000
"""Histories that begin within the same ten seconds are one question, from the earlier moment on."""


class SharedAsks:
    """Stands between procedures and the line to the venue."""

    def __init__(self, ask: Callable[[Ask], Awaitable[Heard]]) -> None:
        """`ask` sends a question to the venue and waits for its answer."""
        self._ask = ask
        self._waiting: dict[Ask, asyncio.Task[Heard]] = {}
        self._under_way: dict[Ask, asyncio.Task[Heard]] = {}

    async def ask(self, ask: Ask) -> Heard:
        """The answer to a question that was sent after this call, perhaps for others too."""
        if ask.kind not in _SHARED:
            return await self._ask(ask)
        shared = replace(ask, since_ms=ask.since_ms // _SINCE_STEP_MS * _SINCE_STEP_MS)
        task = self._waiting.get(shared)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._send_after(self._under_way.get(shared), shared))
            self._waiting[shared] = task
        return await asyncio.shield(task)

    async def _send_after(self, before: "asyncio.Task[Heard] | None", ask: Ask) -> Heard:
        if before is not None:
            await asyncio.wait([before])
        task = self._under_way[ask] = self._waiting.pop(ask)
        try:
            return await self._ask(ask)
        finally:
            if self._under_way.get(ask) is task:
                del self._under_way[ask]
