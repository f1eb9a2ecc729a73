"""What shows only with time: books that need a snapshot, silence, crossed books, proofs, audits.

Called every few tens of milliseconds by the shell with the time, it answers with what the venue should be asked; the
shell asks, and brings the answers back. One instrument's trouble touches no other.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gateway_kit.book_audit import BookAudit, Finding
from gateway_kit.clock_offset import ClockOffset
from gateway_kit.feed_publisher import FeedPublisher
from gateway_kit.freshness import Answer, Freshness
from gateway_kit.instrument_feed import FeedCounts, InstrumentFeed
from gateway_kit.market_dialect import BestQuote, DepthSnapshot
from gateway_kit.resync_schedule import ResyncSchedule

MS = 1_000_000

PROBE_PATIENCE_NS = 3_000 * MS
"""One question for best quotes at a time, unless its answer stays away for so long."""


class Purpose(StrEnum):
    """Why a snapshot is asked for."""

    SYNC = "sync"
    AUDIT = "audit"


class AskSnapshot(NamedTuple):
    """Ask for a depth snapshot and bring it to `on_snapshot`."""

    symbol: str
    purpose: Purpose


class AskQuotes(NamedTuple):
    """Ask for the best quotes of quiet instruments and bring them to `on_quotes`."""

    symbols: tuple[str, ...]


class Resubscribe(NamedTuple):
    """Subscribe anew to an instrument's book streams: they are silent."""

    symbol: str
    reason: str


Ask = AskSnapshot | AskQuotes | Resubscribe


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """Times of the watch, per market of a venue."""

    crossed_ms: int = 500
    """A book crossed for longer is wrong."""
    late_ms: int = 1_000
    """Depth messages come so long after the venue's time in them: what we have is old. 0: not judged."""
    depth_owed_ms: int = 3_000
    """Best quotes move on but no depth message follows for so long: the depth stream is silent."""
    probe_after_ms: int = 500
    """Quiet for so long: ask the venue. Together with a round trip it must stay below the strategies' age limit."""
    probe_grace_ms: int = 300
    """How long an update may lag behind an answer that disagrees."""
    prove_every_ms: int = 100
    """A top that stands while its book moves on is published as proved at most this often."""
    audit_every_ms: int = 60_000
    """0: no audits."""
    audit_levels: int = 10
    resync_spacing_ms: int = 2_000
    resync_ceiling_ms: int = 60_000


