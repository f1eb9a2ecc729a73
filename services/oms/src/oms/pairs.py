"""Pairs of intents (arbitrage legs): approved together or not at all, so the first waits for the second."""

from crossbook.messages.orders import PlaceIntent
from oms.context import Context


class Pairs:
    """First halves waiting, until their own `valid_until_ns`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting: dict[tuple[str, int], tuple[bytes, PlaceIntent]] = {}

    def complete(self, peer: bytes, intent: PlaceIntent) -> PlaceIntent | None:
        """The other half of this intent's pair, if it came before; otherwise this one waits."""
        key = (intent.strategy, intent.pair_id)
        first = self._waiting.pop(key, None)
        if first is None:
            self._waiting[key] = (peer, intent)
            return None
        return first[1]

    def waits(self, strategy: str, intent_id: int) -> bool:
        """Whether that very intent is waiting for its other half."""
        return any(i.strategy == strategy and i.intent_id == intent_id for _, i in self._waiting.values())

    def expired(self) -> list[tuple[bytes, PlaceIntent]]:
        """Halves that waited too long; they are taken out."""
        now_ns = self._context.now_ns
        old = [key for key, (_, intent) in self._waiting.items() if intent.valid_until_ns <= now_ns]
        return [self._waiting.pop(key) for key in old]
