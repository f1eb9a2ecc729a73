from collections.abc import Sequence

import pytest

from crossbook.messages.base import Message
from crossbook.messages.market import BookInvalid, BookProved
from gateway_kit.clock_offset import ClockOffset
from gateway_kit.feed_publisher import FeedPublisher
from gateway_kit.feed_watch import Ask, AskQuotes, AskSnapshot, FeedWatch, Purpose, Resubscribe, WatchSettings
from gateway_kit.instrument_feed import FeedCounts, InstrumentFeed
from gateway_kit.sequence_rules import ContiguousRange
from testkit.market_feed import MS, Change, Picture, Quote

SYNC, AUDIT = Purpose.SYNC, Purpose.AUDIT
S = 1_000 * MS


class World:
    """Two instruments under watch, driven by hand."""

    def __init__(self, settings: WatchSettings | None = None) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.counts = FeedCounts()
        publisher = FeedPublisher(self.publish, lambda: 0)
        self.clock = ClockOffset()
        self.settings = settings or WatchSettings(audit_every_ms=0)
        self.watch = FeedWatch(publisher, self.counts, self.settings, self.clock, lambda: 0.5)
        self.feeds = {
            symbol: InstrumentFeed(symbol, symbol, ContiguousRange(), publisher, self.counts)
            for symbol in ("BTCUSDT", "ETHUSDT")
        }
        for feed in self.feeds.values():
            self.watch.add(feed)

    def publish(self, topic: str, message: Message, *, retain: bool = False) -> int:
        self.sent.append((topic, message))
        return 0

    def asks(self, now_ns: int) -> Sequence[Ask]:
        return self.watch.on_timer(now_ns)

    def sync(self, now_ns: int = S) -> None:
        """Both instruments stream and have books at id 10."""
        self.watch.streaming(self.feeds, now_ns)
        self.watch.on_timer(now_ns)
        for symbol in self.feeds:
            self.watch.on_snapshot(symbol, Picture(10), SYNC, now_ns, now_ns)
        self.sent.clear()

    def invalid(self) -> list[tuple[str, str]]:
        return [(message.instrument, message.reason) for _, message in self.sent if isinstance(message, BookInvalid)]

    def proofs(self) -> list[tuple[str, int]]:
        return [(message.instrument, message.proved_ns) for _, message in self.sent if isinstance(message, BookProved)]


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_is_asked_before_the_stream_is_subscribed(world: World) -> None:
    assert world.asks(1) == []
    world.watch.streaming(["ETHUSDT"], 2)
    assert world.asks(3) == [AskSnapshot("ETHUSDT", SYNC)]


def test_a_snapshot_is_asked_for_once_until_it_comes(world: World) -> None:
    world.watch.streaming(["BTCUSDT"], S)
    assert world.asks(S) == [AskSnapshot("BTCUSDT", SYNC)]
    assert world.asks(4 * S) == []
    world.watch.on_snapshot("BTCUSDT", Picture(10), SYNC, S, 5 * S)
    assert world.feeds["BTCUSDT"].trusted


def test_a_gap_asks_for_a_snapshot_of_that_instrument_alone_and_at_most_every_two_seconds(world: World) -> None:
    world.sync(S)
    world.feeds["BTCUSDT"].on_depth(Change(15, 15), S + 10 * MS)
    assert world.asks(S + 50 * MS) == []
    assert world.asks(3 * S)[0] == AskSnapshot("BTCUSDT", SYNC)
    assert world.feeds["ETHUSDT"].trusted


def test_a_snapshot_too_old_for_what_waits_is_asked_again_later(world: World) -> None:
    world.watch.streaming(["BTCUSDT"], S)
    world.asks(S)
    world.feeds["BTCUSDT"].on_depth(Change(20, 21), S)
    world.watch.on_snapshot("BTCUSDT", Picture(10), SYNC, S, S + 100 * MS)
    assert not world.feeds["BTCUSDT"].trusted
    assert world.counts.snapshots_refused == 1
    assert world.asks(S + 200 * MS) == []
    assert world.asks(3 * S) == [AskSnapshot("BTCUSDT", SYNC)]
    world.watch.on_snapshot("BTCUSDT", Picture(20), SYNC, 3 * S, 3 * S)
    assert world.feeds["BTCUSDT"].trusted


