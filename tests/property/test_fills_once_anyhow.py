"""P6: every fill counts exactly once, under duplicates, reordering, lateness and crashes in the middle."""

from decimal import Decimal as D

from hypothesis import given, settings
from hypothesis import strategies as st

from crossbook.messages.base import OrderState, Side
from crossbook.messages.gateway import VenueFill
from oms.inputs import Now
from oms.journal_format import Record
from oms.journal_state import Recovered
from testkit.oms_desk import GATEWAY, PERP, SPOT, Desk

FEES = st.sampled_from(["USDT", "BTC", "BNB"])


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[int], list[int], list[str], list[int]]:
    """Lots of each fill; the order in which they are told, with repeats; fee assets; before which a crash comes."""
    lots = draw(st.lists(st.integers(100, 500), min_size=1, max_size=8))
    once = list(range(len(lots)))
    repeats = draw(st.lists(st.sampled_from(once), max_size=12))
    arrivals = draw(st.permutations(once + repeats))
    fees = draw(st.lists(FEES, min_size=len(lots), max_size=len(lots)))
    crashes = draw(st.lists(st.integers(0, len(arrivals)), max_size=3, unique=True))
    return lots, arrivals, fees, crashes


@settings(max_examples=60)
@given(stories(), st.booleans(), st.booleans())
def test_position_balances_and_order_are_exact_however_the_fills_arrive(
    story: tuple[list[int], list[int], list[str], list[int]], ended_early: bool, sell: bool
) -> None:
    lots, arrivals, fees, crashes = story
    desk = Desk(instruments=(SPOT,)).open_for_business()
    side = Side.SELL if sell else Side.BUY
    order = desk.resting(side, sum(lots), 5_000_100 if sell else 4_999_900)
    fills = [
        desk.venue_fill(order, n, f"t{i}", fee=D(n) / 1_000_000, fee_asset=asset)
        for i, (n, asset) in enumerate(zip(lots, fees, strict=True))
    ]
    if ended_early:
        desk.report(order, OrderState.FILLED, cumulative=sum(lots))
    records = desk.records()
    for number, arrival in enumerate(arrivals):
        if number in crashes:
            desk, records = _crash(desk, records)
        desk.pass_ns(40 * 60 * 1_000_000_000 // len(arrivals))
        before = len(desk.frames)
        desk.feed(fills[arrival], GATEWAY)
        records += desk.records()[before:]
    _check(desk, fills, order.order_id, side, lots)


def _crash(desk: Desk, records: list[Record]) -> tuple[Desk, list[Record]]:
    recovered = Recovered()
    for record in records:
        recovered.take(record)
    now = Now(desk.now.monotonic_ns + 1, desk.now.time_ns + 1)
    after = Desk(
        instruments=desk.instruments,
        state=recovered.state,
        last_seq=recovered.last_seq,
        now=now,
        epoch=recovered.epoch + 1,
    )
    after.gateway_hello()
    return after, [*records, *after.records()]


def _check(desk: Desk, fills: list[VenueFill], order_id: int, side: Side, lots: list[int]) -> None:
    signed = int(side) * sum((f.qty for f in fills), D(0))
    taken = {asset: sum((f.fee for f in fills if f.fee_asset == asset), D(0)) for asset in ("USDT", "BTC", "BNB")}
    held = {key[3]: row.expected for key, row in desk.core.state.assets.items()}
    paid = int(side) * sum((f.qty * f.price for f in fills), D(0))
    assert desk.position(SPOT) == signed - taken["BTC"]
    assert held["BTC"] == 100 + signed - taken["BTC"]
    assert held["USDT"] == 10_000_000 - paid - taken["USDT"]
    assert held.get("BNB", D(0)) == -taken["BNB"]
    order = desk.core.state.orders[order_id]
    assert (order.filled_lots, order.is_done) == (sum(lots), True)
    assert order.state is OrderState.FILLED


@given(st.permutations(range(6)), st.integers(0, 5))
def test_the_final_tables_do_not_depend_on_the_order_of_arrival(arrivals: list[int], repeat: int) -> None:
    def outcome(sequence: list[int]) -> tuple[D, D, D, int]:
        desk = Desk().open_for_business()
        buy, sell = desk.resting(lots=30), desk.resting(Side.SELL, 30, 500_010)
        for number in sequence:
            order = buy if number % 2 else sell
            desk.fill(order, number + 1, f"t{number}", fee=D("0.01"))
        row = desk.core.state.holdings["main", PERP, ""]
        return row.qty, row.fees, row.bought, row.fills

    assert outcome([*arrivals, repeat]) == outcome(list(range(6)))
