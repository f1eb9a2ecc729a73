import pytest

from crossbook.messages.base import Message, Side
from crossbook.messages.market import BookDepth, BookInvalid, BookProved, BookTop, Mark, Trade
from gateway_binance.market_messages import MarkPriceUpdate
from gateway_kit.feed_publisher import FeedPublisher
from gateway_kit.instrument_feed import FeedCounts, InstrumentFeed
from gateway_kit.sequence_rules import ContiguousRange
from testkit.market_feed import MS, Change, Picture, Print, Quote

TOP, DEPTH = "top.BTC-USDT@binance", "depth.BTC-USDT@binance"


class Wire:
    """A publisher that remembers, a clock that stands, and a feed between them."""

    def __init__(self, *, aggregate_trades: bool = False) -> None:
        self.sent: list[tuple[str, Message, bool]] = []
        self.latencies: list[int] = []
        self.forgotten: list[str] = []
        self.invalid: list[tuple[str, str]] = []
        self.now_ns = 1_000 * MS
        self.publisher = FeedPublisher(
            self.publish,
            lambda: self.now_ns,
            forget=self.forgotten.append,
            record_latency_ns=self.latencies.append,
            on_invalid=lambda instrument, reason: self.invalid.append((instrument, reason)),
            depth_levels=2,
            aggregate_trades=aggregate_trades,
        )
        self.feed = InstrumentFeed("BTCUSDT", "BTC-USDT@binance", ContiguousRange(), self.publisher, FeedCounts())

    def publish(self, topic: str, message: Message, *, retain: bool = False) -> int:
        self.sent.append((topic, message, retain))
        return len(self.sent)

    def take(self) -> list[tuple[str, Message, bool]]:
        sent, self.sent = self.sent, []
        return sent


@pytest.fixture
def wire() -> Wire:
    made = Wire()
    made.feed.on_snapshot(Picture(10, time_ms=77), 990 * MS)
    return made


def test_a_synced_book_gives_its_top_retained_with_all_its_stamps(wire: Wire) -> None:
    top = BookTop("BTC-USDT@binance", 10, 100.0, 1.0, 101.0, 1.0, 77 * MS, 990 * MS, 1_000 * MS)
    assert wire.take() == [(TOP, top, True)]
    assert wire.latencies == [10 * MS]


def test_a_quote_that_changes_the_top_is_published_and_one_that_does_not_is_not(wire: Wire) -> None:
    wire.take()
    wire.feed.on_quote(Quote(11, bid_size=2.0, time_ms=5), 999 * MS)
    wire.feed.on_quote(Quote(12, bid_size=2.0, time_ms=6), 999 * MS)
    top = BookTop("BTC-USDT@binance", 11, 100.0, 2.0, 101.0, 1.0, 5 * MS, 999 * MS, 1_000 * MS)
    assert wire.take() == [(TOP, top, True)]


def test_depth_goes_out_flat_and_at_most_every_100_ms(wire: Wire) -> None:
    wire.take()
    wire.feed.on_depth(Change(11, 11, bids=((98.0, 1.0),), time_ms=8), 1_000 * MS)
    assert wire.take() == [
        (DEPTH, BookDepth("BTC-USDT@binance", 11, [100.0, 1.0, 99.0, 2.0], [101.0, 1.0, 102.0, 2.0],
                          8 * MS, 1_000 * MS, 1_000 * MS), True),
    ]  # fmt: skip
    wire.feed.on_depth(Change(12, 12, bids=((99.0, 5.0),), time_ms=9), 1_050 * MS)
    wire.publisher.flush(wire.feed, 1_099 * MS)
    assert wire.take() == []
    wire.publisher.flush(wire.feed, 1_100 * MS)
    ((topic, message, retained),) = wire.take()
    assert (topic, retained) == (DEPTH, True)
    assert isinstance(message, BookDepth)
    assert (message.update_id, message.bids, message.received_ns) == (12, [100.0, 1.0, 99.0, 5.0], 1_050 * MS)
    wire.publisher.flush(wire.feed, 1_300 * MS)
    assert wire.take() == []


