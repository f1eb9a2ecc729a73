"""What a callback of a third-party client has been given, with waiting for what is to come."""

import asyncio
from collections.abc import Callable
from typing import Any


class Heard:
    """A callback that keeps every message; a wrapper of the SDK around one of several models is taken off."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self._news = asyncio.Event()

    def __call__(self, message: Any) -> None:
        self.messages.append(getattr(message, "actual_instance", None) or message)
        self._news.set()

    async def until(self, wanted: Callable[[Any], bool], within_s: float = 10.0) -> Any:
        """The first message that is wanted, heard already or soon; TimeoutError after `within_s` seconds."""
        async with asyncio.timeout(within_s):
            while True:
                for message in self.messages:
                    if wanted(message):
                        return message
                self._news.clear()
                await self._news.wait()
