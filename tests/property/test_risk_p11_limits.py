"""Promise P11: a reducing order is never denied for exposure or loss; an adding order never passes over a limit.

The judge is a model of its own: it knows the filled position and every order, works out the worst case of each side by
adding up, and asks of every verdict whether it was right. Orders fill early, late and after their end, positions jump,
marks move, and sizes are scaled, so that limits are met from below and found exceeded.
"""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crossbook.messages.base import Purpose, Side
from risk.denials import Denial, DenialCode
from risk.gate import ApprovedAmend, ApprovedOrder
from testkit.evidence import CASES
from testkit.risk_world import OTHER, PERP, SPOT, RiskWorld

LOT = Decimal("0.01")
"""Everything here is a multiple of it, and it is a multiple of every instrument's own lot."""
LIMIT_LOTS, MAX_ORDER_LOTS, ASSET_LIMIT_LOTS = 100, 50, 150
NEVER_FOR_REDUCING = {
    DenialCode.POSITION_LIMIT,
    DenialCode.STRATEGY_LIMIT,
    DenialCode.VENUE_LIMIT,
    DenialCode.ASSET_LIMIT,
    DenialCode.TOTAL_LIMIT,
    DenialCode.INSUFFICIENT_MARGIN,
    DenialCode.SIZE_SCALED,
    DenialCode.HALTED,
    DenialCode.REDUCE_ONLY,
}
VENUE_OF = {SPOT: "alpha", PERP: "alpha", OTHER: "beta"}
picks = st.integers(0, 1_000)


@dataclass
class Order:
    """An order as the judge keeps it: the most it could fill, and what it has filled."""

    instrument: str
    strategy: str
    side: Side
    most: int
    filled: int = 0

    @property
    def left(self) -> int:
        return max(self.most - self.filled, 0)