class InstrumentWatch:
    """The watch over one instrument."""

    __slots__ = ("audit", "feed", "freshness", "resync", "streaming_since_ns")

    def __init__(self, feed: InstrumentFeed, settings: WatchSettings) -> None:
        """Not streaming yet."""
        self.feed = feed
        self.resync = ResyncSchedule(spacing_ms=settings.resync_spacing_ms, ceiling_ms=settings.resync_ceiling_ms)
        self.freshness = Freshness(probe_after_ms=settings.probe_after_ms, grace_ms=settings.probe_grace_ms)
        self.audit = BookAudit(every_ms=settings.audit_every_ms, levels=settings.audit_levels)
        self.streaming_since_ns = 0
        """Since when the depth stream has been subscribed without a break; 0: it is not."""

    def lag_ms(self, clock: ClockOffset) -> int:
        """How long after the venue's time in it the newest depth message came, at least; 0 where it is not known."""
        feed, waiting = self.feed, self.feed.sync.waiting
        time_ms, received_ns = feed.depth_time_ms, feed.depth_received_ns
        if waiting:
            time_ms, received_ns = waiting[-1].change.time_ms, waiting[-1].received_ns
        if not time_ms or not clock.is_known:
            return 0
        return (clock.venue_time_ns(received_ns) - clock.round_trip_ns // 2) // MS - time_ms

    def trouble(self, settings: WatchSettings, clock: ClockOffset, now_ns: int) -> str:
        """Why the book must not be trusted any longer; empty when it may."""
        feed = self.feed
        if settings.late_ms and (lag_ms := self.lag_ms(clock)) > settings.late_ms:
            return f"late: depth came {lag_ms} ms after the venue's time"
        if feed.crossed_since_ns and now_ns - feed.crossed_since_ns >= settings.crossed_ms * MS:
            return f"crossed for {settings.crossed_ms} ms"
        if feed.depth_owed_since_ns and now_ns - feed.depth_owed_since_ns >= settings.depth_owed_ms * MS:
            return f"silent: best quotes move but no depth message came for {settings.depth_owed_ms} ms"
        if self.freshness.is_silent(feed.updated_ns, now_ns):
            return f"silent: {self.freshness.told}"
        return ""

    def start_over(self) -> None:
        """Forget open questions about a book that is being built anew."""
        self.freshness.forget()
        self.audit.forget()


class FeedWatch:
    """The watch over all instruments of a market."""

    def __init__(
        self,
        publisher: FeedPublisher,
        counts: FeedCounts,
        settings: WatchSettings,
        clock: ClockOffset,
        jitter: Callable[[], float],
    ) -> None:
        """`clock` is the venue's; `jitter` gives a random number in [0, 1)."""
        self._publisher, self._counts, self._settings, self._jitter = publisher, counts, settings, jitter
        self._clock = clock
        self._watches: dict[str, InstrumentWatch] = {}
        self._probing_until_ns = 0

    def add(self, feed: InstrumentFeed) -> None:
        """Watch over an instrument."""
        self._watches[feed.symbol] = InstrumentWatch(feed, self._settings)

    def streaming(self, symbols: Iterable[str], now_ns: int) -> None:
        """The depth streams of these symbols are subscribed now: snapshots from now on fit."""
        for symbol in symbols:
            watch = self._watches[symbol]
            watch.streaming_since_ns = now_ns
            # Audits of many instruments do not fall together.
            watch.audit.next_ns = now_ns + int(self._settings.audit_every_ms * MS * (0.5 + self._jitter()))

    def disconnected(self, symbols: Iterable[str], reason: str, now_ns: int) -> None:
        """The connection that carried the depth streams of these symbols is gone."""
        for symbol in symbols:
            watch = self._watches[symbol]
            watch.streaming_since_ns = 0
            watch.start_over()
            watch.feed.disconnected(reason, now_ns)

    def on_timer(self, now_ns: int) -> list[Ask]:
        """What to ask the venue now."""
        asks: list[Ask] = []
        quiet: list[str] = []
        for watch in self._watches.values():
            if watch.feed.trusted:
                self._watch_over(watch, now_ns, asks, quiet)
            if not watch.feed.trusted and self._needs_snapshot(watch, now_ns):
                watch.resync.asked(now_ns)
                asks.append(AskSnapshot(watch.feed.symbol, Purpose.SYNC))
        if quiet and now_ns >= self._probing_until_ns:
            self._probing_until_ns = now_ns + PROBE_PATIENCE_NS
            for symbol in quiet:
                self._watches[symbol].freshness.asked(now_ns)
            asks.append(AskQuotes(tuple(quiet)))
        return asks

    def on_snapshot(
        self, symbol: str, snapshot: DepthSnapshot, purpose: Purpose, asked_ns: int, received_ns: int
    ) -> None:
        """The snapshot asked for at `asked_ns` has come."""
        watch = self._watches[symbol]
        if purpose is Purpose.AUDIT:
            if watch.feed.trusted:
                watch.audit.take(snapshot, received_ns)
            return
        if watch.feed.sync.live:
            watch.resync.answered()
        elif not watch.streaming_since_ns or asked_ns < watch.streaming_since_ns:
            watch.resync.failed(received_ns, self._jitter())
        elif watch.feed.on_snapshot(snapshot, received_ns) and watch.feed.trusted:
            watch.resync.answered()
        else:
            watch.resync.failed(received_ns, self._jitter())

    def on_snapshot_failed(self, symbol: str, purpose: Purpose, now_ns: int, retry_at_ns: int = 0) -> None:
        """There is no snapshot; `retry_at_ns` is when the venue or the rate limiter lets us ask again."""
        if purpose is Purpose.SYNC:
            self._watches[symbol].resync.failed(now_ns, self._jitter(), retry_at_ns)

    def on_quotes(self, quotes: Sequence[BestQuote], asked_ns: int, now_ns: int) -> None:
        """The venue's best quotes, asked for at `asked_ns`. Without any, ages simply grow."""
        self._probing_until_ns = 0
        for quote in quotes:
            watch = self._watches.get(quote.symbol)
            if watch is None or not watch.feed.trusted:
                continue
            feed = watch.feed
            if watch.freshness.answered(feed.top, quote, feed.updated_ns, asked_ns, now_ns) is Answer.PROVED:
                self._publisher.prove(feed, asked_ns)

    def _needs_snapshot(self, watch: InstrumentWatch, now_ns: int) -> bool:
        if not watch.streaming_since_ns or not watch.resync.is_due(now_ns):
            return False
        is_late = self._settings.late_ms and watch.lag_ms(self._clock) > self._settings.late_ms
        return not is_late  # a fresh snapshot under old messages would be wrong again at the next one

    def _watch_over(self, watch: InstrumentWatch, now_ns: int, asks: list[Ask], quiet: list[str]) -> None:
        feed, settings = watch.feed, self._settings
        trouble = watch.trouble(settings, self._clock, now_ns) or self._audited(watch, now_ns)
        if trouble:
            watch.start_over()
            feed.invalidate(trouble, now_ns)
            if trouble.startswith("silent"):
                asks.append(Resubscribe(feed.symbol, trouble))
            return
        self._publisher.flush(feed, now_ns)
        if not feed.crossed_since_ns:
            self._publisher.prove(feed, feed.updated_ns, settings.prove_every_ms * MS)
        if watch.freshness.is_due(feed.updated_ns, now_ns):
            quiet.append(feed.symbol)
        if settings.audit_every_ms and watch.audit.is_due(now_ns):
            watch.audit.asked(now_ns)
            asks.append(AskSnapshot(feed.symbol, Purpose.AUDIT))

    def _audited(self, watch: InstrumentWatch, now_ns: int) -> str:
        finding = watch.audit.settle(watch.feed.sync, now_ns)
        if finding is Finding.AGREES:
            self._counts.audits_agreed += 1
        elif finding is Finding.DIFFERS:
            self._counts.audits_differed += 1
            return f"audit: {'; '.join(watch.audit.differences[:4])}"
        return ""
