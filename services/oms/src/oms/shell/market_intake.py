"""Tops of book on their way into the core: the newest of each instrument, no more often than is worth journalling.

The core sees a top when the price has moved, when time passes (each tick), and just before an intent on its instrument
is judged: risk always decides on the newest and sees a jump at once. In between, tops only replace each other.
"""

from collections.abc import Callable

from crossbook.messages.market import BookInvalid, BookProved, BookTop

MS = 1_000_000
Book = BookTop | BookInvalid | BookProved


class MarketIntake:
    """Holds the newest top per instrument until it is wanted."""

    def __init__(self, feed: Callable[[Book], None], min_interval_ms: int, moved_bps: float) -> None:
        """`feed` gets a top of one instrument at most each `min_interval_ms`; at once if it moved by `moved_bps`."""
        self._feed = feed
        self._min_interval_ns = min_interval_ms * MS
        self._moved = moved_bps / 10_000
        self._waiting: dict[str, BookTop] = {}
        self._given: dict[str, tuple[int, float]] = {}
        """Instrument -> when a top was given last, and its mid."""

    def take(self, message: Book, now_ns: int) -> None:
        """A top waits unless it moved; what makes one invalid or proves it is handed on at once, after that top."""
        if isinstance(message, BookTop):
            self._waiting[message.instrument] = message
            _, mid = self._given.get(message.instrument, (0, 0.0))
            if abs(_mid(message) - mid) >= mid * self._moved:
                self.before_intent(message.instrument, now_ns)
            return
        if isinstance(message, BookInvalid):
            self._waiting.pop(message.instrument, None)
        else:
            self._give(message.instrument, now_ns)
        self._feed(message)

    def before_intent(self, instrument: str, now_ns: int) -> None:
        """An intent on this instrument is about to be judged."""
        given_ns, _ = self._given.get(instrument, (-self._min_interval_ns, 0.0))
        if now_ns - given_ns >= self._min_interval_ns:
            self._give(instrument, now_ns)

    def on_tick(self, now_ns: int) -> None:
        """Time passes: everything that waits."""
        for instrument in list(self._waiting):
            self._give(instrument, now_ns)

    def _give(self, instrument: str, now_ns: int) -> None:
        top = self._waiting.pop(instrument, None)
        if top is not None:
            self._given[instrument] = (now_ns, _mid(top))
            self._feed(top)


def _mid(top: BookTop) -> float:
    return (top.bid + top.ask) / 2
