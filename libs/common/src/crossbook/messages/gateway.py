"""Between the OMS and gateways, on the OMS's `orders` socket (DEALER/ROUTER)."""

from decimal import Decimal

from crossbook.messages.base import Message, Operation, OrderState, OrderType, Part, Side, Tif
from crossbook.messages.market import InstrumentDefinition


class GatewayHello(Message, frozen=True, tag=301):
    """First message of a gateway, again whenever the link returns or an instrument's rules change."""

    gateway: str
    nonce: int
    epoch: int
    """Grows with each start of this gateway: the OMS routes to the newest that said hello."""
    venue: str
    account: str
    markets: tuple[str, ...]
    instruments: tuple[InstrumentDefinition, ...]
    schema_version: int
    build: str
    sent_ns: int


class GatewayBeat(Message, frozen=True, tag=302):
    """Each 250 ms. `ready` per market: orders can be sent and private events are seen."""

    gateway: str
    nonce: int
    progress: int
    ready: dict[str, bool]
    reasons: dict[str, str]
    """Per market that is not ready: why."""
    sent_ns: int


class OmsWelcome(Message, frozen=True, tag=303):
    """The OMS's answer to a hello: which instruments this gateway owns, and the epoch commands must carry."""

    oms_epoch: int
    desk: int
    granted: tuple[str, ...]
    refused: str
    """Why nothing is granted (schema mismatch, a newer epoch owns it); empty when granted."""
    sent_ns: int


class OmsBeat(Message, frozen=True, tag=304):
    """Each 250 ms to every gateway; it feeds dead-man switches only while these come and show progress."""

    oms_epoch: int
    progress: int
    sent_ns: int


class PlaceOrder(Message, frozen=True, tag=311):
    """Send this order to the venue, unless `valid_until_ns` has passed."""

    order_id: int
    oms_epoch: int
    instrument: str
    revision: int
    side: Side
    order_type: OrderType
    tif: Tif
    price_ticks: int
    qty_lots: int
    post_only: bool
    reduce_only: bool
    valid_until_ns: int
    tick_received_ns: int
    decided_ns: int
    oms_received_ns: int
    oms_sent_ns: int


class AmendOrder(Message, frozen=True, tag=312):
    """Change an order at the venue. `qty_lots` is the new total; some venues need `side` and the present values."""

    order_id: int
    oms_epoch: int
    instrument: str
    revision: int
    venue_order_id: str
    side: Side
    price_ticks: int
    qty_lots: int
    old_price_ticks: int
    old_qty_lots: int
    post_only: bool
    reduce_only: bool
    valid_until_ns: int
    tick_received_ns: int
    decided_ns: int
    oms_received_ns: int
    oms_sent_ns: int


class CancelOrder(Message, frozen=True, tag=313):
    """Cancel one order at the venue. Never expires: a late cancel is still wanted."""

    order_id: int
    oms_epoch: int
    instrument: str
    venue_order_id: str
    tick_received_ns: int
    decided_ns: int
    oms_sent_ns: int


class CancelAllOrders(Message, frozen=True, tag=314):
    """Cancel every order of this desk on the instruments named (none named: on all)."""

    request_id: int
    oms_epoch: int
    instruments: tuple[str, ...]
    oms_sent_ns: int


class QueryOrder(Message, frozen=True, tag=315):
    """Find out what became of an order; the gateway's outcome resolver asks until the venue proves one outcome."""

    order_id: int
    oms_epoch: int
    instrument: str
    venue_order_id: str
    operation: Operation
    created_time_ns: int


class Reconcile(Message, frozen=True, tag=316):
    """Ask for the venue's whole picture: open orders, fills since a time, balances and positions."""

    request_id: int
    oms_epoch: int
    fills_since_time_ns: int
    instruments: tuple[str, ...] = ()
    """Instruments whose fills are wanted; none: all granted ones."""


class OrderAcked(Message, frozen=True, tag=321):
    """The venue took the operation. The latency stamps are the gateway's."""

    order_id: int
    operation: Operation
    venue_order_id: str
    venue_time_ns: int
    sent_ns: int
    acked_ns: int
    price_ticks: int = 0
    """After an amend: what the venue says now stands; 0 where it does not say."""
    qty_lots: int = 0


class OrderRejected(Message, frozen=True, tag=322):
    """The venue's refusal of the operation. `code` is the venue's, `error_class` ours (`crossbook.errors`)."""

    order_id: int
    operation: Operation
    code: str
    message: str
    error_class: str
    sent_ns: int
    acked_ns: int


