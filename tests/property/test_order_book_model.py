"""The book against the simplest thing that could be right: a dict that is sorted at each question."""

from hypothesis import given
from hypothesis import strategies as st

from gateway_kit.order_book import Level, OrderBook

prices = st.integers(1, 40).map(lambda ticks: ticks * 0.01)
sizes = st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.25])
levels = st.lists(st.tuples(prices, sizes), max_size=8)
messages = st.lists(st.tuples(levels, levels), max_size=40)


def best_first(model: dict[float, float], *, highest: bool) -> list[Level]:
    return sorted(((price, size) for price, size in model.items() if size), reverse=highest)


def applied(model: dict[float, float], changes: list[Level]) -> None:
    for price, size in changes:
        model[price] = size


@given(levels, levels, messages)
def test_the_book_is_what_brute_force_says(bids: list[Level], asks: list[Level], stream: object) -> None:
    book = OrderBook()
    book.replace(bids, asks)
    bid_model, ask_model = dict(bids), dict(asks)
    for bid_changes, ask_changes in stream:  # type: ignore[attr-defined]
        book.apply(bid_changes, ask_changes)
        applied(bid_model, bid_changes)
        applied(ask_model, ask_changes)
        expected_bids, expected_asks = best_first(bid_model, highest=True), best_first(ask_model, highest=False)
        assert book.bids.top(1_000) == expected_bids
        assert book.asks.top(1_000) == expected_asks
        assert book.bids.best() == (expected_bids or [(0.0, 0.0)])[0]
        assert book.asks.best() == (expected_asks or [(0.0, 0.0)])[0]
        assert (len(book.bids), len(book.asks)) == (len(expected_bids), len(expected_asks))
        crossed = bool(expected_bids and expected_asks and expected_bids[0][0] >= expected_asks[0][0])
        assert book.is_crossed() == crossed
