"""The order desk: what leaves, what never does, and what the OMS is told about it."""

from decimal import Decimal

import pytest

from crossbook.messages import gateway as g
from crossbook.messages.base import Operation, OrderState, OrderType, TradingStatus
from gateway_kit.client_ids import render
from gateway_kit.rate_limiter import Limit, RateLimiter, Resource
from gateway_kit.requests import Channel, Priority
from testkit.desk_rig import INSTRUMENT, MS, DeskRig, capabilities, definition


def test_an_order_leaves_in_the_venues_form_and_its_answer_is_told_with_both_stamps() -> None:
    rig = DeskRig()
    order_id = rig.place()
    assert rig.text() == f"place {render(order_id)} BUY 1.000 @ 50000.00"
    rig.now_ns += 3 * MS
    rig.accept("v1")
    acked = rig.only(g.OrderAcked)
    assert (acked.order_id, acked.operation, acked.venue_order_id) == (order_id, Operation.PLACE, "v1")
    assert acked.acked_ns - acked.sent_ns == 3 * MS


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_until_ns": 1_000 * MS - 1}, "expired"),
        ({"oms_epoch": 2}, "old_epoch"),
        ({"oms_epoch": 4}, "old_epoch"),
        ({"revision": 6}, "old_revision"),
        ({"instrument": "DOGE-USDT@binance"}, "not_allowed"),
        ({"price_ticks": 0}, "bad_price"),
        ({"price_ticks": -5}, "bad_price"),
        ({"qty_lots": 0}, "bad_qty"),
        ({"qty_lots": -1}, "bad_qty"),
        ({"qty_lots": 100_001}, "bad_qty"),
        ({"reduce_only": True}, "reduce_only_unsupported"),
        ({"order_type": OrderType.MARKET}, "bad_type"),
    ],
)
def test_what_is_wrong_never_leaves_and_is_named(changes: dict[str, object], code: str) -> None:
    rig = DeskRig()
    order_id = rig.place(**changes)
    assert rig.sent == []
    assert (rig.only(g.OrderNotSent).order_id, rig.only(g.OrderNotSent).code) == (order_id, code)


def test_the_deadline_itself_is_still_in_time() -> None:
    rig = DeskRig()
    rig.place(valid_until_ns=rig.now_ns)
    assert len(rig.sent) == 1


def test_a_place_leaves_once_in_its_life() -> None:
    rig = DeskRig()
    order = rig.order()
    rig.desk.place(order, rig.now_ns, 1)
    rig.accept()
    rig.desk.place(order, rig.now_ns, 1)
    assert len(rig.sent) == 1
    assert [question.operation for question in rig.questions] == [Operation.PLACE]
    assert not any(isinstance(message, g.OrderNotSent) for message in rig.told)


def test_not_connected_and_rate_limited_are_not_sent() -> None:
    rig = DeskRig(limiter=RateLimiter([Limit(Resource.ORDERS, 1_000, 1)], {**dict.fromkeys(Priority, 1.0)}))
    rig.connected = False
    rig.place()
    assert rig.only(g.OrderNotSent).code == "not_connected"
    rig.told.clear()
    rig.connected = True
    rig.place()
    assert rig.only(g.OrderNotSent).code == "rate_limited"


@pytest.mark.parametrize("scope", ["all", "venue:binance", "asset:BTC", f"instrument:{INSTRUMENT}"])
def test_a_halt_in_any_scope_stops_new_orders_and_lets_cancels_pass(scope: str) -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.desk.gate.halts[scope] = "test"
    rig.place()
    assert rig.only(g.OrderNotSent).code == "halted"
    rig.cancel(order_id)
    assert rig.text() == f"cancel BTCUSDT {render(order_id)} v1"


def test_reducing_orders_pass_a_halt_but_no_kill() -> None:
    rig = DeskRig(can=capabilities(reduce_only=True))
    rig.desk.gate.halts["all"] = "test"
    rig.place(reduce_only=True)
    assert len(rig.sent) == 1
    rig.desk.gate.kills["all"] = "test"
    rig.place(reduce_only=True)
    assert rig.only(g.OrderNotSent).code == "killed"


def test_an_instrument_that_does_not_trade_takes_no_order() -> None:
    rig = DeskRig()
    rig.desk.set_instruments([definition(status=TradingStatus.HALTED)])
    rig.place()
    assert rig.only(g.OrderNotSent).code == "not_tradable"


