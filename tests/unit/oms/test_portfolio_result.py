"""Result of the desk: PnL that explains equity, high water, markouts, and what they set off."""

from decimal import Decimal as D

import pytest

from crossbook.messages.base import OrderState, Side
from crossbook.messages.inventory import Pnl
from crossbook.messages.market import BookTop
from oms.rows import AccountResult
from testkit.oms_desk import PERP, SPOT, Desk, limits


def top(desk: Desk, mid: float, instrument: str = PERP) -> None:
    now_ns = desk.now.monotonic_ns
    desk.feed(BookTop(instrument, now_ns, mid - 0.5, 5.0, mid + 0.5, 5.0, 0, now_ns, now_ns))


def pnl(desk: Desk) -> Pnl:
    return desk.published(Pnl, desk.wait_ms(600, tops=False))[-1]


def test_pnl_explains_equity_to_the_last_digit() -> None:
    desk = Desk().open_for_business()
    desk.wait_ms(600)
    desk.fill(desk.resting(lots=10), 10, fee=D("0.2"))
    desk.fill(desk.resting(Side.SELL, 4, 500_100), 4, fee=D("0.08"))
    top(desk, 50_020.0)
    told = pnl(desk)
    assert told.realised == D("0.004") * (D("50010.0") - D("49999.0"))
    assert told.unrealised == D("0.006") * (D("50020.0") - D("49999.0"))
    assert told.fees == D("0.28")
    assert told.equity - told.equity_start == told.realised + told.unrealised - told.fees + told.funding
    assert (told.currency, told.fills, told.equity_start) == ("USDT", 2, D(10_000_000))


def test_drawdown_counts_from_the_high_water_mark() -> None:
    desk = Desk().open_for_business()
    desk.wait_ms(600)
    desk.fill(desk.resting(lots=1_000), 1_000)
    top(desk, 50_099.0)
    high = pnl(desk)
    assert (high.high_water, high.drawdown) == (D(10_000_100), D(0))
    top(desk, 50_079.0)
    low = pnl(desk)
    assert (low.high_water, low.drawdown) == (D(10_000_100), D(20))


def test_a_breached_drawdown_cancels_everything_and_stays_so() -> None:
    desk = Desk(risk=limits(drawdown={"soft": 50, "hard": 100})).open_for_business()
    desk.wait_ms(600)
    desk.fill(desk.resting(lots=1_000), 1_000)
    resting = desk.resting(ticks=499_000)
    top(desk, 49_899.0)
    desk.wait_ms(600, tops=False)
    assert resting.state is OrderState.PENDING_CANCEL
    assert desk.denied(desk.intent()).code == "halted"
    top(desk, 51_000.0)
    desk.wait_ms(5_000)
    assert desk.denied(desk.intent()).code == "halted"


def test_a_transfer_in_is_no_gain() -> None:
    from crossbook.messages.gateway import BalanceMoved
    from testkit.oms_desk import GATEWAY

    desk = Desk().open_for_business()
    before = pnl(desk).equity
    desk.feed(BalanceMoved("binance", "main", "usdm", "", "USDT", D(5_000), "transfer", "x", 1, 1), GATEWAY)
    assert pnl(desk).equity == before


def test_spot_inventory_beyond_the_baseline_is_valued_at_the_mid() -> None:
    desk = Desk(instruments=(SPOT,)).open_for_business(spot={"BTC": "101", "USDT": "1000"})
    start = pnl(desk).equity_start
    assert start == D(1_000) + D("50000.05")
    top(desk, 50_010.05, SPOT)
    assert pnl(desk).equity - start == D("10.00")


@pytest.mark.parametrize(("side", "sign"), [(Side.BUY, 1), (Side.SELL, -1)])
def test_markouts_are_the_mids_move_in_our_favour_after_one_and_ten_seconds(side: Side, sign: int) -> None:
    desk = Desk().open_for_business()
    top(desk, 50_000.0)
    desk.fill(desk.resting(side, ticks=499_990 if side is Side.BUY else 500_020), 10)
    top(desk, 50_050.0)
    desk.wait_ms(1_100, tops=False)
    top(desk, 49_900.0)
    desk.wait_ms(9_200, tops=False)
    row = desk.core.state.results["main"]
    assert (row.markout_1s_count, row.markout_10s_count) == (1, 1)
    assert row.markout_1s_sum_bps == pytest.approx(sign * 10.0)
    assert row.markout_10s_sum_bps == pytest.approx(sign * -20.0)


def test_the_high_water_mark_is_written_down() -> None:
    desk = Desk().open_for_business()
    turns = desk.wait_ms(1_200)
    rows = [row for turn in turns for row in turn.rows if isinstance(row, AccountResult)]
    assert [row.high_water for row in rows if row.account == "all"][-1:] == [D(10_000_000)]
