"""Our live orders on one instrument, each in its slot (side, level), and what is under way for it.

A slot has at most one un-acknowledged action: a newer target waits until the venue has answered the last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from crossbook.messages.base import OrderState, Side
from crossbook.messages.orders import OrderUpdate

Slot = tuple[Side, int]


@dataclass(slots=True)
class OwnQuote:
    """One order of ours. `order_id` is 0 until the OMS has accepted it."""

    slot: Slot
    place_intent_id: int
    order_id: int
    ticks: int
    lots: int
    """Total quantity, filled part included."""
    filled_lots: int
    state: OrderState
    placed_ns: int
    action_intent_id: int
    """Intent that is under way for it (place, amend or cancel); 0 when none is."""
    action_ns: int
    accepted_ns: int = 0
    """When the OMS accepted the action under way, by the OMS's stamp; 0 before it did."""
    updated_ns: int = 0
    """Stamp of the last update of the OMS."""
    cancelling: bool = False
    """Its cancel is under way."""

    @property
    def leaves(self) -> int:
        """Lots not yet filled."""
        return self.lots - self.filled_lots

    @property
    def rests(self) -> bool:
        """Whether it stands in the venue's book, as far as the venue has said."""
        return self.state in _RESTING


_RESTING = frozenset(
    {OrderState.OPEN, OrderState.PARTIALLY_FILLED, OrderState.PENDING_AMEND, OrderState.PENDING_CANCEL}
)

UNDER_WAY = frozenset({OrderState.PENDING, OrderState.PENDING_AMEND, OrderState.PENDING_CANCEL})
"""States in which the venue still owes an answer."""


class OwnQuotes:
    """All of them, found by slot, by order id or by the intent that placed them."""

    def __init__(self) -> None:
        """Empty: the OMS states what is live when the strategy joins."""
        self._by_slot: dict[Slot, OwnQuote] = {}
        self._by_order: dict[int, OwnQuote] = {}
        self._by_intent: dict[int, OwnQuote] = {}

    def __iter__(self) -> Iterator[OwnQuote]:
        """Over a copy, so that the caller may remove while walking."""
        return iter(list(self._by_slot.values()))

    def at(self, slot: Slot) -> OwnQuote | None:
        """The order in a slot."""
        return self._by_slot.get(slot)

    def find(self, order_id: int, intent_id: int = 0) -> OwnQuote | None:
        """By order id, else by the intent that placed it or is under way for it."""
        return self._by_order.get(order_id) or self._by_intent.get(intent_id)

    def of_side(self, side: Side) -> list[OwnQuote]:
        """The orders of one side, in no particular order."""
        return [quote for quote in self._by_slot.values() if quote.slot[0] is side]

    def add(self, quote: OwnQuote) -> None:
        """Put a new order in its slot, which must be empty."""
        if quote.slot in self._by_slot:
            raise ValueError(f"slot {quote.slot} already holds an order")
        self._by_slot[quote.slot] = quote
        if quote.order_id:
            self._by_order[quote.order_id] = quote
        if quote.place_intent_id:
            self._by_intent[quote.place_intent_id] = quote

    def accepted(self, quote: OwnQuote, order_id: int, accepted_ns: int) -> None:
        """The OMS accepted the action under way; a new order gets its id with it."""
        quote.order_id = order_id
        quote.accepted_ns = accepted_ns
        self._by_order[order_id] = quote
        self._settle_if_answered(quote)

    def apply(self, quote: OwnQuote, update: OrderUpdate) -> None:
        """Take over what the OMS says of the order; an older update than the last one changes nothing."""
        if update.updated_ns < quote.updated_ns:
            return
        quote.ticks, quote.lots, quote.filled_lots = update.price_ticks, update.qty_lots, update.filled_lots
        quote.state, quote.updated_ns = update.state, update.updated_ns
        if not quote.order_id:
            quote.order_id = update.order_id
            self._by_order[update.order_id] = quote
        if update.state.is_terminal:
            self.remove(quote)
        else:
            self._settle_if_answered(quote)

    def remove(self, quote: OwnQuote) -> None:
        """It is gone: ended at the venue, or never sent."""
        self._by_slot.pop(quote.slot, None)
        self._by_order.pop(quote.order_id, None)
        self._by_intent.pop(quote.place_intent_id, None)
        self._by_intent.pop(quote.action_intent_id, None)

    def begin(self, quote: OwnQuote, intent_id: int, now_ns: int) -> None:
        """An action is under way for it."""
        quote.action_intent_id, quote.action_ns, quote.accepted_ns = intent_id, now_ns, 0
        self._by_intent[intent_id] = quote

    def settle(self, quote: OwnQuote) -> None:
        """The action under way was answered, or never left."""
        if quote.action_intent_id != quote.place_intent_id:
            self._by_intent.pop(quote.action_intent_id, None)
        quote.action_intent_id = quote.accepted_ns = 0
        quote.cancelling = False

    def _settle_if_answered(self, quote: OwnQuote) -> None:
        """Verdicts and updates come on two sockets, in either order: both must have spoken, the update last."""
        answered = quote.state not in UNDER_WAY and quote.updated_ns > quote.accepted_ns
        if quote.action_intent_id and quote.accepted_ns and answered:
            self.settle(quote)

    def resting_lots_at(self, side: Side, ticks: int) -> int:
        """Our lots in the book at a price: what is not others'."""
        return sum(q.leaves for q in self._by_slot.values() if q.slot[0] is side and q.ticks == ticks and q.rests)

    def replace_all(self, updates: tuple[OrderUpdate, ...], now_ns: int) -> list[OrderUpdate]:
        """Take the OMS's word for what is live: the best-priced of each side first, level by level.

        Returns the orders beyond the 20 levels a side can have, which the caller cancels.
        """
        self._by_slot.clear()
        self._by_order.clear()
        self._by_intent.clear()
        surplus: list[OrderUpdate] = []
        for side in (Side.BUY, Side.SELL):
            live = [u for u in updates if u.side is side and not u.state.is_terminal]
            live.sort(key=lambda update: -side * update.price_ticks)
            for level, update in enumerate(live):
                if level < _MAX_LEVELS:
                    self.add(_adopt((side, level), update, now_ns))
                else:
                    surplus.append(update)
        return surplus


_MAX_LEVELS = 20


def _adopt(slot: Slot, update: OrderUpdate, now_ns: int) -> OwnQuote:
    pending = update.state in UNDER_WAY
    return OwnQuote(
        slot=slot,
        place_intent_id=update.intent_id,
        order_id=update.order_id,
        ticks=update.price_ticks,
        lots=update.qty_lots,
        filled_lots=update.filled_lots,
        state=update.state,
        placed_ns=now_ns,
        action_intent_id=update.intent_id if pending else 0,
        action_ns=now_ns,
        accepted_ns=update.updated_ns if pending else 0,
        updated_ns=update.updated_ns,
        cancelling=update.state is OrderState.PENDING_CANCEL,
    )
