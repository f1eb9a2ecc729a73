from gateway_kit.order_book import NO_LEVEL, OrderBook


def book() -> OrderBook:
    made = OrderBook()
    made.replace([(99.0, 2.0), (100.0, 1.0), (98.0, 0.0)], [(102.0, 2.0), (101.0, 1.0)])
    return made


def test_the_best_levels_are_the_highest_bid_and_the_lowest_ask() -> None:
    assert book().bids.best() == (100.0, 1.0)
    assert book().asks.best() == (101.0, 1.0)


def test_levels_come_best_first_and_a_picture_s_empty_levels_are_left_out() -> None:
    assert book().bids.top(5) == [(100.0, 1.0), (99.0, 2.0)]
    assert book().asks.top(1) == [(101.0, 1.0)]
    assert book().flat(2) == ([100.0, 1.0, 99.0, 2.0], [101.0, 1.0, 102.0, 2.0])


def test_quantities_are_absolute_and_zero_deletes() -> None:
    made = book()
    made.apply([(100.0, 0.0), (99.0, 5.0)], [(100.5, 3.0)])
    assert made.bids.top(5) == [(99.0, 5.0)]
    assert made.asks.top(5) == [(100.5, 3.0), (101.0, 1.0), (102.0, 2.0)]


def test_deleting_a_level_that_is_not_there_changes_nothing() -> None:
    made = book()
    made.apply([(50.0, 0.0)], [(500.0, 0.0)])
    assert made.flat(5) == book().flat(5)


def test_an_empty_side_has_price_and_size_zero() -> None:
    made = book()
    made.apply([(100.0, 0.0), (99.0, 0.0)], [])
    assert made.bids.best() == NO_LEVEL
    assert made.bids.top(3) == []
    assert not made.is_crossed()


def test_a_book_is_crossed_when_locked_or_worse() -> None:
    made = book()
    assert not made.is_crossed()
    made.apply([(101.0, 1.0)], [])
    assert made.is_crossed()
    made.apply([(101.5, 1.0)], [])
    assert made.is_crossed()


def test_differences_name_levels_that_are_not_the_same() -> None:
    mine, theirs = book(), book()
    theirs.apply([(99.0, 7.0)], [])
    assert mine.differences(theirs, 10) == ["bid 99 x 2 is 99 x 7 at the venue"]
    assert mine.differences(theirs, 1) == []


def test_learning_takes_only_levels_that_were_unknown() -> None:
    mine, deeper = book(), book()
    deeper.apply([(90.0, 4.0), (99.0, 9.0)], [])
    assert mine.bids.learn(deeper.bids) == 1
    assert mine.bids.top(5) == [(100.0, 1.0), (99.0, 2.0), (90.0, 4.0)]


def test_sizes_are_looked_up_by_price() -> None:
    assert book().asks.size_at(102.0) == 2.0
    assert book().asks.size_at(103.0) == 0.0
