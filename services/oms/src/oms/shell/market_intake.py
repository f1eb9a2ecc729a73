"""Tops of book on their way into the core: the newest of each instrument, no more often than is worth journalling.

The core sees a top when time passes (each tick) and just before an intent on its instrument is judged, so that risk
always decides on the newest; in between tops only replace each other.
"""

from collections.abc import Callable

from crossbook.messages.market import BookInvalid, BookProved, BookTop

MS = 1_000_000
Book = BookTop | BookInvalid | BookProved


class MarketIntake:
    """Holds the newest top per instrument until it is wanted."""

    def __init__(self, feed: Callable[[Book], None], min_interval_ms: int) -> None:
        self._feed = feed
        self._min_interval_ns = min_interval_ms * MS
        self._waiting: dict[str, BookTop] = {}
        self._given_ns: dict[str, int] = {}

    def take(self, message: Book, now_ns: int) -> None:
        """A top waits; what makes one invalid or proves it is handed on at once, after the top it speaks of."""
        if isinstance(message, BookTop):
            self._waiting[message.instrument] = message
            return
        if isinstance(message, BookInvalid):
            self._waiting.pop(message.instrument, None)
        else:
            self._give(message.instrument, now_ns)
        self._feed(message)

    def before_intent(self, instrument: str, now_ns: int) -> None:
        """An intent on this instrument is about to be judged."""
        if now_ns - self._given_ns.get(instrument, 0) >= self._min_interval_ns:
            self._give(instrument, now_ns)

    def on_tick(self, now_ns: int) -> None:
        """Time passes: everything that waits."""
        for instrument in list(self._waiting):
            self._give(instrument, now_ns)

    def _give(self, instrument: str, now_ns: int) -> None:
        top = self._waiting.pop(instrument, None)
        if top is not None:
            self._given_ns[instrument] = now_ns
            self._feed(top)