class OrderNotSent(Message, frozen=True, tag=323):
    """Ours: the bytes never left (expired, rate limited, not connected, wrong revision or epoch)."""

    order_id: int
    operation: Operation
    code: str
    context: str


class OrderUnknown(Message, frozen=True, tag=324):
    """The bytes left, or may have left, and the venue has not said what became of them."""

    order_id: int
    operation: Operation
    reason: str
    sent_ns: int


class OrderReport(Message, frozen=True, tag=325):
    """The venue's word about an order's state, from its stream or from a query. Applied by the lifecycle."""

    order_id: int
    venue_order_id: str
    state: OrderState
    """OPEN, PARTIALLY_FILLED, FILLED, CANCELLED, REJECTED or EXPIRED."""
    price_ticks: int
    qty_lots: int
    cumulative_lots: int
    """The venue's own sum of fills: a check, never applied as quantity."""
    reason: str
    venue_time_ns: int
    received_ns: int
    source: str
    """`stream`, `query` or `reconcile`."""
    instrument: str = ""
    """Canonical id, so that an order of ours which the OMS does not know can be cancelled."""


class OrderAbsent(Message, frozen=True, tag=326):
    """Proven: the venue does not have the order and never had it (not found, stable over its visible lag)."""

    order_id: int
    evidence: str


class VenueFill(Message, frozen=True, tag=327):
    """One trade as the venue tells it. Keyed by (venue, account, instrument, venue_trade_id); may come many times."""

    order_id: int
    """0 where the client order id is not one of ours."""
    venue: str
    account: str
    instrument: str
    venue_trade_id: str
    venue_order_id: str
    side: Side
    price: Decimal
    qty: Decimal
    """In base units."""
    fee: Decimal
    fee_asset: str
    maker: bool
    venue_time_ns: int
    received_ns: int
    source: str


class ForeignOrder(Message, frozen=True, tag=328):
    """An order at the venue that is not ours: left alone and reported."""

    instrument: str
    client_order_id: str
    venue_order_id: str
    side: Side
    price: Decimal
    qty: Decimal
    venue_time_ns: int


class BalanceReport(Message, frozen=True, tag=331):
    """Balances the venue named, absolute. `complete` when assets that are not named are zero."""

    venue: str
    account: str
    market: str
    balances: tuple["AssetBalance", ...]
    complete: bool
    reason: str
    venue_time_ns: int
    received_ns: int


class AssetBalance(Part, frozen=True):
    """`free` can be used, `locked` stands in open orders (spot) or margin. Their sum is what is held."""

    asset: str
    free: Decimal
    locked: Decimal


class PositionReport(Message, frozen=True, tag=332):
    """Positions the venue named, absolute, in signed base units. `complete` when those not named are flat."""

    venue: str
    account: str
    market: str
    positions: tuple["VenuePosition", ...]
    complete: bool
    reason: str
    venue_time_ns: int
    received_ns: int


class VenuePosition(Part, frozen=True):
    """One position at the venue."""

    instrument: str
    qty: Decimal
    entry_price: Decimal
    unrealised: Decimal


class BalanceMoved(Message, frozen=True, tag=333):
    """Money that moved without a trade of ours: transfer, deposit, withdrawal, funding, adjustment."""

    venue: str
    account: str
    market: str
    instrument: str
    """Set for funding, else empty."""
    asset: str
    amount: Decimal
    kind: str
    """`funding`, `transfer`, `adjustment`, `insurance` or the venue's own word."""
    venue_id: str
    """Identity of the movement at the venue, for counting it once; empty where there is none."""
    venue_time_ns: int
    received_ns: int


class ReconcileReport(Message, frozen=True, tag=334):
    """Ends the answer to `Reconcile`, after the reports, fills, balances and positions it asked for were sent."""

    request_id: int
    venue: str
    account: str
    markets: tuple[str, ...]
    open_order_ids: tuple[int, ...]
    """Every order of ours that is open at the venue now."""
    started_ns: int
    finished_ns: int
    failed: str
    """Why the picture is not whole; empty when it is."""


class CancelAllDone(Message, frozen=True, tag=335):
    """A cancel-all is confirmed; `remaining` counts orders of ours still open when verified (-1: not verified)."""

    request_id: int
    instruments: tuple[str, ...]
    remaining: int
    failed: str


class FeeReport(Message, frozen=True, tag=336):
    """The account's own fees as the venue states them; above zero is a cost."""

    venue: str
    account: str
    instrument: str
    maker_fee_bps: float
    taker_fee_bps: float
