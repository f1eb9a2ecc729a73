"""The synthetic market: the same from the same seed, alive, and merciless to quotes left behind."""

import random

from testkit.small_capture import trader
from venue_sim.background.settings import SyntheticSettings, SyntheticSymbol, paper_market
from venue_sim.background.synthetic import SyntheticFlow
from venue_sim.exchange.api import (
    AggregateTrade,
    BestQuoteChanged,
    Event,
    Exchange,
    InstrumentStatus,
    OrderType,
    PlaceOrder,
    Rejected,
    Side,
    TimeInForce,
    TradePrinted,
    atoms,
    plain,
)
from venue_sim.exchange.presets import SPOT, USDM, paper_instruments

START_NS = 1_900_000_000_000_000_000
_MS = 1_000_000


def market(seed: int, settings: SyntheticSettings | None = None) -> tuple[Exchange, SyntheticFlow]:
    exchange = Exchange()
    for one in (SPOT, USDM):
        exchange.add_market(one)
    for instrument in paper_instruments():
        exchange.add_instrument(instrument)
    return exchange, SyntheticFlow(exchange, settings or paper_market(), random.Random(seed))


def play(exchange: Exchange, flow: SyntheticFlow, seconds: int, start_ms: int = 0) -> list[Event]:
    events: list[Event] = []
    for step in range(start_ms, start_ms + seconds * 1_000, 20):
        flow.advance(START_NS + step * _MS)
        exchange.tick((START_NS + step * _MS) // _MS)
        events += exchange.drain()
    return events


def test_same_seed_same_market_and_another_seed_another() -> None:
    first, again, other = (play(*market(seed), 3) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_book_is_deep_tight_and_never_crossed() -> None:
    exchange, flow = market(3)
    for event in play(exchange, flow, 20):
        if isinstance(event, BestQuoteChanged) and event.bid and event.ask:
            assert event.bid < event.ask
    for instrument in paper_instruments():
        book = exchange.snapshot(instrument.market, instrument.symbol, 100)
        assert len(book.bids) >= 20
        assert len(book.asks) >= 20
        assert (book.asks[0][0] - book.bids[0][0]) * 10_000 < 3 * book.bids[0][0]


def test_trades_print_on_both_sides_and_move_the_price() -> None:
    exchange, flow = market(4)
    events = play(exchange, flow, 30)
    trades = [event for event in events if isinstance(event, TradePrinted) and event.market == "spot"]
    assert {trade.aggressor for trade in trades} == {Side.BUY, Side.SELL}
    assert len(trades) > 100
    prices = [trade.price for trade in trades if trade.symbol == "BTCUSDT"]
    assert max(prices) > min(prices)
    assert sum(
        event.quantity for event in events if isinstance(event, AggregateTrade) and event.market == "spot"
    ) == sum(trade.quantity for trade in trades)


def test_spot_and_perpetual_of_an_asset_stay_together() -> None:
    exchange, flow = market(5)
    for second in range(10):
        play(exchange, flow, 1, second * 1_000)
        spot, perpetual = (exchange.snapshot(name, "BTCUSDT", 1).bids[0][0] for name in ("spot", "usdm"))
        assert abs(spot - perpetual) * 10_000 < 15 * spot


def test_a_quote_left_behind_the_market_is_hit() -> None:
    exchange, flow = market(6)
    play(exchange, flow, 1)
    mark = exchange.mark("usdm", "BTCUSDT").mark
    ann = trader(exchange, market="usdm")
    tick = atoms("0.1")
    stale = ann.place(Side.SELL, plain(mark * 9_990 // 10_000 // tick * tick), "30")
    play(exchange, flow, 2, 1_000)
    assert ann.again(stale).remaining == 0


def test_a_patient_maker_some_bps_away_is_filled_every_few_seconds() -> None:
    exchange, flow = market(7)
    play(exchange, flow, 1)
    trader(exchange, market="usdm")
    for step in range(1_000, 61_000, 200):
        play_one = START_NS + step * _MS
        flow.advance(play_one)
        exchange.tick(play_one // _MS)
        requote(exchange, step)
    fills = exchange.fills("ann", "usdm")
    assert 5 <= len(fills) <= 200
    assert {fill.side for fill in fills} == {Side.BUY, Side.SELL}


def requote(exchange: Exchange, step: int) -> None:
    now_ms = START_NS // _MS + step
    exchange.cancel_all("ann", "usdm", "BTCUSDT", now_ms)
    book, tick = exchange.snapshot("usdm", "BTCUSDT", 1), atoms("0.1")
    mid = (book.bids[0][0] + book.asks[0][0]) // 2
    for side, factor in ((Side.BUY, 9_997), (Side.SELL, 10_003)):
        price = mid * factor // 10_000 // tick * tick
        quote = PlaceOrder(
            "usdm",
            "BTCUSDT",
            f"{side}{step}",
            side,
            OrderType.LIMIT,
            atoms("0.01"),
            price,
            TimeInForce.POST_ONLY,
        )
        try:
            exchange.place("ann", quote, now_ms)
        except Rejected:
            continue


def test_a_halted_symbol_stands_still() -> None:
    exchange, flow = market(8)
    play(exchange, flow, 1)
    exchange.set_status("spot", "BTCUSDT", InstrumentStatus.HALTED, START_NS // _MS + 1_000)
    before = exchange.snapshot("spot", "BTCUSDT", 100)
    play(exchange, flow, 3, 1_000)
    assert exchange.snapshot("spot", "BTCUSDT", 100) == before


def test_a_new_tick_is_kept_to_at_once() -> None:
    exchange, flow = market(10)
    play(exchange, flow, 1)
    exchange.change_rules("spot", "BTCUSDT", START_NS // _MS + 1_000, tick=atoms(1))
    play(exchange, flow, 10, 1_000)
    book = exchange.snapshot("spot", "BTCUSDT", 5)
    assert all(price % atoms(1) == 0 for price, _ in book.bids + book.asks)


def test_after_a_long_pause_the_time_in_between_is_skipped() -> None:
    symbol = SyntheticSymbol("spot", "BTCUSDT", 62_000.0, 0.1, events_per_s=1_000.0)
    exchange, flow = market(9, SyntheticSettings((symbol,), longest_step_ms=100))
    play(exchange, flow, 1)
    flow.advance(START_NS + 3_600 * 1_000 * _MS)
    assert len(exchange.drain()) < 1_000