def test_a_snapshot_asked_for_before_the_stream_was_subscribed_anew_is_not_used(world: World) -> None:
    world.watch.streaming(["BTCUSDT"], S)
    world.asks(S)
    world.watch.disconnected(["BTCUSDT"], "disconnected", S + 1)
    world.watch.streaming(["BTCUSDT"], S + 2)
    world.watch.on_snapshot("BTCUSDT", Picture(10), SYNC, S, S + 3)
    assert not world.feeds["BTCUSDT"].trusted


def test_a_failed_snapshot_waits_for_the_time_that_the_venue_names(world: World) -> None:
    world.watch.streaming(["BTCUSDT"], S)
    world.asks(S)
    world.watch.on_snapshot_failed("BTCUSDT", SYNC, S, retry_at_ns=61 * S)
    assert world.asks(60 * S) == []
    assert world.asks(61 * S) == [AskSnapshot("BTCUSDT", SYNC)]


def test_a_lost_connection_makes_its_books_invalid_and_asks_nothing_until_it_is_back(world: World) -> None:
    world.sync()
    world.watch.disconnected(["BTCUSDT", "ETHUSDT"], "disconnected: reset", 2 * S)
    assert world.invalid() == [("BTCUSDT", "disconnected: reset"), ("ETHUSDT", "disconnected: reset")]
    assert world.asks(9 * S) == []


def test_quiet_instruments_are_asked_about_in_one_question(world: World) -> None:
    world.sync(S)
    assert world.asks(S + 499 * MS) == []
    assert world.asks(S + 500 * MS) == [AskQuotes(("BTCUSDT", "ETHUSDT"))]
    assert world.asks(S + 1_000 * MS) == []  # the answer is still to come


def test_an_answer_that_agrees_proves_the_top_as_of_the_question(world: World) -> None:
    world.sync(S)
    asked_ns = S + 500 * MS
    world.asks(asked_ns)
    world.watch.on_quotes([Quote(0)], asked_ns, asked_ns + 20 * MS)
    assert world.proofs() == [("BTCUSDT", asked_ns)]
    assert world.asks(asked_ns + 400 * MS) == []
    assert world.asks(asked_ns + 500 * MS) == [AskQuotes(("BTCUSDT", "ETHUSDT"))]


def test_a_silent_instrument_is_invalid_and_subscribed_anew_while_the_other_goes_on(world: World) -> None:
    world.sync(S)
    asked_ns = S + 500 * MS
    world.asks(asked_ns)
    quotes = [Quote(0, bid=100.4), Quote(0, symbol="ETHUSDT")]
    world.watch.on_quotes(quotes, asked_ns, asked_ns + 20 * MS)
    assert world.invalid() == []
    told = "silent: ours 100 x 1 / 101 x 1, the venue's 100.4 x 1 / 101 x 1"
    assert world.asks(asked_ns + 320 * MS) == [Resubscribe("BTCUSDT", told)]
    assert world.invalid() == [("BTCUSDT", told)]
    assert world.feeds["ETHUSDT"].trusted
    assert world.asks(asked_ns + 2 * S)[0] == AskSnapshot("BTCUSDT", SYNC)


def test_no_answer_proves_nothing_and_the_question_is_asked_again(world: World) -> None:
    world.sync(S)
    world.asks(S + 500 * MS)
    world.watch.on_quotes([], S + 500 * MS, S + 600 * MS)
    assert world.proofs() == []
    assert world.asks(S + 1_000 * MS) == [AskQuotes(("BTCUSDT", "ETHUSDT"))]


def test_a_top_that_stands_while_its_book_moves_is_proved_by_the_stream(world: World) -> None:
    world.sync(S)
    feed = world.feeds["BTCUSDT"]
    feed.on_depth(Change(11, 11, bids=((98.0, 1.0),)), S + 90 * MS)
    world.asks(S + 95 * MS)
    assert world.proofs() == []
    feed.on_depth(Change(12, 12, bids=((98.0, 2.0),)), S + 190 * MS)
    world.asks(S + 200 * MS)
    assert world.proofs() == [("BTCUSDT", S + 190 * MS)]