def test_no_order_leaves_while_the_private_side_is_not_ready() -> None:
    rig = DeskRig()
    rig.desk.gate.not_ready = "picture: being asked for"
    rig.place()
    assert (rig.only(g.OrderNotSent).code, rig.sent) == ("not_ready", [])


def test_a_cancel_that_cannot_leave_is_sent_as_soon_as_it_can() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.connected = False
    rig.cancel(order_id)
    rig.pass_ms(150)
    assert len(rig.sent) == 1
    assert rig.told == []
    rig.connected = True
    rig.pass_ms(150)
    assert rig.text() == f"cancel BTCUSDT {render(order_id)} v1"


def test_a_cancel_that_never_can_leave_is_told_after_ten_seconds() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.desk.channel = None
    rig.cancel(order_id)
    for _ in range(99):
        rig.pass_ms(100)
    assert rig.told == []
    for _ in range(3):
        rig.pass_ms(100)
    assert (rig.only(g.OrderNotSent).operation, rig.only(g.OrderNotSent).code) == (Operation.CANCEL, "not_connected")


def test_a_cancel_of_an_order_from_an_earlier_life_goes_by_its_venue_id() -> None:
    rig = DeskRig()
    rig.cancel(rig.order().order_id, venue_order_id="v77")
    assert rig.text().split()[-1] == "v77"


def test_a_smaller_size_keeps_the_order_and_a_new_price_replaces_it() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id, price_ticks=5_000_000, qty_lots=600)
    assert rig.text() == f"amend {render(order_id)} - 0.600 @ 50000.00"
    rig.accept("v1")
    assert (rig.only(g.OrderAcked).qty_lots, rig.only(g.OrderAcked).venue_order_id) == (600, "v1")
    rig.amend(order_id)
    assert rig.text() == f"amend {render(order_id)} {render(order_id, 1)} 1.000 @ 50001.00"
    rig.accept("v2", client_id=render(order_id, 1))
    rig.cancel(order_id)
    assert rig.text() == f"cancel BTCUSDT {render(order_id, 1)} v2"


def test_a_replacement_is_refused_once_anything_is_filled() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.fill(render(order_id), "t1")
    rig.amend(order_id)
    assert rig.only(g.OrderNotSent).code == "amend_partially_filled"
    assert len(rig.sent) == 1


def test_one_amend_at_a_time() -> None:
    rig = DeskRig()
    order_id = rig.resting()
    rig.amend(order_id)
    rig.amend(order_id, price_ticks=5_000_200)
    assert rig.only(g.OrderNotSent).code == "amend_under_way"


def test_where_the_venue_amends_in_place_a_filled_order_can_be_moved() -> None:
    rig = DeskRig(can=capabilities(amend_in_place=True, amend_size_down=False, amend_by_replacement=False))
    order_id = rig.resting()
    rig.fill(render(order_id), "t1")
    rig.amend(order_id)
    assert rig.text() == f"amend {render(order_id)} - 1.000 @ 50001.00"


def test_a_query_for_an_order_never_heard_of_asks_the_venue() -> None:
    rig = DeskRig()
    order_id = rig.order().order_id
    rig.desk.query(g.QueryOrder(order_id, 3, INSTRUMENT, "v9", Operation.PLACE, 1_700_000_000_000_000_000))
    (question,) = rig.questions
    assert (question.venue_order_id, question.created_ms, question.adopted) == ("v9", 1_700_000_000_000, True)


def test_the_channel_goes_with_the_request() -> None:
    rig = DeskRig()
    rig.desk.channel = Channel.REST
    rig.place()
    assert rig.sent[0].channel is Channel.REST
    assert rig.sent[0].not_after_ns == rig.now_ns + 100 * MS


def test_orders_of_others_are_reported_once_and_never_touched() -> None:
    rig = DeskRig()
    for _ in range(2):
        rig.stream("somebody", OrderState.OPEN, "v50")
    foreign = rig.only(g.ForeignOrder)
    assert (foreign.client_order_id, foreign.price, foreign.qty) == ("somebody", Decimal("50000.00"), Decimal("1.000"))
    rig.stream(render(2**57), OrderState.OPEN, "v51")  # another desk's
    assert len(rig.told) == 2
    assert len(rig.desk.book) == 0
