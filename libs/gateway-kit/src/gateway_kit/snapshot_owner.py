"""Whose depth snapshot is it? Recorded ones do not name their symbol."""

from collections.abc import Iterable

from gateway_kit.instrument_feed import InstrumentFeed
from gateway_kit.market_dialect import DepthSnapshot

NEAR = 0.2
"""Relative distance within which two prices can be of the same instrument, at different times of one recording."""


def owner_of(snapshot: DepthSnapshot, feeds: Iterable[InstrumentFeed]) -> InstrumentFeed | None:
    """The instrument with a depth stream that the snapshot fits; of several, the one nearest in update ids.

    None where there is none yet, and where none of several fits.
    """
    with_depth = [feed for feed in feeds if feed.sync.live or feed.sync.waiting]
    if len(with_depth) < 2:
        return with_depth[0] if with_depth else None
    fitting = [feed for feed in with_depth if _fits(snapshot, feed)]
    return min(fitting, key=lambda feed: abs(_reached(feed) - snapshot.last_id), default=None)


def _fits(snapshot: DepthSnapshot, feed: InstrumentFeed) -> bool:
    theirs = snapshot.bids[0][0] if snapshot.bids else 0.0
    return any(abs(price - theirs) <= NEAR * theirs for price in _known_prices(feed))


def _known_prices(feed: InstrumentFeed) -> list[float]:
    """A price from each source there is: the last best quote, the book, the messages that wait."""
    prices = [feed.last_quote.bid] if feed.last_quote is not None else []
    prices.append(feed.sync.book.bids.best()[0])
    for held in feed.sync.waiting:
        prices += [price for price, _ in (*held.change.bids, *held.change.asks)]
    return prices


def _reached(feed: InstrumentFeed) -> int:
    return feed.sync.last_id if feed.sync.live else feed.sync.waiting[-1].change.last_id
