"""Positions per account and per strategy: bookkeeping by the ledger, told to risk and to the world."""

from decimal import Decimal

from crossbook.instruments import parse_instrument_id
from crossbook.messages.base import Side
from crossbook.messages.inventory import Position
from crossbook.messages.orders import Fill
from oms import ledger
from oms.context import Context
from oms.rows import ZERO, Adjustment, Holding
from oms.valuation import Valuation


class Positions:
    """Every holding of the desk."""

    def __init__(self, context: Context, valuation: Valuation) -> None:
        self._context = context
        self._valuation = valuation

    def holding(self, account: str, instrument: str, strategy: str = "") -> Holding:
        """The account's holding, or a strategy's share of it; made when first asked for."""
        key = (account, instrument, strategy)
        row = self._context.state.holdings.get(key)
        if row is None:
            row = self._context.state.holdings[key] = Holding(account, instrument, strategy)
        return row

    def of_account(self, account: str) -> dict[str, Decimal]:
        """Position per instrument of an account."""
        return {
            instrument: row.qty
            for (owner, instrument, strategy), row in self._context.state.holdings.items()
            if owner == account and not strategy
        }

    def trade(self, fill: Fill, fee: ledger.Fee) -> Decimal | None:
        """Bookkeep a fill; returns what the account realised by it, in the quote currency.

        None for a fill that comes late and lies in a quantity adopted from the venue: balances contain it as well.
        """
        signed = fill.qty if fill.side is Side.BUY else -fill.qty
        row = self.holding(fill.account, fill.instrument)
        before = row.realised
        already_held = row.qty if fill.venue_time_ns <= row.adjusted_time_ns else None
        ledger.price_if_unpriced(row, fill.price)
        ledger.apply_trade(row, signed, fill.price, fee)
        realised: Decimal | None = row.realised - before
        if already_held is not None:
            ledger.adjust(row, already_held, fill.price)
            realised = None
        self._context.out.changed(row)
        if fill.strategy:
            share = self.holding(fill.account, fill.instrument, fill.strategy)
            ledger.apply_trade(share, signed, fill.price, fee)
            self._context.out.changed(share)
        return realised

    def fund(self, account: str, instrument: str, amount: Decimal) -> None:
        """Bookkeep a funding payment; above zero is received."""
        row = self.holding(account, instrument)
        row.funding += amount
        self._context.out.changed(row)
        self.published(account, instrument)

    def adopt(
        self, account: str, instrument: str, qty: Decimal, price: Decimal, venue_time_ns: int, why: str
    ) -> Decimal:
        """Take the venue's quantity for ours, as a typed adjustment; returns the difference."""
        row = self.holding(account, instrument)
        ours = row.qty
        difference = ledger.adjust(row, qty, price or self._valuation.mark(instrument) or ZERO)
        row.adjusted_time_ns = venue_time_ns
        definition = self._context.definition(instrument)
        name = parse_instrument_id(instrument)
        market = definition.market if definition else name.kind
        now = self._context.out.now
        self._context.out.changed(row)
        self._context.out.changed(Adjustment(name.venue, account, market, instrument, ours, qty, now.time_ns, why))
        self.published(account, instrument)
        return difference

    def published(self, account: str, instrument: str, *, caused_ns: int = 0) -> None:
        """Tell risk and the world what is held now."""
        row = self.holding(account, instrument)
        self._tell_risk(row)
        topic = f"position.{account}.{instrument}"
        self._context.out.publish(topic, self._message(row), retain=True, caused_ns=caused_ns)

    def tell_risk_all(self) -> None:
        """After recovery or new rules: every position anew."""
        for row in self._context.state.holdings.values():
            self._tell_risk(row)

    def publish_all(self) -> None:
        """After a start: what is held, as far as it is known."""
        for account, instrument, strategy in list(self._context.state.holdings):
            if not strategy:
                self.published(account, instrument)

    def _tell_risk(self, row: Holding) -> None:
        if row.instrument not in self._context.grids:
            return  # told when its gateway says hello
        if row.strategy:
            self._context.risk.set_strategy_position(row.strategy, row.account, row.instrument, row.qty)
        else:
            self._context.risk.set_position(row.account, row.instrument, row.qty)

    def _message(self, row: Holding) -> Position:
        mark = self._valuation.mark(row.instrument)
        buys, sells, count = self._open(row.account, row.instrument)
        return Position(
            parse_instrument_id(row.instrument).venue,
            row.account,
            row.instrument,
            row.qty,
            row.average_price,
            row.realised,
            ledger.unrealised(row, mark) if mark is not None and row.average_price else ZERO,
            row.fees,
            row.funding,
            row.bought,
            row.sold,
            float(mark) if mark is not None else 0.0,
            self._context.out.seq,
            self._context.now_ns,
            buys,
            sells,
            count,
        )

    def _open(self, account: str, instrument: str) -> tuple[Decimal, Decimal, int]:
        """What live orders could still buy and sell, and how many there are."""
        buys = sells = ZERO
        count = 0
        for order in self._context.state.live.values():
            if order.account != account or order.instrument != instrument:
                continue
            left = max(order.worst_lots, order.reported_lots) * order.lot - order.filled_qty
            count += not order.state.is_terminal
            if order.side is Side.BUY:
                buys += left
            else:
                sells += left
        return buys, sells, count
