"""A process of its own that answers every message with itself: `python echo_router.py ENDPOINT`."""

import asyncio
import sys

from crossbook.bus import Router
from crossbook.messages.market import BookTop


async def main(endpoint: str) -> None:
    """Answer for ever."""
    router = Router(endpoint, lambda identity, message: router.send(identity, message), types=(BookTop,), role="echo")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
