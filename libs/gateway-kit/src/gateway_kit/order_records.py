"""What a gateway remembers of each order while it lives at the venue."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from crossbook.messages.base import OrderState
from crossbook.messages.gateway import CancelOrder
from gateway_kit.order_words import OrderWord
from gateway_kit.outcome_resolver import Question
from gateway_kit.tradables import Tradable

_KEPT_ENDED = 20_000


@dataclass(slots=True)
class OrderRecord:
    """One logical order. A replacement at the venue (see `client_ids`) is the same order with newer ids."""

    order_id: int
    tradable: Tradable
    client_id: str
    """Of the newest leg that the venue confirmed, or of the place under way."""
    venue_order_id: str = ""
    price_ticks: int = 0
    qty_lots: int = 0
    cumulative_lots: int = 0
    """The venue's own sum of fills."""
    state: OrderState = OrderState.PENDING
    replacement: int = 0
    """Number of the newest leg asked for."""
    replacement_id: str = ""
    """Client id of a leg whose request is under way or unknown."""
    question: Question | None = None
    """What a resolver is finding out about it."""
    held_end: OrderWord | None = None
    """The end of the old leg, while it is not yet known whether the new one took its place."""
    trades: dict[str, int] = field(default_factory=dict)
    """Trade id → lots, of the fills told to the OMS."""
    old_venue_ids: set[str] = field(default_factory=set)
    """Venue ids of replaced legs."""
    on_stream: bool = False
    """Whether the private stream has told of it."""
    end_on_stream: bool = False
    """Whether the private stream has told of its end."""
    cancel_wanted: CancelOrder | None = None
    """Set once a cancel was asked for: the order is to go, whatever its newest leg."""
    adopted: bool = False
    """Sent by an earlier life of this gateway, and not yet seen live: which legs it has had is not known."""

    @property
    def is_live(self) -> bool:
        """Whether it may be open at the venue."""
        return not self.state.is_terminal

    @property
    def filled_lots(self) -> int:
        """Sum of the fills seen by trade id."""
        return sum(self.trades.values())


class OrderBookOfOurs:
    """Records by order id and venue id; ended ones are kept for a while, for late fills."""

    def __init__(self) -> None:
        """Empty."""
        self._live: dict[int, OrderRecord] = {}
        self._ended: OrderedDict[int, OrderRecord] = OrderedDict()
        self._by_venue_id: dict[tuple[str, str], OrderRecord] = {}

    def __len__(self) -> int:
        """Number of live orders."""
        return len(self._live)

    def get(self, order_id: int) -> OrderRecord | None:
        """The record of an order, live or ended."""
        return self._live.get(order_id) or self._ended.get(order_id)

    def by_venue_id(self, symbol: str, venue_order_id: str) -> OrderRecord | None:
        """The record of an order by any venue id it had."""
        return self._by_venue_id.get((symbol, venue_order_id))

    def add(self, record: OrderRecord) -> None:
        """A new live order."""
        self._live[record.order_id] = record
        if record.venue_order_id:
            self._by_venue_id[record.tradable.symbol, record.venue_order_id] = record

    def set_venue_id(self, record: OrderRecord, venue_order_id: str) -> None:
        """The venue named its (newest) id."""
        if record.venue_order_id and record.venue_order_id != venue_order_id:
            record.old_venue_ids.add(record.venue_order_id)
        record.venue_order_id = venue_order_id
        self._by_venue_id[record.tradable.symbol, venue_order_id] = record

    def end(self, record: OrderRecord, state: OrderState) -> None:
        """It ended; the record stays for late fills until many newer ones have ended."""
        record.state = state
        self._live.pop(record.order_id, None)
        self._ended[record.order_id] = record
        if len(self._ended) > _KEPT_ENDED:
            _, oldest = self._ended.popitem(last=False)
            for venue_id in (oldest.venue_order_id, *oldest.old_venue_ids):
                self._by_venue_id.pop((oldest.tradable.symbol, venue_id), None)

    def revive(self, record: OrderRecord, state: OrderState) -> None:
        """The venue says that an order we took for ended lives."""
        self._ended.pop(record.order_id, None)
        record.state = state
        self._live[record.order_id] = record

    def live(self, symbols: frozenset[str] = frozenset()) -> Iterator[OrderRecord]:
        """Live orders on these symbols, on all if none is named."""
        return iter([r for r in self._live.values() if not symbols or r.tradable.symbol in symbols])
