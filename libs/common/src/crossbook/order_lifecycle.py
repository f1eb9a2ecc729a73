"""The life of an order as a table: (state, event) -> state, or IllegalTransition.

Two kinds of evidence meet here. *Requests* of ours move an order into a pending state; the *venue's word* (an answer,
a stream event, a query) moves it on. Only the venue's word ends an order: a timeout leads to UNKNOWN and nowhere else.
A fill never changes state by itself; the ledger counts it, and `after_fill` says what the count means for the state.
Terminal states take no event but repeats of what is known, so that a late or doubled message changes nothing.
"""

from enum import StrEnum

from crossbook.errors import CrossbookError
from crossbook.messages.base import Operation, OrderState

S = OrderState


class OrderEvent(StrEnum):
    """What can happen to an order."""

    AMEND_SENT = "amend_sent"
    CANCEL_SENT = "cancel_sent"
    ACKED = "acked"
    """The venue took the place or the amend, or says the order rests."""
    AMEND_REFUSED = "amend_refused"
    """The venue refused the amend; the order stands as it was."""
    CANCEL_REFUSED = "cancel_refused"
    """The venue refused the cancel for a reason other than not knowing the order; it stands."""
    NOT_SENT = "not_sent"
    """A gateway's own refusal of an amend or cancel that never left; the order stands as it was."""
    PLACE_NOT_SENT = "place_not_sent"
    OUTCOME_UNKNOWN = "outcome_unknown"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    PROVEN_ABSENT = "proven_absent"
    """The venue never had it: stable not-found."""


E = OrderEvent


class IllegalTransition(CrossbookError):
    """The event cannot happen in this state: a bug of ours, or a venue that contradicts itself. Never ignored."""

    def __init__(self, state: OrderState, event: OrderEvent) -> None:
        """`state` is where the order was when the event came."""
        super().__init__(f"order in state {state} cannot take {event}")
        self.state = state
        self.event = event


_ENDS: dict[OrderEvent, OrderState] = {
    E.FILLED: S.FILLED,
    E.CANCELLED: S.CANCELLED,
    E.REJECTED: S.REJECTED,
    E.EXPIRED: S.EXPIRED,
}
_RESTS = {E.AMEND_SENT: S.PENDING_AMEND, E.CANCEL_SENT: S.PENDING_CANCEL, E.OUTCOME_UNKNOWN: S.UNKNOWN}

TABLE: dict[OrderState, dict[OrderEvent, OrderState]] = {
    S.PENDING: {
        E.ACKED: S.OPEN,
        E.CANCEL_SENT: S.PENDING_CANCEL,
        E.PLACE_NOT_SENT: S.DENIED,
        E.OUTCOME_UNKNOWN: S.UNKNOWN,
        E.PROVEN_ABSENT: S.REJECTED,
        **_ENDS,
    },
    S.OPEN: {E.ACKED: S.OPEN, E.NOT_SENT: S.OPEN, E.AMEND_REFUSED: S.OPEN, E.CANCEL_REFUSED: S.OPEN, **_RESTS, **_ENDS},
    S.PARTIALLY_FILLED: {
        E.ACKED: S.PARTIALLY_FILLED,
        E.NOT_SENT: S.PARTIALLY_FILLED,
        E.AMEND_REFUSED: S.PARTIALLY_FILLED,
        E.CANCEL_REFUSED: S.PARTIALLY_FILLED,
        **_RESTS,
        **_ENDS,
    },
    S.PENDING_AMEND: {
        E.ACKED: S.OPEN,
        E.AMEND_REFUSED: S.OPEN,
        E.NOT_SENT: S.OPEN,
        E.CANCEL_SENT: S.PENDING_CANCEL,
        E.OUTCOME_UNKNOWN: S.UNKNOWN,
        **_ENDS,
    },
    S.PENDING_CANCEL: {
        E.ACKED: S.PENDING_CANCEL,
        E.AMEND_REFUSED: S.PENDING_CANCEL,
        E.CANCEL_REFUSED: S.OPEN,
        E.NOT_SENT: S.OPEN,
        E.CANCEL_SENT: S.PENDING_CANCEL,
        E.PLACE_NOT_SENT: S.DENIED,
        E.OUTCOME_UNKNOWN: S.UNKNOWN,
        E.PROVEN_ABSENT: S.REJECTED,
        **_ENDS,
    },
    S.UNKNOWN: {
        E.ACKED: S.OPEN,
        E.AMEND_REFUSED: S.UNKNOWN,
        E.CANCEL_REFUSED: S.UNKNOWN,
        E.NOT_SENT: S.UNKNOWN,
        E.PLACE_NOT_SENT: S.DENIED,
        E.CANCEL_SENT: S.UNKNOWN,
        E.OUTCOME_UNKNOWN: S.UNKNOWN,
        E.PROVEN_ABSENT: S.REJECTED,
        **_ENDS,
    },
}
"""Every transition there is. Terminal states stand apart, in `_AFTER_END`."""

_AFTER_END = frozenset(E) - {E.AMEND_SENT}
"""What may still arrive for an ended order: anything that was under way. A new amend may not be sent."""


def next_state(state: OrderState, event: OrderEvent) -> OrderState:
    """The state after `event`. A terminal state keeps itself. Raises IllegalTransition."""
    if state.is_terminal:
        if event in _AFTER_END:
            return _corrected_end(state, event)
        raise IllegalTransition(state, event)
    try:
        return TABLE[state][event]
    except KeyError:
        raise IllegalTransition(state, event) from None


def after_fill(state: OrderState, filled_lots: int, qty_lots: int) -> OrderState:
    """The state once `filled_lots` of `qty_lots` are counted: a resting order becomes partially filled or filled.

    A pending or unknown operation stays what it is until the venue answers it, unless nothing is left to fill.
    """
    if state.is_terminal:
        return S.FILLED if filled_lots >= qty_lots > 0 and state is not S.DENIED else state
    if filled_lots >= qty_lots:
        return S.FILLED
    if filled_lots > 0 and state in (S.PENDING, S.OPEN):
        return S.PARTIALLY_FILLED
    return state


def resting_state(filled_lots: int) -> OrderState:
    """OPEN or PARTIALLY_FILLED: what a live order is called once its venue has confirmed it rests."""
    return S.PARTIALLY_FILLED if filled_lots > 0 else S.OPEN


def pending_operation(state: OrderState) -> Operation | None:
    """The operation whose outcome becomes unknown when the connection is lost in this state."""
    return {S.PENDING: Operation.PLACE, S.PENDING_AMEND: Operation.AMEND, S.PENDING_CANCEL: Operation.CANCEL}.get(state)


def _corrected_end(state: OrderState, event: OrderEvent) -> OrderState:
    """An end the venue states later outranks one we concluded (absent, not sent): only for those two it changes."""
    if state in (S.REJECTED, S.DENIED) and event in (E.FILLED, E.CANCELLED, E.EXPIRED):
        return _ENDS[event]
    return state