class Limits(RuleBasedStateMachine):
    """Two strategies, three instruments on two venues, and limits that are often reached."""

    def __init__(self) -> None:
        super().__init__()
        loose = {"per_s": 1_000_000, "burst": 1_000_000}
        self.world = RiskWorld(
            assets={"BTC": {"max_net_base": "1.5"}},
            total={"max_gross_notional": 120_000},
            venues={"alpha": {"max_gross_notional": 80_000, "leverage": 1}, "beta": {"max_gross_notional": 70_000}},
            strategies={"mm": {"max_gross_notional": 60_000}, "arb": {"max_gross_notional": 75_000}},
            rates={"strategy": loose, "instrument": loose, "venue": loose},
            conduct={"duplicates": 100_000, "runaway_orders": 100_001},
        )
        self.orders: dict[int, Order] = {}
        self.positions = dict.fromkeys(VENUE_OF, 0)
        self.own: dict[tuple[str, str], int] = {}
        self.mids = dict.fromkeys(VENUE_OF, 50_000.0)
        self.next_id = 0

    def worst(self, instrument: str, side: Side, strategy: str = "") -> int:
        """The position, towards `side`, if everything of ours on that side filled."""
        held = self.own.get((strategy, instrument), 0) if strategy else self.positions[instrument]
        mine = (order for order in self.orders.values() if order.instrument == instrument and order.side is side)
        return side * held + sum(order.left for order in mine if strategy in ("", order.strategy))

    def gross(self, venue: str = "", strategy: str = "") -> Decimal:
        """The valued worst cases, added up."""
        total = Decimal(0)
        for instrument, where in VENUE_OF.items():
            if venue in ("", where):
                sides = [abs(self.worst(instrument, side, strategy)) for side in Side]
                total += max(sides) * LOT * Decimal(str(self.mids[instrument]))
        return total

    def net(self, side: Side) -> int:
        return sum(self.worst(instrument, side) for instrument in VENUE_OF)

    def scopes(self, strategy: str, instrument: str) -> list[tuple[str, Decimal, Decimal]]:
        """Every limit that an order of that strategy and instrument counts against: name, worst case, limit."""
        venue = VENUE_OF[instrument]
        value_limits = self.world.config
        return [
            *(
                (f"{instrument} {side.name}", Decimal(self.worst(instrument, side)), Decimal(LIMIT_LOTS))
                for side in Side
            ),
            *((f"asset {side.name}", Decimal(self.net(side)), Decimal(ASSET_LIMIT_LOTS)) for side in Side),
            ("all", self.gross(), value_limits.total.max_gross_notional),
            (venue, self.gross(venue), value_limits.venues[venue].max_gross_notional),
            (strategy, self.gross("", strategy), value_limits.strategies[strategy].max_gross_notional),
        ]

    def can_only_reduce(self, instrument: str, side: Side, lots: int) -> bool:
        """The definition itself: even if all of ours on this side filled, the position would not cross zero."""
        position = self.positions[instrument]
        return side * position < 0 and self.worst(instrument, side) + lots <= 0

    @rule(
        instrument=st.sampled_from(sorted(VENUE_OF)),
        strategy=st.sampled_from(["mm", "arb"]),
        side=st.sampled_from([Side.BUY, Side.SELL]),
        lots=st.integers(1, MAX_ORDER_LOTS),
    )
    def place(self, instrument: str, strategy: str, side: Side, lots: int) -> None:
        before = self.scopes(strategy, instrument)
        reduces = self.can_only_reduce(instrument, side, lots)
        self.next_id += 1
        price = round(self.mids[instrument] * (1 - 0.0002 * side))
        intent = self.world.order(instrument, strategy=strategy, side=side, qty=lots * LOT, price=price)
        verdict = self.world.ask(intent, self.next_id)
        CASES["P11"] += 1
        if isinstance(verdict, ApprovedOrder):
            assert verdict.reducing == reduces
            self.orders[self.next_id] = Order(instrument, strategy, side, lots)
            if not reduces:
                self.judge_adding(before, self.scopes(strategy, instrument))
        else:
            assert not (reduces and verdict.code in NEVER_FOR_REDUCING), verdict

    @precondition(lambda self: self.orders)
    @rule(number=picks, lots=st.integers(1, MAX_ORDER_LOTS))
    def amend(self, number: int, lots: int) -> None:
        order_id, order = self.pick(number)
        before = self.scopes(order.strategy, order.instrument)
        more = max(lots - order.most, 0)
        reduces = self.can_only_reduce(order.instrument, order.side, more)
        price = round(self.mids[order.instrument] * (1 - 0.0002 * order.side))
        verdict = self.world.amend(order_id, price, str(lots * LOT), strategy=order.strategy)
        CASES["P11"] += 1
        if isinstance(verdict, ApprovedAmend):
            order.most = max(order.most, lots)
            if not reduces:
                self.judge_adding(before, self.scopes(order.strategy, order.instrument))
        else:
            assert isinstance(verdict, Denial)
            assert not (reduces and verdict.code in NEVER_FOR_REDUCING), verdict

    @staticmethod
    def judge_adding(before: list[tuple[str, Decimal, Decimal]], after: list[tuple[str, Decimal, Decimal]]) -> None:
        for (name, was, limit), (_, now, _) in zip(before, after, strict=True):
            assert now <= limit or now <= was, f"{name}: {was} -> {now} above {limit}"

    @precondition(lambda self: self.orders)
    @rule(number=picks, lots=st.integers(1, MAX_ORDER_LOTS))
    def answer_amend(self, number: int, lots: int) -> None:
        order_id, order = self.pick(number)
        rules = self.world.engine.context.rules[order.instrument]
        live = self.world.engine.context.live_orders.get(order_id)
        assert live is not None
        stands = min(max(lots, order.filled), order.most)
        if stands:
            qty_lots = rules.grid.lots_exact(stands * LOT)
            self.world.engine.amend_resolved(order_id, live.pending_price_ticks or live.price_ticks, qty_lots)
            order.most = stands

    @precondition(lambda self: self.orders)
    @rule(number=picks, lots=st.integers(1, MAX_ORDER_LOTS))
    def fill(self, number: int, lots: int) -> None:
        order_id, order = self.pick(number)
        lots = min(lots, order.left)
        if lots:
            order.filled += lots
            self.traded(order_id, order, lots)

    @precondition(lambda self: self.orders)
    @rule(number=picks, unseen=st.integers(0, 5))
    def end_and_fill_late(self, number: int, unseen: int) -> None:
        """The venue ends the order having filled more than we have heard of; those fills come afterwards."""
        order_id, order = self.pick(number)
        told = order.filled + min(unseen, order.left)
        lot = self.world.engine.context.rules[order.instrument].grid.lots_exact(LOT)
        self.world.engine.order_ended(order_id, told * lot)
        late = told - order.filled
        del self.orders[order_id]
        if late:
            self.traded(order_id, order, late)

    @rule(instrument=st.sampled_from(sorted(VENUE_OF)), lots=st.integers(-300, 300))
    def reconcile(self, instrument: str, lots: int) -> None:
        """A transfer, a liquidation, a trade from outside: the position is something else now, limits or not."""
        self.world.engine.set_position("main", instrument, lots * LOT)
        self.positions[instrument] = lots

    @rule(instrument=st.sampled_from(sorted(VENUE_OF)), thousands=st.integers(40, 60))
    def move_market(self, instrument: str, thousands: int) -> None:
        mid = thousands * 1_000.0
        self.world.now_ns += 2_000_000_000
        self.mids[instrument] = mid
        for name, value in self.mids.items():
            self.world.top(name, value - 0.5, value + 0.5)
        self.world.engine.resume("asset:BTC", "test", self.world.now_ns)

    @rule(scale=st.sampled_from([0.1, 0.5, 1.0]))
    def rescale(self, scale: float) -> None:
        self.world.engine.context.scales.set_scale("all", scale)

    @rule(level=st.sampled_from(["halt", "reduce_only"]), on=st.booleans())
    def halt(self, level: str, on: bool) -> None:
        if on:
            self.world.engine.halt("venue:alpha", "test", "test", self.world.now_ns, level=level)
        else:
            self.world.engine.resume("venue:alpha", "test", self.world.now_ns)

    def pick(self, number: int) -> tuple[int, Order]:
        order_id = sorted(self.orders)[number % len(self.orders)]
        return order_id, self.orders[order_id]

    def traded(self, order_id: int, order: Order, lots: int) -> None:
        qty = str(lots * LOT)
        self.world.fill(order_id, qty, order.instrument, order.side, order.strategy)
        self.positions[order.instrument] += order.side * lots
        key = (order.strategy, order.instrument)
        self.own[key] = self.own.get(key, 0) + order.side * lots

    @invariant()
    def the_engine_counts_what_the_judge_counts(self) -> None:
        assert Decimal(self.world.engine.context.exposure.gross("all").value) / 10**30 == self.gross()


def test_what_a_quote_would_add_passes_as_a_repair_under_a_halt_but_not_over_a_limit() -> None:
    world = RiskWorld()
    world.engine.halt("all", "drill", "operator", world.now_ns)
    assert world.code(world.order(qty="0.5")) is DenialCode.HALTED
    assert world.code(world.order(qty="0.5", purpose=Purpose.REPAIR)) is None
    assert world.code(world.order(qty="0.5", purpose=Purpose.REPAIR, price=49_994)) is None
    assert world.code(world.order(qty="0.001", purpose=Purpose.REPAIR, price=49_993)) is DenialCode.POSITION_LIMIT


TestLimits = Limits.TestCase
TestLimits.settings = settings(stateful_step_count=40)
