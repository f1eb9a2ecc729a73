"""Orders find the ticks that caused them, and what is passed over or lost shows."""

from itertools import pairwise

from bench.venue.instrument import BASE_TICKS, LEVELS, BenchInstrument, price_text, ticks_of
from bench.venue.stamps import Stamps

OFFSET = -5


def test_each_order_belongs_to_the_tick_of_its_price() -> None:
    stamps = Stamps()
    for level, sent_ns in ((1, 100), (2, 200), (3, 300)):
        stamps.moved("BTCUSDT", level, sent_ns)
        stamps.ordered("BTCUSDT", BASE_TICKS + level + OFFSET, sent_ns + 10 * level)
    outcome = stamps.outcome(0, OFFSET)
    assert outcome.latencies_ns == [10, 20, 30]
    assert (outcome.moves, outcome.orders) == (3, 3)


def test_a_tick_that_was_passed_over_has_no_latency() -> None:
    stamps = Stamps()
    for level, sent_ns in ((1, 100), (2, 200), (3, 300)):
        stamps.moved("BTCUSDT", level, sent_ns)
    stamps.ordered("BTCUSDT", BASE_TICKS + 1 + OFFSET, 150)
    stamps.ordered("BTCUSDT", BASE_TICKS + 3 + OFFSET, 390)
    outcome = stamps.outcome(0, OFFSET)
    assert outcome.latencies_ns == [50, 90]
    assert outcome.moves == 3


def test_where_the_price_turns_the_earlier_tick_is_taken() -> None:
    stamps = Stamps()
    for level, sent_ns in ((198, 100), (199, 200), (198, 300)):
        stamps.moved("BTCUSDT", level, sent_ns)
    stamps.ordered("BTCUSDT", BASE_TICKS + 198 + OFFSET, 350)
    assert stamps.outcome(0, OFFSET).latencies_ns == [250]


def test_an_order_at_a_price_nobody_sent_is_counted_and_matched_to_nothing() -> None:
    stamps = Stamps()
    stamps.moved("BTCUSDT", 1, 100)
    stamps.ordered("BTCUSDT", BASE_TICKS + 50 + OFFSET, 150)
    outcome = stamps.outcome(0, OFFSET)
    assert outcome.latencies_ns == []
    assert outcome.orders == 1


def test_the_price_walks_by_one_tick_to_its_end_and_back() -> None:
    instrument = BenchInstrument("BTCUSDT", 0)
    levels = []
    for _ in range(2 * LEVELS):
        instrument.move()
        levels.append(instrument.level)
    assert max(levels) == LEVELS - 1
    assert min(levels) == 0
    assert {abs(after - before) for before, after in pairwise(levels)} == {1}


def test_prices_are_written_and_read_alike() -> None:
    assert price_text(10_007) == "1000.70"
    assert ticks_of("1000.70") == ticks_of("1000.7") == 10_007
    assert ticks_of("1000") == 10_000
