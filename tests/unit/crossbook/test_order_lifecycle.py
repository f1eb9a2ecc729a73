"""The lifecycle table: what may follow what, and that only the venue ends an order."""

import pytest

from crossbook.messages.base import Operation, OrderState
from crossbook.order_lifecycle import (
    TABLE,
    IllegalTransition,
    OrderEvent,
    after_fill,
    next_state,
    pending_operation,
    resting_state,
)

S, E = OrderState, OrderEvent
LIVE = [state for state in S if not state.is_terminal]
ENDED = [state for state in S if state.is_terminal]
OURS = (E.AMEND_SENT, E.CANCEL_SENT, E.OUTCOME_UNKNOWN)


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        (S.PENDING, E.ACKED, S.OPEN),
        (S.PENDING, E.REJECTED, S.REJECTED),
        (S.PENDING, E.PLACE_NOT_SENT, S.DENIED),
        (S.PENDING, E.OUTCOME_UNKNOWN, S.UNKNOWN),
        (S.PENDING, E.CANCEL_SENT, S.PENDING_CANCEL),
        (S.OPEN, E.AMEND_SENT, S.PENDING_AMEND),
        (S.PENDING_AMEND, E.AMEND_REFUSED, S.OPEN),
        (S.PENDING_AMEND, E.CANCEL_SENT, S.PENDING_CANCEL),
        (S.PENDING_CANCEL, E.ACKED, S.PENDING_CANCEL),
        (S.PENDING_CANCEL, E.CANCEL_REFUSED, S.OPEN),
        (S.PENDING_CANCEL, E.CANCELLED, S.CANCELLED),
        (S.PENDING_CANCEL, E.FILLED, S.FILLED),
        (S.UNKNOWN, E.ACKED, S.OPEN),
        (S.UNKNOWN, E.PROVEN_ABSENT, S.REJECTED),
        (S.UNKNOWN, E.PLACE_NOT_SENT, S.DENIED),
        (S.UNKNOWN, E.CANCEL_SENT, S.UNKNOWN),
        (S.PARTIALLY_FILLED, E.EXPIRED, S.EXPIRED),
    ],
)
def test_the_table_says(state: OrderState, event: OrderEvent, after: OrderState) -> None:
    assert next_state(state, event) is after


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize("event", OURS)
def test_nothing_we_do_ends_an_order(state: OrderState, event: OrderEvent) -> None:
    after = TABLE[state].get(event)
    assert after is None or not after.is_terminal


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize(
    ("event", "after"),
    [(E.FILLED, S.FILLED), (E.CANCELLED, S.CANCELLED), (E.REJECTED, S.REJECTED), (E.EXPIRED, S.EXPIRED)],
)
def test_the_venues_word_ends_an_order_in_any_live_state(
    state: OrderState, event: OrderEvent, after: OrderState
) -> None:
    assert next_state(state, event) is after


@pytest.mark.parametrize("event", [E.AMEND_SENT, E.PLACE_NOT_SENT, E.PROVEN_ABSENT])
def test_what_contradicts_an_open_order_is_refused(event: OrderEvent) -> None:
    legal = event is E.AMEND_SENT
    if legal:
        assert next_state(S.OPEN, event) is S.PENDING_AMEND
    else:
        with pytest.raises(IllegalTransition, match=f"state open cannot take {event}"):
            next_state(S.OPEN, event)


@pytest.mark.parametrize("state", [S.FILLED, S.CANCELLED, S.EXPIRED])
@pytest.mark.parametrize("event", [event for event in E if event is not E.AMEND_SENT])
def test_an_end_by_the_venues_word_stays(state: OrderState, event: OrderEvent) -> None:
    assert next_state(state, event) is state


@pytest.mark.parametrize("state", ENDED)
def test_an_ended_order_is_not_amended(state: OrderState) -> None:
    with pytest.raises(IllegalTransition):
        next_state(state, E.AMEND_SENT)


@pytest.mark.parametrize("concluded", [S.REJECTED, S.DENIED])
@pytest.mark.parametrize(("event", "after"), [(E.FILLED, S.FILLED), (E.CANCELLED, S.CANCELLED), (E.EXPIRED, S.EXPIRED)])
def test_a_conclusion_of_ours_yields_to_the_venue(concluded: OrderState, event: OrderEvent, after: OrderState) -> None:
    assert next_state(concluded, event) is after


@pytest.mark.parametrize(
    ("state", "filled", "after"),
    [
        (S.PENDING, 3, S.PARTIALLY_FILLED),
        (S.OPEN, 3, S.PARTIALLY_FILLED),
        (S.OPEN, 10, S.FILLED),
        (S.PENDING_CANCEL, 3, S.PENDING_CANCEL),
        (S.PENDING_AMEND, 3, S.PENDING_AMEND),
        (S.UNKNOWN, 3, S.UNKNOWN),
        (S.UNKNOWN, 10, S.FILLED),
        (S.CANCELLED, 3, S.CANCELLED),
        (S.CANCELLED, 10, S.FILLED),
        (S.DENIED, 10, S.DENIED),
    ],
)
def test_fills_of_an_order_of_ten_lots_mean(state: OrderState, filled: int, after: OrderState) -> None:
    assert after_fill(state, filled, 10) is after


def test_a_resting_order_is_named_by_its_fills() -> None:
    assert (resting_state(0), resting_state(1)) == (S.OPEN, S.PARTIALLY_FILLED)


def test_a_lost_link_leaves_the_pending_operation_unknown() -> None:
    assert {state: pending_operation(state) for state in LIVE} == {
        S.PENDING: Operation.PLACE,
        S.PENDING_AMEND: Operation.AMEND,
        S.PENDING_CANCEL: Operation.CANCEL,
        S.OPEN: None,
        S.PARTIALLY_FILLED: None,
        S.UNKNOWN: None,
    }
