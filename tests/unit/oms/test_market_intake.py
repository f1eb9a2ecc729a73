"""Tops of book on their way into the core."""

from crossbook.messages.market import BookInvalid, BookProved, BookTop
from oms.shell.market_intake import Book, MarketIntake

MS = 1_000_000


def top(update_id: int, instrument: str = "A-B@x", bid: float = 100.0) -> BookTop:
    return BookTop(instrument, update_id, bid, 1.0, bid + 0.01, 1.0, 0, 0, 0)


class Recorder:
    def __init__(self) -> None:
        self.seen: list[Book] = []
        self.intake = MarketIntake(self.seen.append, min_interval_ms=5, moved_bps=1.0)

    @property
    def ids(self) -> list[int]:
        return [m.update_id for m in self.seen if isinstance(m, BookTop)]


def test_a_tick_hands_on_the_newest_of_each_instrument() -> None:
    r = Recorder()
    for number in (1, 2, 3):
        r.intake.take(top(number), number)
    r.intake.take(top(9, "C-D@x"), 4)
    r.intake.on_tick(100 * MS)
    r.intake.on_tick(200 * MS)
    assert r.ids == [1, 9, 3]


def test_an_intent_sees_the_newest_top_of_its_instrument_and_only_that() -> None:
    r = Recorder()
    r.intake.take(top(1), 0)
    r.intake.take(top(2), 1)
    r.intake.take(top(9, "C-D@x"), 1)
    r.intake.before_intent("A-B@x", 10 * MS)
    assert r.ids == [1, 9, 2]


def test_intents_in_a_burst_do_not_bring_a_top_each() -> None:
    r = Recorder()
    for number in range(10):
        r.intake.take(top(number), number * MS)
        r.intake.before_intent("A-B@x", 10 * MS + number * MS)
    assert r.ids == [0, 1, 6]


def test_an_invalid_book_is_handed_on_at_once_and_the_top_before_it_is_void() -> None:
    r = Recorder()
    r.intake.take(top(1), 0)
    r.intake.take(top(2), 1)
    invalid = BookInvalid("A-B@x", "gap", 1, 1)
    r.intake.take(invalid, 1)
    r.intake.on_tick(100 * MS)
    assert r.seen == [top(1), invalid]


def test_a_proof_comes_after_the_top_it_proves() -> None:
    r = Recorder()
    r.intake.take(top(1), 0)
    r.intake.take(top(2), 1)
    proof = BookProved("A-B@x", 2, 5)
    r.intake.take(proof, 1)
    assert r.seen == [top(1), top(2), proof]


def test_a_price_that_moved_is_handed_on_at_once_but_not_more_often_than_allowed() -> None:
    r = Recorder()
    r.intake.take(top(1), 0)
    r.intake.take(top(2, bid=100.005), 6 * MS)
    assert r.ids == [1]
    r.intake.take(top(3, bid=100.02), 7 * MS)
    assert r.ids == [1, 3]
    r.intake.take(top(4, bid=101.0), 8 * MS)
    assert r.ids == [1, 3]
    r.intake.take(top(5, bid=102.0), 12 * MS)
    assert r.ids == [1, 3, 5]
