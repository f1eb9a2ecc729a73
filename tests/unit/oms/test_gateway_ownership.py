"""Gateways: who owns an instrument, what a lost link means, and what a new one asks first."""

from crossbook.messages import gateway as g
from crossbook.messages.base import Liveness, Operation, OrderState
from crossbook.messages.health import Alert, ProcessHealth
from crossbook.messages.orders import Accepted
from oms.inputs import NotDelivered, PeerGone, Tick
from oms.outputs import ToGateway
from testkit.oms_desk import GATEWAY, PERP, STRATEGY, Desk, answers, sent

NEXT = b"gateway-binance.2"


def welcomes(desk: Desk) -> list[g.OmsWelcome]:
    return desk.commands(g.OmsWelcome)


def test_a_hello_is_granted_its_instruments_and_asked_for_the_whole_picture() -> None:
    desk = Desk()
    turn = desk.gateway_hello()
    welcome, reconcile = sent(turn)
    assert isinstance(welcome, g.OmsWelcome)
    assert (welcome.granted, welcome.refused, welcome.oms_epoch) == ((PERP,), "", 1)
    assert isinstance(reconcile, g.Reconcile)
    assert reconcile.fills_since_time_ns == desk.now.time_ns


def test_another_message_schema_is_refused_and_told() -> None:
    desk = Desk()
    turn = desk.gateway_hello(schema=99)
    (welcome,) = sent(turn)
    assert isinstance(welcome, g.OmsWelcome)
    assert welcome.granted == ()
    assert "schema 99" in welcome.refused
    assert desk.published(Alert)[-1].kind == "gateway_refused"


def test_an_older_epoch_of_the_same_gateway_is_refused() -> None:
    desk = Desk()
    desk.gateway_hello(NEXT, epoch=5)
    (welcome,) = sent(desk.gateway_hello(epoch=4))
    assert isinstance(welcome, g.OmsWelcome)
    assert "epoch 4 of binance is over: 5 has said hello" in welcome.refused


def test_a_new_instance_takes_over_and_what_was_in_flight_to_the_old_one_is_unknown() -> None:
    desk = Desk().open_for_business()
    resting, flying = desk.resting(), desk.place(ticks=499_980)
    turn = desk.gateway_hello(NEXT, epoch=2)
    assert (resting.state, flying.state) == (OrderState.UNKNOWN, OrderState.UNKNOWN)
    queries = [m for m in sent(turn) if isinstance(m, g.QueryOrder)]
    assert [(q.order_id, q.operation) for q in queries] == [
        (resting.order_id, Operation.PLACE),
        (flying.order_id, Operation.PLACE),
    ]
    assert {o.peer for o in turn.outputs if isinstance(o, ToGateway)} == {NEXT}
    assert desk.denied(desk.intent()).code == "recovering"


def test_orders_go_to_the_newest_instance_after_its_comparison() -> None:
    desk = Desk().open_for_business()
    desk.gateway_hello(NEXT, epoch=2)
    now = desk.now
    desk.feed(g.GatewayBeat("binance", 2, 1, {"usdm": True}, {}, now.monotonic_ns), NEXT)
    request = desk.commands(g.Reconcile)[-1].request_id
    desk.feed(g.ReconcileReport(request, "binance", "main", ("usdm",), (), 0, 0, ""), NEXT)
    turn = desk.feed(desk.intent(), STRATEGY)
    assert [o.peer for o in turn.outputs if isinstance(o, ToGateway)] == [NEXT]


def test_silence_is_a_lost_link_beats_after_it_begin_recovery() -> None:
    desk = Desk().open_for_business()
    flying = desk.place()
    desk.pass_ns(1_100_000_000)
    desk.feed(Tick())
    assert flying.state is OrderState.UNKNOWN
    assert desk.denied(desk.intent()).code == "gateway_absent"
    assert [h.state for h in desk.published(ProcessHealth) if h.role == "gateway"][-1] is Liveness.DOWN
    turn = desk.feed(g.GatewayBeat("binance", 1, 1, {"usdm": True}, {}, 0), GATEWAY)
    assert [type(m) for m in sent(turn)] == [g.QueryOrder, g.Reconcile]
    assert desk.denied(desk.intent()).code == "recovering"


def test_a_peer_that_zeromq_does_not_know_is_a_lost_link_at_once() -> None:
    desk = Desk().open_for_business()
    flying = desk.place()
    desk.feed(PeerGone("no such peer"), GATEWAY)
    assert flying.state is OrderState.UNKNOWN


def test_a_place_that_reached_no_gateway_was_not_sent_and_ends_denied() -> None:
    desk = Desk().open_for_business()
    order = desk.place()
    desk.feed(NotDelivered(order.order_id, Operation.PLACE, "gateway_absent"))
    desk.feed(PeerGone("no such peer"), GATEWAY)
    assert (order.state, order.reason) == (OrderState.DENIED, "not_sent gateway_absent")


def test_a_cancel_that_reached_no_gateway_is_sent_when_one_is_back() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    desk.cancel(order)
    desk.feed(NotDelivered(order.order_id, Operation.CANCEL, "gateway_absent"))
    desk.feed(PeerGone("no such peer"), GATEWAY)
    before = len(desk.commands(g.CancelOrder))
    desk.feed(g.GatewayBeat("binance", 1, 1, {"usdm": True}, {}, 0), GATEWAY)
    desk.report(order, OrderState.OPEN, source="query")
    assert order.state is OrderState.PENDING_CANCEL
    assert len(desk.commands(g.CancelOrder)) == before + 1


def test_a_beat_of_a_stranger_is_answered_with_say_hello() -> None:
    desk = Desk()
    (welcome,) = sent(desk.feed(g.GatewayBeat("binance", 1, 1, {}, {}, 0), GATEWAY))
    assert isinstance(welcome, g.OmsWelcome)
    assert (welcome.granted, welcome.refused) == ((), "say hello first")


def test_gateways_hear_from_the_oms_four_times_a_second_with_progress() -> None:
    desk = Desk().open_for_business()
    turns = desk.wait_ms(1_000)
    beats = desk.commands(g.OmsBeat, turns)
    assert len(beats) == 4 or len(beats) == 3
    assert [b.progress for b in beats] == sorted({b.progress for b in beats})


def test_a_mixed_fleet_is_told() -> None:
    desk = Desk()
    hello = g.GatewayHello("binance", 1, 1, "binance", "main", (), (), 1, "other build", 0)
    desk.feed(hello, GATEWAY)
    assert [a.kind for a in desk.published(Alert)][-2:] == ["mixed_builds", "gateway_link"]


def test_an_instrument_with_an_impossible_step_is_refused_the_others_are_granted() -> None:
    from decimal import Decimal

    import msgspec

    from testkit.oms_desk import SPOT, definition

    broken = msgspec.structs.replace(definition(SPOT), tick_size=Decimal(0))
    desk = Desk()
    turn = desk.feed(
        g.GatewayHello("binance", 1, 1, "binance", "main", ("usdm",), (definition(), broken), 1, "test", 0), GATEWAY
    )
    welcome = sent(turn)[0]
    assert isinstance(welcome, g.OmsWelcome)
    assert welcome.granted == (PERP,)
    assert "instrument_refused" in [a.kind for a in desk.published(Alert, [turn])]


def test_a_later_hello_of_the_same_instance_keeps_the_link() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    desk.gateway_hello()
    assert order.state is OrderState.OPEN
    assert isinstance(answers(desk.feed(desk.intent(), STRATEGY))[0], Accepted)
