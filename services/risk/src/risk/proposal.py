"""What an intent asks for, resolved against what is known: the one thing every check looks at."""

from dataclasses import dataclass

from crossbook.messages.base import OrderType, Purpose, Side
from risk.exposure import Cell
from risk.instrument_rules import InstrumentRules
from risk.live_orders import LiveOrder
from risk.market_views import MarketView

URGENT = frozenset({Purpose.HEDGE, Purpose.REPAIR, Purpose.FLATTEN})
"""Purposes that may use the reserve of the rate buckets."""


@dataclass(slots=True)
class Proposal:
    """A new order, or an order as it would be after an amend. Sizes in lots and in quantity units (`risk.units`)."""

    order_id: int
    strategy: str
    account: str
    rules: InstrumentRules
    revision: int
    side: Side
    order_type: OrderType
    price_ticks: int
    qty_lots: int
    post_only: bool
    reduce_only: bool
    purpose: Purpose
    valid_until_ns: int
    market_received_ns: int
    now_ns: int
    view: MarketView
    cell: Cell
    """Position and orders of the account in the instrument, before this proposal."""
    strategy_cell: Cell
    ceiling: int
    """The most the order could fill in all, once this is sent: while an amend is unanswered, old and new."""
    extra: int
    """By how much the ceiling grows; the whole quantity of a new order."""
    spend: int
    """Quantity whose cost must be at hand: what remains of the order, or of the larger one of old and new."""
    price: float
    """The limit price; for a market order the worst price that its collar allows; 0 without a reference."""
    rate: float
    """One unit of the quote currency in the reporting currency; 0 where it is not known."""
    amends: LiveOrder | None = None
    """The order an amend is about; None for a new order."""
    reducing: bool = False

    @property
    def opposes_position(self) -> bool:
        """Whether the side is the one that makes the position smaller."""
        return self.side * self.cell.position < 0

    @property
    def urgent(self) -> bool:
        """Whether it may use what ordinary orders must leave alone."""
        return self.reducing or self.purpose in URGENT

    @property
    def rate_scopes(self) -> tuple[str, str, str]:
        """The rate buckets it draws from."""
        rules = self.rules
        return f"strategy:{self.strategy}", f"{self.account}:{rules.instrument}", f"venue:{rules.venue}"


def is_reducing(cell: Cell, side: Side, extra: int) -> bool:
    """Whether `extra` more on `side` can only make the position smaller, and never turn it round.

    An order reduces only up to the size of the position, less everything else of ours that stands, flies or may stand
    on the same side: if all of it filled, the position would still not cross zero. Opposite orders do not help: they
    may never fill.
    """
    if side is Side.SELL:
        return cell.position > 0 and cell.open_sell + extra <= cell.position
    return cell.position < 0 and cell.open_buy + extra <= -cell.position
