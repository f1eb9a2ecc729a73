"""The exact ticker: as many changes of the best quote as ordered, at the times ordered."""

import pytest

from venue_sim.background.scripted import ScriptedSettings, ScriptedTop
from venue_sim.exchange.api import BestQuoteChanged, Exchange, OrderType, PlaceOrder, Side, TimeInForce, atoms
from venue_sim.exchange.presets import SPOT, USDM, paper_instruments

START_NS = 1_900_000_000_000_000_000
_MS = 1_000_000


def scripted(ticks_per_s: float, market: str = "spot", **more: int) -> tuple[Exchange, ScriptedTop]:
    exchange = Exchange()
    for one in (SPOT, USDM):
        exchange.add_market(one)
    for instrument in paper_instruments():
        exchange.add_instrument(instrument)
    script = ScriptedTop(exchange, ScriptedSettings(market, "BTCUSDT", ticks_per_s, **more))
    script.advance(START_NS)
    exchange.drain()
    return exchange, script


@pytest.mark.parametrize("market", ["spot", "usdm"])
@pytest.mark.parametrize("ticks_per_s", [100, 1_000, 5_000])
def test_as_many_changes_of_the_best_quote_as_ordered(market: str, ticks_per_s: int) -> None:
    exchange, script = scripted(ticks_per_s, market)
    for step in range(5, 1_001, 5):
        script.advance(START_NS + step * _MS)
        exchange.tick((START_NS + step * _MS) // _MS)
    best = [event for event in exchange.drain() if isinstance(event, BestQuoteChanged)]
    assert len(best) == script.done == ticks_per_s
    assert script.dropped == 0
    assert all(0 < quote.bid < quote.ask for quote in best)
    assert len({quote.bid for quote in best}) >= min(51, ticks_per_s // 40)
    assert len({quote.update_id for quote in best}) == len(best)


def test_the_price_goes_up_and_comes_back() -> None:
    exchange, script = scripted(1_000, turns_after=5, moves_every=10, step_ticks=10)
    for step in range(1, 101):
        script.advance(START_NS + step * _MS)
    bids = [event.bid for event in exchange.drain() if isinstance(event, BestQuoteChanged)]
    assert max(bids) - min(bids) == 5 * 10 * atoms("0.01")
    assert bids[0] == min(bids)
    assert bids[-1] <= min(bids) + 10 * atoms("0.01")


def test_what_comes_too_late_is_dropped_and_counted() -> None:
    _, script = scripted(1_000)
    script.advance(START_NS + 1_000 * _MS)
    assert (script.done, script.dropped) == (200, 800)


def test_a_quote_that_was_taken_whole_is_laid_anew() -> None:
    exchange, script = scripted(100)
    exchange.add_account("ann", {"spot": {"USDT": atoms(1_000_000)}})
    ask, size = exchange.snapshot("spot", "BTCUSDT", 1).asks[0]
    order = PlaceOrder("spot", "BTCUSDT", "x", Side.BUY, OrderType.LIMIT, size, ask, TimeInForce.IOC)
    assert exchange.place("ann", order, START_NS // _MS).remaining == 0
    script.advance(START_NS + 30 * _MS)
    assert exchange.snapshot("spot", "BTCUSDT", 1).asks[0][0] == ask


def test_a_step_that_would_make_the_sides_meet_is_refused() -> None:
    with pytest.raises(ValueError, match="step_ticks"):
        scripted(100, step_ticks=40)