def test_a_book_that_stays_crossed_is_invalid(world: World) -> None:
    world.sync(S)
    feed = world.feeds["BTCUSDT"]
    feed.on_depth(Change(11, 11, bids=((101.0, 1.0),)), S)
    assert world.asks(S + 400 * MS) == []
    assert world.invalid() == []
    world.asks(S + 500 * MS)
    assert world.invalid() == [("BTCUSDT", "crossed for 500 ms")]


def test_a_cross_that_passes_is_no_trouble(world: World) -> None:
    world.sync(S)
    feed = world.feeds["BTCUSDT"]
    feed.on_depth(Change(11, 11, bids=((101.0, 1.0),)), S)
    feed.on_depth(Change(12, 12, bids=((101.0, 0.0),)), S + 10 * MS)
    world.asks(S + 499 * MS)
    assert world.invalid() == []


def test_depth_that_stays_away_while_quotes_move_is_silent(world: World) -> None:
    world.sync(S)
    feed = world.feeds["BTCUSDT"]
    for number in range(31):
        feed.on_quote(Quote(11 + number, bid_size=float(number + 1)), S + number * 100 * MS)
    asks = world.asks(4 * S)
    assert asks[0] == Resubscribe("BTCUSDT", "silent: best quotes move but no depth message came for 3000 ms")
    assert not feed.trusted


def test_audits_are_spread_and_find_a_corrupted_level() -> None:
    world = World(WatchSettings(audit_every_ms=60_000, probe_after_ms=10_000_000))
    world.sync(S)
    assert world.asks(60 * S) == []
    assert world.asks(61 * S) == [AskSnapshot("BTCUSDT", AUDIT), AskSnapshot("ETHUSDT", AUDIT)]
    world.feeds["BTCUSDT"].sync.book.apply([(99.0, 5.0)], [])
    for symbol in world.feeds:
        world.watch.on_snapshot(symbol, Picture(10), AUDIT, 61 * S, 61 * S)
    assert world.asks(61 * S + 50 * MS) == [AskSnapshot("BTCUSDT", SYNC)]
    assert world.invalid() == [("BTCUSDT", "audit: bid 99 x 5 is 99 x 2 at the venue")]
    assert (world.counts.audits_agreed, world.counts.audits_differed) == (1, 1)


def test_depth_that_comes_long_after_the_venue_s_time_is_late_and_waits_for_the_stream_to_catch_up(
    world: World,
) -> None:
    unix_ns = 1_790_000_000 * S
    world.clock.take(0, 0, unix_ns)  # the venue's clock at our zero
    world.sync(S)
    feed = world.feeds["BTCUSDT"]
    feed.on_depth(Change(11, 11, time_ms=(unix_ns + S) // MS), 2 * S)
    world.asks(2 * S)
    assert world.invalid() == []
    feed.on_depth(Change(12, 12, time_ms=(unix_ns + S) // MS), 2 * S + 1 * MS)
    world.asks(2 * S + 10 * MS)
    assert world.invalid() == [("BTCUSDT", "late: depth came 1001 ms after the venue's time")]
    feed.on_depth(Change(13, 13, time_ms=(unix_ns + S) // MS), 4 * S)
    assert AskSnapshot("BTCUSDT", SYNC) not in world.asks(5 * S)
    feed.on_depth(Change(14, 14, time_ms=(unix_ns + 6 * S) // MS), 6 * S)
    assert AskSnapshot("BTCUSDT", SYNC) in world.asks(6 * S)


def test_lateness_is_not_judged_before_the_venue_s_clock_is_known_nor_where_messages_have_no_time(
    world: World,
) -> None:
    world.sync(S)
    feed = world.feeds["BTCUSDT"]
    feed.on_depth(Change(11, 11, time_ms=1), 2 * S)
    world.asks(2 * S)
    world.clock.take(0, 0, 1_790_000_000 * S)
    feed.on_depth(Change(12, 12, time_ms=0), 2 * S)
    world.asks(2 * S)
    assert world.invalid() == []
