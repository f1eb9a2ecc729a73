"""The best bid and ask of others: a market maker that prices off its own quotes follows itself."""

from crossbook.instruments import Grid
from crossbook.messages.base import Side
from crossbook.messages.market import BookDepth, BookTop
from strategy_mm.fair_price import Top
from strategy_mm.own_quotes import OwnQuotes


def foreign_top(top: BookTop, depth: BookDepth | None, own: OwnQuotes, grid: Grid) -> Top:
    """The top less our resting orders. Where we alone make a best price, the next level of `depth` takes its place.

    Without a depth that reaches further, our own price stands in with one lot: the least weight it can have.
    """
    bid, bid_size = _side(Side.BUY, top.bid, top.bid_size, depth.bids if depth else [], own, grid)
    ask, ask_size = _side(Side.SELL, top.ask, top.ask_size, depth.asks if depth else [], own, grid)
    return Top(bid, bid_size, ask, ask_size)


def _side(
    side: Side, price: float, size: float, levels: list[float], own: OwnQuotes, grid: Grid
) -> tuple[float, float]:
    others = size - _own_size(side, price, own, grid)
    if others > grid.lot / 2:
        return price, others
    for index in range(0, len(levels), 2):
        level, level_size = levels[index], levels[index + 1]
        behind = side * (price - level) > grid.tick / 2
        if behind and (others := level_size - _own_size(side, level, own, grid)) > grid.lot / 2:
            return level, others
    return price, grid.lot


def _own_size(side: Side, price: float, own: OwnQuotes, grid: Grid) -> float:
    return own.resting_lots_at(side, round(price / grid.tick)) * grid.lot