def test_depth_of_a_book_that_stays_quiet_is_published_after_its_snapshot(wire: Wire) -> None:
    wire.take()
    wire.publisher.flush(wire.feed, 1_000 * MS)
    ((topic, message, _),) = wire.take()
    assert isinstance(message, BookDepth)
    assert (topic, message.update_id, message.bids) == (DEPTH, 10, [100.0, 1.0, 99.0, 2.0])


def test_the_end_of_trust_takes_the_place_of_the_retained_top(wire: Wire) -> None:
    wire.take()
    wire.feed.on_depth(Change(15, 16), 1_000 * MS)
    reason = "gap: book at 10, next message 15-16"
    invalid = BookInvalid("BTC-USDT@binance", reason, 1_000 * MS, 1_000 * MS)
    assert wire.take() == [(TOP, invalid, True)]
    assert wire.invalid == [("BTC-USDT@binance", reason)]
    assert wire.forgotten == [DEPTH]
    wire.feed.on_quote(Quote(20), 1_001 * MS)
    wire.publisher.flush(wire.feed, 9_000 * MS)
    assert wire.take() == []


def test_a_crossed_book_publishes_neither_top_nor_depth(wire: Wire) -> None:
    wire.take()
    wire.feed.on_depth(Change(11, 11, bids=((101.0, 1.0),)), 1_000 * MS)
    assert wire.take() == []


def test_proofs_are_published_when_they_are_news(wire: Wire) -> None:
    wire.take()
    wire.publisher.prove(wire.feed, 990 * MS)  # the top itself proved as much
    wire.publisher.prove(wire.feed, 1_000 * MS, at_least_ns=100 * MS)
    assert wire.take() == []
    wire.publisher.prove(wire.feed, 1_100 * MS, at_least_ns=100 * MS)
    wire.publisher.prove(wire.feed, 1_100 * MS)
    assert wire.take() == [("proof.BTC-USDT@binance", BookProved("BTC-USDT@binance", 10, 1_100 * MS), False)]


@pytest.mark.parametrize("aggregate", [False, True])
def test_trades_come_from_the_stream_that_was_chosen(aggregate: bool) -> None:
    wire = Wire(aggregate_trades=aggregate)
    wire.feed.on_trade(Print(5, time_ms=3), 999 * MS)
    wire.feed.on_agg_trade(Print(7, aggressor=Side.SELL, time_ms=4), 999 * MS)
    ((topic, message, retained),) = wire.take()
    told = (7, 100.5, 0.1, Side.SELL, 4 * MS) if aggregate else (5, 100.5, 0.1, Side.BUY, 3 * MS)
    assert (topic, retained) == ("trade.BTC-USDT@binance", False)
    assert message == Trade("BTC-USDT@binance", *told, 999 * MS, 1_000 * MS)


def test_marks_are_retained_and_an_older_one_is_dropped(wire: Wire) -> None:
    wire.take()
    mark = MarkPriceUpdate("BTCUSDT", 100.2, 9, 100.3, -0.0001, 50)
    wire.feed.on_mark(mark, 999 * MS)
    wire.feed.on_mark(MarkPriceUpdate("BTCUSDT", 100.1, 8), 999 * MS)
    expected = Mark("BTC-USDT@binance", 100.2, 100.3, -0.0001, 50 * MS, 9 * MS, 999 * MS, 1_000 * MS)
    assert wire.take() == [("mark.BTC-USDT@binance", expected, True)]


def test_what_was_published_is_counted(wire: Wire) -> None:
    assert wire.publisher.published == 1
    wire.feed.on_depth(Change(11, 11, bids=((100.5, 1.0),)), 1_000 * MS)
    wire.feed.on_trade(Print(5), 1_000 * MS)
    assert wire.publisher.published == 4
