"""Everything that moves the core: messages from the wires, and these of the OMS's own shell.

An input is a message, the peer it came from (empty for market data and for the inputs below) and the moment it is
handled at. Nothing else reaches the core, so the journalled inputs are enough to run it again.
"""

from typing import NamedTuple, TypeAlias

from crossbook.messages import control, gateway, market, orders
from crossbook.messages.base import Message, Operation
from oms import rows


class Now(NamedTuple):
    """The moment an input is handled at, read once by the shell."""

    monotonic_ns: int
    time_ns: int


class Started(Message, frozen=True, tag=951):
    """First input of a life of the OMS. With the rows recovered so far it determines everything that follows."""

    epoch: int
    desk: int
    build: str
    settings: str
    """JSON of `oms.settings.Settings`."""
    risk: str
    """JSON of the risk limits."""


class Tick(Message, frozen=True, tag=952):
    """The timer, each 100 ms."""


class NotDelivered(Message, frozen=True, tag=953):
    """A command reached no gateway: ZeroMQ had no peer for it. It was not sent."""

    order_id: int
    operation: Operation
    why: str


class PeerGone(Message, frozen=True, tag=954):
    """A message to a peer of `orders` found nobody: the link is down."""

    why: str


class JournalState(Message, frozen=True, tag=955):
    """Whether the journal takes records; while it does not, no order may be added."""

    writable: bool
    why: str


class RedisState(Message, frozen=True, tag=956):
    """Whether Redis takes our writes."""

    reachable: bool
    why: str


class SnapshotWanted(Message, frozen=True, tag=957):
    """Write part `part` of `parts` of the whole state to the journal; `number` names the snapshot."""

    number: int
    part: int
    parts: int


class MarketLink(Message, frozen=True, tag=958):
    """A gateway's market data came or stopped coming."""

    endpoint: str
    up: bool


class Stopping(Message, frozen=True, tag=959):
    """SIGTERM: no order is added any more, everything is cancelled."""

    why: str


FromStrategy: TypeAlias = (
    orders.PlaceIntent
    | orders.AmendIntent
    | orders.CancelIntent
    | orders.CancelAllIntent
    | orders.StrategyHello
    | orders.StrategyBeat
    | orders.QuoteStates
    | orders.StateRequest
    | control.Halt
    | control.Kill
    | control.Resume
    | control.CancelAll
    | control.HealthRequest
)
"""What the `intents` socket takes."""

FromGateway: TypeAlias = (
    gateway.GatewayHello
    | gateway.GatewayBeat
    | gateway.OrderAcked
    | gateway.OrderRejected
    | gateway.OrderNotSent
    | gateway.OrderUnknown
    | gateway.OrderReport
    | gateway.OrderAbsent
    | gateway.VenueFill
    | gateway.ForeignOrder
    | gateway.BalanceReport
    | gateway.PositionReport
    | gateway.BalanceMoved
    | gateway.ReconcileReport
    | gateway.CancelAllDone
    | gateway.FeeReport
)
"""What the `orders` socket takes."""

FromMarket: TypeAlias = (
    market.BookTop
    | market.BookInvalid
    | market.BookProved
    | market.Mark
    | market.InstrumentDefinition
    | market.VenueHealth
)
"""What is read from the gateways' `md` sockets."""

Own: TypeAlias = (
    Started | Tick | NotDelivered | PeerGone | JournalState | RedisState | SnapshotWanted | MarketLink | Stopping
)

Input: TypeAlias = FromStrategy | FromGateway | FromMarket | Own

AnyRow: TypeAlias = (
    rows.Order
    | rows.Verdict
    | rows.AppliedFill
    | rows.FillKeys
    | rows.Holding
    | rows.AssetHolding
    | rows.Movement
    | rows.Adjustment
    | rows.AccountResult
    | rows.Blocks
    | rows.CommandCounter
    | rows.GatewayEpoch
    | rows.Removed
    | rows.Desk
    | rows.OrderSequence
    | rows.Opening
)
