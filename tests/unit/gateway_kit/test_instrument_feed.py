import pytest

from crossbook.messages.base import Side
from testkit.market_feed import Change, Heard, Picture, Print, Quote, instrument_feed, synced_feed


@pytest.fixture
def heard() -> Heard:
    return Heard()


def tops(heard: Heard) -> list[tuple[object, ...]]:
    return [event[1:] for event in heard.take() if event[0] == "top"]


def test_no_best_quote_counts_before_the_book_is_in_step(heard: Heard) -> None:
    feed = instrument_feed(heard)
    feed.on_quote(Quote(5), 1)
    assert heard.kinds() == ["quote"]
    feed.on_snapshot(Picture(4), 2)
    assert tops(heard) == [(5, 100.0, 1.0, 101.0, 1.0)]  # the quote is newer than the snapshot


def test_a_newer_quote_moves_the_top_and_an_unchanged_one_does_not(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_quote(Quote(11, bid_size=3.0), 1)
    feed.on_quote(Quote(12, bid_size=3.0), 2)
    assert tops(heard) == [(11, 100.0, 3.0, 101.0, 1.0)]
    assert feed.updated_ns == 2


def test_a_quote_older_than_the_book_is_stale_and_a_book_older_than_the_quote_moves_nothing_back(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_depth(Change(11, 15, bids=((100.0, 9.0),)), 1)
    feed.on_quote(Quote(13, bid_size=2.0), 2)
    assert tops(heard) == [(15, 100.0, 9.0, 101.0, 1.0)]
    feed.on_quote(Quote(20, bid_size=4.0), 3)
    feed.on_depth(Change(16, 18, bids=((100.0, 1.0),)), 4)
    assert tops(heard) == [(20, 100.0, 4.0, 101.0, 1.0)]


def test_the_same_quote_over_two_connections_counts_once(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_quote(Quote(11, bid_size=3.0), 1)
    feed.on_quote(Quote(11, bid_size=3.0), 2)
    assert tops(heard) == [(11, 100.0, 3.0, 101.0, 1.0)]
    assert feed.updated_ns == 1


def test_a_gap_makes_the_book_invalid_until_a_snapshot_and_no_top_comes_between(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_depth(Change(12, 14), 1)
    feed.on_quote(Quote(15, bid_size=8.0), 2)
    feed.on_depth(Change(15, 15, bids=((100.0, 8.0),)), 3)
    assert heard.take() == [("invalid", "BTCUSDT", "gap: book at 10, next message 12-14"), ("quote", 15)]
    assert feed.on_snapshot(Picture(13), 4)
    assert heard.kinds() == ["snapshot", "book", "book", "top"]
    assert tops(heard) == [(15, 100.0, 8.0, 101.0, 1.0)]


def test_after_a_resync_the_top_is_told_although_it_is_the_same(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.invalidate("silent", 1)
    feed.on_snapshot(Picture(10), 2)
    assert tops(heard) == [(10, 100.0, 1.0, 101.0, 1.0)]


def test_a_quote_that_disagrees_at_the_book_s_own_id_makes_the_book_invalid(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_quote(Quote(10, bid=99.5), 1)
    assert heard.take()[-1] == (
        "invalid", "BTCUSDT", "book 100/101 but best quote 99.5/101 at update id 10",
    )  # fmt: skip
    assert not feed.trusted


def test_a_book_that_reaches_an_earlier_quote_s_id_with_another_price_is_invalid(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_quote(Quote(12, bid=100.5), 1)
    feed.on_quote(Quote(14, bid=100.5), 2)
    feed.on_depth(Change(11, 12), 3)
    assert heard.take()[-1][2] == "book 100/101 but best quote 100.5/101 at update id 12"


def test_quotes_and_book_that_agree_are_counted(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_quote(Quote(12, bid=100.5), 1)
    feed.on_depth(Change(11, 12, bids=((100.5, 1.0),)), 2)
    assert feed.trusted
    assert feed._counts.quotes_compared == 1


def test_a_crossed_book_holds_the_top_back(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_depth(Change(11, 11, bids=((101.0, 1.0),)), 5)
    feed.on_depth(Change(12, 12, bids=((101.5, 1.0),)), 6)
    assert tops(heard) == []
    assert feed.crossed_since_ns == 5
    feed.on_depth(Change(13, 13, bids=((101.0, 0.0), (101.5, 0.0)), asks=((101.0, 4.0),)), 7)
    assert feed.crossed_since_ns == 0
    assert tops(heard) == [(13, 100.0, 1.0, 101.0, 4.0)]


@pytest.mark.parametrize("quote", [Quote(11, bid=101.0), Quote(11, bid=102.0), Quote(11, bid=0.0), Quote(11, ask=0.0)])
def test_a_crossed_quote_and_a_size_without_a_price_are_no_quotes(heard: Heard, quote: Quote) -> None:
    feed = synced_feed(heard)
    feed.on_quote(quote, 1)
    assert tops(heard) == []
    assert feed.updated_ns != 1 or feed.top.update_id == 10


def test_an_empty_side_is_price_and_size_zero(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_quote(Quote(11, bid=0.0, bid_size=0.0), 1)
    assert tops(heard) == [(11, 0.0, 0.0, 101.0, 1.0)]


def test_a_quote_newer_than_the_book_owes_a_depth_message(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_quote(Quote(12), 7)
    feed.on_quote(Quote(15), 8)
    assert feed.depth_owed_since_ns == 7
    feed.on_depth(Change(11, 11), 9)
    assert feed.depth_owed_since_ns == 7
    feed.on_depth(Change(12, 13), 10)
    assert feed.depth_owed_since_ns == 0


def test_trades_come_once_and_only_from_the_book(heard: Heard) -> None:
    feed = synced_feed(heard)
    for trade in (Print(5), Print(5), Print(6, is_regular=False), Print(7, aggressor=Side.SELL), Print(5)):
        feed.on_trade(trade, 1)
    assert heard.take() == [("trade", 5, 100.5, 0.1, Side.BUY), ("trade", 7, 100.5, 0.1, Side.SELL)]


def test_aggregate_trades_have_ids_of_their_own(heard: Heard) -> None:
    feed = synced_feed(heard)
    feed.on_trade(Print(50), 1)
    feed.on_agg_trade(Print(7), 1)
    feed.on_agg_trade(Print(7), 1)
    assert heard.kinds() == ["trade", "agg_trade"]


def test_after_a_lost_connection_ids_may_begin_anew(heard: Heard) -> None:
    feed = synced_feed(heard, last_id=1_000)
    feed.on_quote(Quote(1_001), 1)
    feed.on_trade(Print(900), 1)
    heard.take()
    feed.disconnected("disconnected: reset by peer", 2)
    assert heard.take() == [("invalid", "BTCUSDT", "disconnected: reset by peer")]
    feed.on_quote(Quote(7), 3)
    feed.on_snapshot(Picture(6), 4)
    feed.on_trade(Print(1), 5)
    assert [event for event in heard.take() if event[0] in ("top", "trade")] == [
        ("top", 7, 100.0, 1.0, 101.0, 1.0),
        ("trade", 1, 100.5, 0.1, Side.BUY),
    ]


def test_a_book_that_was_not_trusted_is_not_called_invalid_again(heard: Heard) -> None:
    feed = instrument_feed(heard)
    feed.disconnected("disconnected", 1)
    assert heard.take() == []
