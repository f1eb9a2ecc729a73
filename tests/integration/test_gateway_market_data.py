"""Market data from a real venue-sim: what is published, and what becomes of it under each fault of the stream."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from crossbook.messages.base import Liveness, TradingStatus
from crossbook.messages.market import (
    BookDepth,
    BookInvalid,
    BookProved,
    BookTop,
    InstrumentDefinition,
    Mark,
    Trade,
)
from testkit.market_rig import BTC, ETH, MarketRig
from testkit.venue_peer import VenuePeer

QUICK = {
    "audit_every_ms": 400, "resync_spacing_ms": 300, "probe_after_ms": 300, "probe_grace_ms": 800, "overlap_ms": 500,
    "reconnect_base_ms": 50, "depth_owed_ms": 1_000, "snapshot_levels": 100,
    "late_ms": 0, "stall_ms": 60_000,  # a busy machine is not what is tested
}  # fmt: skip
BOTH = pytest.mark.parametrize("market", ["spot", "usdm"])
Running = Callable[..., AbstractAsyncContextManager[MarketRig]]


@pytest.fixture
async def running(simulated_binance: VenuePeer) -> AsyncIterator[Running]:
    def start(market: str, section: dict[str, Any] | None = None, **settings: Any) -> Any:
        return MarketRig(simulated_binance, market, QUICK | settings, section or {}).running()

    yield start
    simulated_binance.admin("DELETE", "faults")


@BOTH
async def test_everything_about_an_instrument_is_published_with_its_stamps(running: Running, market: str) -> None:
    async with running(market) as rig:
        kinds = [BookTop, BookDepth, Trade, InstrumentDefinition] + ([Mark] if market == "usdm" else [])
        for kind, instrument in itertools.product(kinds, (BTC[market], ETH[market])):
            await rig.until(lambda kind=kind, instrument=instrument: rig.got(kind, instrument))  # type: ignore[misc]
        await rig.audited(4)
        assert rig.got(BookInvalid) == []
        tops = rig.got(BookTop, BTC[market])
        assert all(0 < top.bid < top.ask and top.bid_size > 0 and top.ask_size > 0 for top in tops)
        assert all(before.update_id < after.update_id for before, after in pairwise(tops))
        assert all(0 < top.received_ns <= top.published_ns for top in tops)
        depth = rig.got(BookDepth, BTC[market])[-1]
        assert depth.bids[::2] == sorted(depth.bids[::2], reverse=True)
        assert depth.asks[::2] == sorted(depth.asks[::2])
        assert len(depth.bids) <= 40
        assert rig.shell.trouble() == (Liveness.UP, "")
        assert rig.shell.clock_offset.is_known
        counts = rig.shell.feed.counts
        assert (counts.gaps, counts.mismatches, counts.malformed, counts.unknown) == (0, 0, 0, 0)
        assert counts.quotes_compared > 0
        assert rig.metrics.snapshot()["histograms"]["receipt_to_internal_ns"]["count"] > 0


async def test_retained_topics_are_those_that_hold_a_state(running: Running) -> None:
    async with running("usdm", prove_every_ms=10) as rig:
        await rig.until(lambda: rig.got(Trade) and rig.got(Mark) and rig.got(BookDepth))
        await rig.until(lambda: rig.got(BookProved))
        retained = {topic.partition(".")[0]: retain for topic, _, retain in rig.published}
        assert retained == {
            "instrument": True, "top": True, "depth": True, "mark": True, "trade": False, "proof": False,
        }  # fmt: skip


@BOTH
async def test_a_lost_message_makes_only_its_instrument_invalid_until_it_is_in_step_again(
    running: Running, market: str
) -> None:
    async with running(market) as rig:
        rig.forget()
        await rig.lose_one_depth_message("BTCUSDT", BTC[market])
        assert rig.shell.feed.counts.gaps == 1
        await rig.top_of(BTC[market])
        assert rig.shell.feed.feeds["BTCUSDT"].trusted
        await rig.audited(4)
        assert [each.instrument for each in rig.got(BookInvalid)] == []


@BOTH
async def test_many_lost_repeated_and_swapped_messages_never_leave_a_wrong_book(running: Running, market: str) -> None:
    async with running(market) as rig:
        rig.forget()
        for kind in ("gap", "dup", "reorder"):
            rig.fault(kind, symbol="BTCUSDT", probability=0.2, delay_ms=20, duration_ms=2_500)
        await rig.until(lambda: len(rig.got(BookInvalid, BTC[market])) >= 3)
        rig.venue.admin("DELETE", "faults")
        feed = rig.shell.feed.feeds["BTCUSDT"]
        await rig.until(lambda: feed.trusted)
        await rig.audited(4)
        assert rig.got(BookInvalid, ETH[market]) == []


@BOTH
async def test_an_instrument_that_falls_silent_is_found_although_pongs_come(running: Running, market: str) -> None:
    async with running(market) as rig:
        rig.forget()
        rig.fault("freeze", symbol="BTCUSDT", duration_ms=2_500, pong=True)
        await rig.invalid(BTC[market], "silent: ")
        await rig.until(lambda: rig.shell.feed.feeds["BTCUSDT"].trusted and rig.got(BookTop, BTC[market]))
        await rig.audited(4)
        assert rig.got(BookInvalid, ETH[market]) == []


@BOTH
async def test_a_stream_that_lags_behind_the_venue_s_clock_is_not_believed(running: Running, market: str) -> None:
    async with running(market, late_ms=400, probe_after_ms=60_000) as rig:
        await rig.until(lambda: rig.shell.clock_offset.is_known)
        rig.forget()
        rig.fault("delay_market", symbol="BTCUSDT", delay_ms=1_000, duration_ms=2_000)
        await rig.invalid(BTC[market], "late: ")
        await rig.top_of(BTC[market])
        assert rig.got(BookInvalid, ETH[market]) == []


@BOTH
async def test_a_lost_connection_makes_the_books_invalid_until_it_is_back(running: Running, market: str) -> None:
    async with running(market) as rig:
        rig.forget()
        rig.fault("close", channel="stream")
        for instrument in (BTC[market], ETH[market]):
            await rig.invalid(instrument, "disconnected: ")
            await rig.top_of(instrument)
        await rig.audited()


@BOTH
async def test_connections_are_replaced_without_a_hole_in_the_feed(running: Running, market: str) -> None:
    async with running(market) as rig:
        rig.forget()
        lines = [(line, line.session.connection) for line in rig.shell.lines]
        rig.fault("server_shutdown")
        for line, first in lines:
            assert first is not None
            await rig.until(first.closed.is_set)
            assert line.session.connection is not first
            assert first.why == "replaced"
        await rig.audited(4)
        assert rig.got(BookInvalid) == []
        counts = rig.shell.feed.counts
        assert counts.gaps == 0
        assert counts.stale_quotes > 0  # both connections carried the same quotes


@BOTH
async def test_planned_rotation_goes_on_and_on_without_a_hole(running: Running, market: str) -> None:
    async with running(market, rotate_after_ms=1_000, overlap_ms=200) as rig:
        line = rig.shell.lines[0]
        seen = set()
        await rig.until(lambda: (seen.add(line.session.connection), len(seen) >= 4)[1])  # type: ignore[func-returns-value]
        await rig.audited()
        assert rig.got(BookInvalid) == []
        trades = [trade.trade_id for trade in rig.got(Trade, BTC[market])]
        assert trades == sorted(set(trades))


async def test_a_halt_is_told_by_the_stream_and_a_changed_tick_by_the_next_reading(
    running: Running, simulated_binance: VenuePeer
) -> None:
    async with running("usdm") as rig:
        rig.forget()
        before = rig.shell.definitions["BTCUSDT"]
        rig.fault("halt", symbol="BTCUSDT", duration_ms=1_000)
        await rig.until(lambda: rig.got(InstrumentDefinition))
        halted = rig.got(InstrumentDefinition, BTC["usdm"])[0]
        assert (halted.status, halted.revision) == (TradingStatus.HALTED, before.revision + 1)
        rig.fault("tick_change", symbol="BTCUSDT", tick="0.01")
        rig.shell.refresh_instruments("an order was refused for its tick")
        await rig.until(lambda: rig.shell.definitions["BTCUSDT"].tick_size == Decimal("0.01"))
        assert rig.shell.grids["BTCUSDT"].tick == 0.01
        assert rig.shell.definitions["BTCUSDT"].revision > halted.revision
        assert rig.got(InstrumentDefinition, ETH["usdm"]) == []
        rig.fault("tick_change", symbol="BTCUSDT", tick="0.1")


async def test_a_refused_snapshot_is_asked_for_again_when_the_venue_lets_us(running: Running) -> None:
    async with running("spot", audit_every_ms=0) as rig:
        rig.forget()
        rig.fault("http", endpoint="depth", status=429, retry_after_ms=1_000, count=1)
        rig.fault("gap", symbol="BTCUSDT", channel="depth", count=1)
        lost = await rig.invalid(BTC["spot"], "gap: ")
        back = await rig.top_of(BTC["spot"])
        assert back.received_ns - lost.received_ns >= 900_000_000
        assert rig.got(BookInvalid, ETH["spot"]) == []


async def test_trades_of_usdm_may_come_from_the_undocumented_stream(running: Running) -> None:
    async with running("usdm", {"trades": "trade"}) as rig:
        await rig.until(lambda: rig.got(Trade, BTC["usdm"]))
        assert [line.plan.name for line in rig.shell.lines] == ["public", "market"]


async def test_a_route_that_carries_nothing_is_not_up(running: Running) -> None:
    """Unrouted URLs of USD-M acknowledge everything and deliver part of it."""
    async with running("usdm", {"market_path": ""}, first_data_ms=300) as rig:
        public, line = rig.shell.lines
        await rig.until(lambda: public.liveness is Liveness.UP and line.liveness is not Liveness.DOWN)
        state, reason = rig.shell.trouble()
        assert state in (Liveness.DEGRADED, Liveness.DOWN)
        assert "market stream has no" in reason
        assert rig.shell.feed.feeds["BTCUSDT"].trusted


@pytest.fixture(autouse=True)
def no_fault_before(simulated_binance: VenuePeer) -> Iterator[None]:
    simulated_binance.admin("DELETE", "faults")
    yield
