"""The state of the OMS as rows of tables: the one form in which it is journalled, mirrored to Redis and recovered.

Every turn of the core yields the rows it changed, as absolute values. The journal keeps them with the input that caused
them, Redis gets the newest of each key, and a start reads them back: an upsert per row, in journal order. No decision
is taken again on recovery, so that a newer version of the rules never rewrites what has happened.

Tags 901-949 belong to rows, 951-999 to the OMS's own inputs (`oms.inputs`).
"""

from decimal import Decimal

import msgspec

from crossbook.messages.base import Operation, OrderState, OrderType, Purpose, Side, Tif
from crossbook.messages.inventory import Balance
from crossbook.messages.orders import Fill
from crossbook.messages.risk import Block

ZERO = Decimal(0)


class Row(msgspec.Struct, array_like=True, gc=False, tag=True):
    """Base of what a table holds: changed in place, and written absolute."""


class Order(Row, tag=901):
    """An order from its approval to its end. Key: `order_id`."""

    order_id: int
    intent_id: int
    strategy: str
    account: str
    instrument: str
    revision: int
    side: Side
    order_type: OrderType
    tif: Tif
    price_ticks: int
    qty_lots: int
    post_only: bool
    reduce_only: bool
    purpose: Purpose
    tick: Decimal
    """Tick and lot (base units) of `revision`, so that ticks and lots keep their meaning."""
    lot: Decimal
    created_ns: int
    created_time_ns: int
    updated_ns: int
    state: OrderState = OrderState.PENDING
    unknown_operation: Operation | None = None
    venue_order_ids: tuple[str, ...] = ()
    """Every id the venue gave it, the newest last."""
    filled_qty: Decimal = ZERO
    reported_lots: int = 0
    """The venue's own cumulative quantity, its highest so far; the missing part is asked for, never made up."""
    pending_price_ticks: int = 0
    pending_qty_lots: int = 0
    reason: str = ""
    cancel_wanted: bool = False
    """A cancel was asked for and the venue has not yet ended the order."""
    ended_ns: int = 0

    @property
    def filled_lots(self) -> int:
        """Whole lots filled so far."""
        return int(self.filled_qty / self.lot) if self.filled_qty else 0

    @property
    def venue_order_id(self) -> str:
        """The newest id of the order at its venue; empty while none is known."""
        return self.venue_order_ids[-1] if self.venue_order_ids else ""

    @property
    def worst_lots(self) -> int:
        """The total quantity the venue may hold it for: the larger of what stands and what an amend asks for."""
        return max(self.qty_lots, self.pending_qty_lots)

    @property
    def awaits_fills(self) -> bool:
        """Whether the venue counts more as filled than it has told us trades of."""
        return self.state is not OrderState.DENIED and self.reported_lots > self.filled_lots

    @property
    def is_done(self) -> bool:
        """Ended, and every fill the venue counts has been applied."""
        return self.state.is_terminal and not self.awaits_fills


class Verdict(Row, tag=902):
    """The answer to an intent, kept so that a repeat gets the same one. Key: strategy, intent id."""

    strategy: str
    intent_id: int
    operation: Operation
    order_id: int
    code: str
    """Empty when accepted, else the denial code."""
    context: str
    time_ns: int


class AppliedFill(Row, tag=903):
    """A fill that was counted. Key: venue, account, instrument, venue trade id."""

    fill: Fill


class FillKeys(Row, tag=904):
    """Identities of fills already counted, as a snapshot carries them: `ids` and `times` belong together."""

    venue: str
    account: str
    instrument: str
    ids: list[str]
    times: list[int]


class Holding(Row, tag=905):
    """Position and result of an account in an instrument. `strategy` empty: all of it, else that strategy's share."""

    account: str
    instrument: str
    strategy: str
    qty: Decimal = ZERO
    average_price: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    bought: Decimal = ZERO
    sold: Decimal = ZERO
    volume: Decimal = ZERO
    """Sum of price times quantity, in the quote currency."""
    fills: int = 0
    adjusted: Decimal = ZERO
    """Sum of quantities adopted from the venue without a trade of ours."""
    adjusted_time_ns: int = 0
    """Venue time of the last adoption: a fill up to it that comes later is already in the quantity."""


class AssetHolding(Row, tag=906):
    """What an account holds of an asset in a market. Key: venue, account, market, asset."""

    balance: Balance
    reported_total: Decimal
    """What the venue said last, free and locked together."""
    reported_time_ns: int
    expected: Decimal
    """What our own count of fills, fees and movements says it should be."""


class Movement(Row, tag=907):
    """Money that moved without a trade, counted once. Key: venue, account, market, venue id."""

    venue: str
    account: str
    market: str
    instrument: str
    asset: str
    amount: Decimal
    kind: str
    venue_id: str
    venue_time_ns: int


class Adjustment(Row, tag=908):
    """A difference to the venue that was adopted: history, not state."""

    venue: str
    account: str
    market: str
    subject: str
    """Instrument or asset."""
    ours: Decimal
    venues: Decimal
    time_ns: int
    reason: str


class AccountResult(Row, tag=909):
    """What the portfolio rules must remember of an account, or of a scope of theirs (high water). Key: account."""

    account: str
    equity_start: Decimal | None = None
    high_water: Decimal | None = None
    transfers: Decimal = ZERO
    markout_1s_sum_bps: float = 0.0
    markout_1s_count: int = 0
    markout_10s_sum_bps: float = 0.0
    markout_10s_count: int = 0


class Blocks(Row, tag=910):
    """Everything that restricts trading. One row."""

    blocks: tuple[Block, ...]


class CommandCounter(Row, tag=911):
    """The last command counter of a sender: an older one is a replay. Key: sender."""

    sender: str
    counter: int


class GatewayEpoch(Row, tag=912):
    """The newest epoch a gateway said hello with. Key: gateway name."""

    gateway: str
    epoch: int
    venue: str
    account: str


class Removed(Row, tag=913):
    """Rows that are forgotten: ended orders and old verdicts beyond what memory is kept for."""

    orders: tuple[int, ...] = ()
    verdicts: tuple[tuple[str, int], ...] = ()


class Desk(Row, tag=914):
    """Desk, and the epoch of this life of the OMS. One row."""

    desk: int
    epoch: int


class OrderSequence(Row, tag=915):
    """Orders numbered so far in this epoch. One row, written with snapshots (each order tells it otherwise)."""

    epoch: int
    sequence: int


class Opening(Row, tag=916):
    """From when on an account's market is bookkept: what happened before lies in the holdings found then.

    Key: venue, account, market. Fills up to `time_ns` of the venue's clock are not counted again.
    """

    venue: str
    account: str
    market: str
    time_ns: int
