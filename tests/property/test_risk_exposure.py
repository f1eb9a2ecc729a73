"""The exposure book against a model that adds everything up anew, whatever happens in whatever order."""

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crossbook.messages.base import Side
from risk.exposure import Cell, ExposureBook

ACCOUNTS, INSTRUMENTS, OWNERS = ("main", "side"), ("A@x", "B@x", "A@y"), ("mm", "arb")
sides = st.sampled_from([Side.BUY, Side.SELL])
sizes = st.integers(1, 100)
picks = st.integers(0, 1_000)


@dataclass
class ModelOrder:
    """What a naive book keeps of an order: its totals, asked for and filled."""

    owner: str
    account: str
    instrument: str
    side: Side
    ceiling: int
    filled: int = 0
    ended: bool = False

    @property
    def left(self) -> int:
        return max(self.ceiling - self.filled, 0)


class ExposureAgainstModel(RuleBasedStateMachine):
    """Orders are reserved, amended, filled, ended and filled late; marks move; positions are set."""

    def __init__(self) -> None:
        super().__init__()
        self.book = ExposureBook()
        self.orders: dict[int, ModelOrder] = {}
        self.positions: dict[tuple[str, str, str], int] = {}
        self.prices = dict.fromkeys(INSTRUMENTS, 0)
        self.forgotten: list[ModelOrder] = []
        self.next_id = 0

    def cells(self, owner: str, account: str, instrument: str) -> tuple[Cell, Cell]:
        asset, venue = instrument.split("@")
        gross, net = ("all", f"venue:{venue}"), (f"asset:{asset}", f"asset:{asset}@{venue}")
        return (
            self.book.open_cell("", account, instrument, gross, net),
            self.book.open_cell(owner, account, instrument, (f"strategy:{owner}",), ()),
        )

    def pick(self, number: int) -> tuple[int, ModelOrder]:
        order_id = sorted(self.orders)[number % len(self.orders)]
        return order_id, self.orders[order_id]

    def moved(self, owner: str, account: str, instrument: str, change: int) -> None:
        for who in ("", owner):
            key = (who, account, instrument)
            self.positions[key] = self.positions.get(key, 0) + change

    @rule(
        owner=st.sampled_from(OWNERS),
        account=st.sampled_from(ACCOUNTS),
        instrument=st.sampled_from(INSTRUMENTS),
        side=sides,
        size=sizes,
    )
    def reserve(self, owner: str, account: str, instrument: str, side: Side, size: int) -> None:
        self.next_id += 1
        self.orders[self.next_id] = ModelOrder(owner, account, instrument, side, size)
        self.book.reserve(self.next_id, side, self.cells(owner, account, instrument), size)

    @precondition(lambda self: self.orders)
    @rule(number=picks, ceiling=sizes)
    def amend_or_answer(self, number: int, ceiling: int) -> None:
        order_id, order = self.pick(number)
        if not order.ended:
            order.ceiling = ceiling
        self.book.set_ceiling(order_id, ceiling)

    @precondition(lambda self: self.orders)
    @rule(number=picks, size=sizes)
    def fill(self, number: int, size: int) -> None:
        order_id, order = self.pick(number)
        self.book.fill(order_id, order.side, self.cells(order.owner, order.account, order.instrument), size)
        order.filled += size
        self.moved(order.owner, order.account, order.instrument, order.side * size)
        self.settle(order_id, order)

    @precondition(lambda self: self.orders)
    @rule(number=picks, told=st.one_of(st.none(), st.integers(0, 120)))
    def end(self, number: int, told: int | None) -> None:
        order_id, order = self.pick(number)
        self.book.end(order_id, told)
        order.ended, order.ceiling = True, order.filled if told is None else told
        self.settle(order_id, order)

    @precondition(lambda self: self.forgotten)
    @rule(number=picks, size=sizes)
    def fill_after_the_end(self, number: int, size: int) -> None:
        order = self.forgotten[number % len(self.forgotten)]
        self.book.fill(0, order.side, self.cells(order.owner, order.account, order.instrument), size)
        self.moved(order.owner, order.account, order.instrument, order.side * size)

    @precondition(lambda self: any(not order.filled for order in self.orders.values()))
    @rule(number=picks)
    def withdraw(self, number: int) -> None:
        unfilled = sorted(order_id for order_id, order in self.orders.items() if not order.filled)
        order_id = unfilled[number % len(unfilled)]
        self.book.withdraw(order_id)
        del self.orders[order_id]

    @rule(instrument=st.sampled_from(INSTRUMENTS), price=st.integers(0, 1_000))
    def mark(self, instrument: str, price: int) -> None:
        self.prices[instrument] = price
        self.book.mark(instrument, price)

    @rule(account=st.sampled_from(ACCOUNTS), instrument=st.sampled_from(INSTRUMENTS), position=st.integers(-300, 300))
    def reconcile(self, account: str, instrument: str, position: int) -> None:
        cell = self.cells("mm", account, instrument)[0]
        cell.move(position - cell.position, 0, 0)
        self.positions["", account, instrument] = position

    def settle(self, order_id: int, order: ModelOrder) -> None:
        if order.ended and not order.left:
            self.forgotten.append(self.orders.pop(order_id))

    def sides_of(self, owner: str, account: str, instrument: str) -> tuple[int, int]:
        """The long and the short worst case, added up from every order."""
        mine = [
            order
            for order in self.orders.values()
            if (order.account, order.instrument) == (account, instrument) and owner in ("", order.owner)
        ]
        position = self.positions.get((owner, account, instrument), 0)
        return (
            position + sum(order.left for order in mine if order.side is Side.BUY),
            position - sum(order.left for order in mine if order.side is Side.SELL),
        )

    def gross_of(self, owner: str, venue: str = "") -> int:
        total = 0
        for account in ACCOUNTS:
            for instrument in INSTRUMENTS:
                if not venue or instrument.endswith(f"@{venue}"):
                    worst = max(map(abs, self.sides_of(owner, account, instrument)))
                    total += worst * self.prices[instrument]
        return total

    @invariant()
    def cells_are_the_sum_of_their_orders(self) -> None:
        for owner in ("", *OWNERS):
            for account in ACCOUNTS:
                for instrument in INSTRUMENTS:
                    cell = self.book.cell(owner, account, instrument)
                    if cell is not None:
                        assert (cell.long, cell.short) == self.sides_of(owner, account, instrument)

    @invariant()
    def totals_are_the_sum_of_their_cells(self) -> None:
        assert self.book.gross("all").value == self.gross_of("")
        for venue in ("x", "y"):
            assert self.book.gross(f"venue:{venue}").value == self.gross_of("", venue)
        for owner in OWNERS:
            assert self.book.gross(f"strategy:{owner}").value == self.gross_of(owner)
        for asset in ("A", "B"):
            sums = [
                self.sides_of("", account, name) for account in ACCOUNTS for name in INSTRUMENTS if name[0] == asset
            ]
            net = self.book.net(f"asset:{asset}")
            assert (net.long, net.short) == (sum(long for long, _ in sums), sum(short for _, short in sums))

    @invariant()
    def what_cannot_fill_any_more_is_forgotten(self) -> None:
        for order_id in range(1, self.next_id + 1):
            known = self.book.order(order_id)
            assert (known is not None) == (order_id in self.orders)
            if known is not None:
                assert known.reserved == self.orders[order_id].left


TestExposureAgainstModel = ExposureAgainstModel.TestCase
TestExposureAgainstModel.settings = settings(stateful_step_count=40)
