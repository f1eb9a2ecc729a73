"""Random lives of orders against a venue that loses, repeats and reorders its words: what must hold in every one.

The machine plays both the strategy and the venue. The venue's own ledger is the truth; whatever the OMS believes
meanwhile, it never ends an order the venue has not ended, never counts a fill it did not make, never reserves less than
the venue could still fill, and once every word has arrived it agrees with the venue exactly.
"""

from decimal import Decimal as D

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crossbook.messages import gateway as g
from crossbook.messages.base import Message, Operation, OrderState, Side
from crossbook.messages.orders import Accepted
from testkit.oms_desk import GATEWAY, PERP, STRATEGY, Desk, answers, sent

LOT = D("0.001")
OPERATIONS: dict[type[Message], Operation] = {
    g.PlaceOrder: Operation.PLACE,
    g.AmendOrder: Operation.AMEND,
    g.CancelOrder: Operation.CANCEL,
}


class VenueOrder:
    """An order as the venue has it."""

    def __init__(self, command: g.PlaceOrder) -> None:
        self.side, self.price_ticks, self.qty = command.side, command.price_ticks, command.qty_lots
        self.filled = 0
        self.state = OrderState.OPEN


class LifecycleMachine(RuleBasedStateMachine):
    """Commands to the venue and its words may be lost or wait; nothing else is unkind."""

    @initialize()
    def begin(self) -> None:
        self.desk = Desk().open_for_business()
        self.venue: dict[int, VenueOrder] = {}
        self.commands: list[Message] = []
        self.words: list[Message] = []
        self.trades = 0

    def feed(self, message: Message, peer: bytes) -> list[Message]:
        turn = self.desk.feed(message, peer)
        self.commands += [m for m in sent(turn) if not isinstance(m, g.OmsBeat | g.Reconcile | g.OmsWelcome)]
        return answers(turn)

    @rule(side=st.sampled_from([Side.BUY, Side.SELL]), lots=st.integers(1, 9))
    def place(self, side: Side, lots: int) -> None:
        ticks = 499_990 if side is Side.BUY else 500_020
        (answer,) = self.feed(self.desk.intent(side, lots, ticks), STRATEGY)
        assert isinstance(answer, Accepted)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if order_id := self.pick(data):
            turn = self.desk.cancel(self.desk.core.state.orders[order_id])
            self.commands += sent(turn)

    @rule(data=st.data(), lots=st.integers(1, 12), better=st.integers(-5, 0))
    def amend(self, data: st.DataObject, lots: int, better: int) -> None:
        order_id = self.pick(data)
        if not order_id:
            return
        order = self.desk.core.state.orders[order_id]
        ticks = order.price_ticks + better * int(order.side)
        turn = self.desk.amend(order, ticks, max(lots, order.filled_lots + 1))
        self.commands += sent(turn)

    @precondition(lambda self: self.commands)
    @rule(data=st.data(), lost=st.integers(0, 4))
    def venue_takes_a_command(self, data: st.DataObject, lost: int) -> None:
        """One of five commands is lost on its way; the gateway then says that it does not know.

        A gateway answers a question about an order only when nothing of its own about that order is still under way.
        """
        index = data.draw(st.integers(0, len(self.commands) - 1))
        command = self.commands[index]
        if isinstance(command, g.QueryOrder) and self.under_way(command.order_id):
            return
        self.commands.pop(index)
        if isinstance(command, g.QueryOrder):
            self.answer(command.order_id)
        elif lost == 0:
            assert isinstance(command, g.PlaceOrder | g.AmendOrder | g.CancelOrder)
            self.words.append(g.OrderUnknown(command.order_id, OPERATIONS[type(command)], "lost", 0))
            if isinstance(command, g.PlaceOrder):
                self.venue.setdefault(command.order_id, VenueOrder(command)).state = OrderState.REJECTED
        else:
            self.obey(command)

    @rule(data=st.data(), lots=st.integers(1, 9))
    def venue_fills(self, data: st.DataObject, lots: int) -> None:
        resting = [i for i, o in self.venue.items() if o.state is OrderState.OPEN]
        if not resting:
            return
        order_id = data.draw(st.sampled_from(resting))
        order = self.venue[order_id]
        lots = min(lots, order.qty - order.filled)
        order.filled += lots
        self.trades += 1
        price = D(order.price_ticks) * D("0.1")
        fill = g.VenueFill(
            order_id, "binance", "main", PERP, f"t{self.trades}", "", order.side, price, LOT * lots, D(0), "USDT",
            True, self.desk.now.time_ns, self.desk.now.monotonic_ns, "stream",
        )  # fmt: skip
        self.words += [fill, fill]
        if order.filled == order.qty:
            order.state = OrderState.FILLED
            self.report(order_id, "stream")

    @precondition(lambda self: self.words)
    @rule(data=st.data())
    def a_word_arrives(self, data: st.DataObject) -> None:
        self.deliver(data.draw(st.integers(0, len(self.words) - 1)))

    @rule(milliseconds=st.sampled_from([100, 1_200, 5_500]))
    def time_passes(self, milliseconds: int) -> None:
        for turn in self.desk.wait_ms(milliseconds):
            self.commands += [m for m in sent(turn) if isinstance(m, g.QueryOrder | g.CancelOrder)]

    @invariant()
    def nothing_ends_without_the_venue(self) -> None:
        if not hasattr(self, "desk"):
            return
        for order_id, order in self.desk.core.state.orders.items():
            venue = self.venue.get(order_id)
            if order.state.is_terminal and venue is not None:
                assert venue.state is not OrderState.OPEN, f"{order.state} here, open there"

    @invariant()
    def no_fill_is_made_up_and_none_counted_twice(self) -> None:
        if not hasattr(self, "desk"):
            return
        for order_id, order in self.desk.core.state.orders.items():
            venue = self.venue.get(order_id)
            assert order.filled_lots <= (venue.filled if venue else 0)

    @invariant()
    def what_the_venue_may_still_fill_is_reserved(self) -> None:
        if not hasattr(self, "desk"):
            return
        for order_id, venue in self.venue.items():
            order = self.desk.core.state.orders[order_id]
            could_become = venue.qty if venue.state is OrderState.OPEN else venue.filled
            live_lots = 0 if order.state.is_terminal else order.worst_lots
            assert max(live_lots, order.reported_lots, order.filled_lots) >= could_become

    def teardown(self) -> None:
        """Every word arrives in the end; then both agree."""
        if not hasattr(self, "desk"):
            return
        for _ in range(200):
            while self.words:
                self.deliver(0)
            for command in self.commands:
                if not isinstance(command, g.QueryOrder):
                    self.obey(command)
            for command in self.commands:
                if isinstance(command, g.QueryOrder):
                    self.answer(command.order_id)
            self.commands.clear()
            if not self.words and not self.unsettled():
                break
            self.time_passes(1_200)
        self.agree()

    def unsettled(self) -> bool:
        return any(
            o.state not in (OrderState.OPEN, OrderState.PARTIALLY_FILLED) and not o.is_done
            for o in self.desk.core.state.orders.values()
        )

    def agree(self) -> None:
        total = D(0)
        for order_id, order in self.desk.core.state.orders.items():
            venue = self.venue[order_id]
            total += int(venue.side) * venue.filled * LOT
            assert order.filled_lots == venue.filled
            ended = venue.state is not OrderState.OPEN
            assert order.state.is_terminal is ended, f"{order.state} here, {venue.state} there"
            if not ended:
                assert (order.price_ticks, order.qty_lots) == (venue.price_ticks, venue.qty)
        assert self.desk.position() == total

    def under_way(self, order_id: int) -> bool:
        return any(getattr(c, "order_id", 0) == order_id and not isinstance(c, g.QueryOrder) for c in self.commands)

    def pick(self, data: st.DataObject) -> int:
        known = [i for i, o in self.desk.core.state.orders.items() if not o.state.is_terminal]
        return data.draw(st.sampled_from(known)) if known else 0

    def deliver(self, index: int) -> None:
        self.feed(self.words.pop(index), GATEWAY)

    def obey(self, command: Message) -> None:
        now = self.desk.now
        match command:
            case g.PlaceOrder():
                self.venue[command.order_id] = VenueOrder(command)
                self.words.append(g.OrderAcked(command.order_id, Operation.PLACE, f"v{command.order_id}", 0, 0, 0))
            case g.CancelOrder():
                order = self.venue.get(command.order_id)
                if order is not None and order.state is OrderState.OPEN:
                    order.state = OrderState.CANCELLED
                    self.report(command.order_id, "stream")
                else:
                    self.refuse(command.order_id, Operation.CANCEL)
            case g.AmendOrder():
                self.obey_amend(command)
            case g.CancelAllOrders():
                for order_id, order in self.venue.items():
                    if order.state is OrderState.OPEN:
                        order.state = OrderState.CANCELLED
                        self.report(order_id, "stream")
            case _:
                raise AssertionError(f"{command} at {now}")

    def obey_amend(self, command: g.AmendOrder) -> None:
        order = self.venue.get(command.order_id)
        if order is None or order.state is not OrderState.OPEN or command.qty_lots <= order.filled:
            self.refuse(command.order_id, Operation.AMEND)
            return
        order.price_ticks, order.qty = command.price_ticks, command.qty_lots
        self.words.append(g.OrderAcked(command.order_id, Operation.AMEND, "", 0, 0, 0, order.price_ticks, order.qty))

    def refuse(self, order_id: int, operation: Operation) -> None:
        self.words.append(g.OrderRejected(order_id, operation, "-2011", "unknown", "not_found", 0, 0))

    def answer(self, order_id: int) -> None:
        """What the resolver of a gateway says in the end: the venue's own picture, or a proof of absence."""
        if order_id not in self.venue or self.venue[order_id].state is OrderState.REJECTED:
            self.words.append(g.OrderAbsent(order_id, "twice"))
        else:
            self.report(order_id, "query")

    def report(self, order_id: int, source: str) -> None:
        order = self.venue[order_id]
        self.words.append(
            g.OrderReport(
                order_id, f"v{order_id}", order.state, order.price_ticks, order.qty, order.filled, "", 0,
                self.desk.now.monotonic_ns, source, PERP,
            )
        )  # fmt: skip


LifecycleMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestLifecycle = LifecycleMachine.TestCase
