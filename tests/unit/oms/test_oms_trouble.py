"""Trouble of the OMS's own: no journal, no Redis, SIGTERM."""

from crossbook.messages.base import OrderState
from crossbook.messages.gateway import CancelOrder
from crossbook.messages.health import Alert
from crossbook.messages.orders import Accepted
from oms.inputs import JournalState, RedisState, Stopping
from oms.settings import Settings
from testkit.oms_desk import Desk, answers, sent


def test_without_a_journal_nothing_is_added_and_cancels_go_on() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    desk.feed(JournalState(False, "no space left"))
    denied = desk.denied(desk.intent())
    assert (denied.code, denied.context) == ("journal_unwritable", "why=no space left")
    assert [type(m) for m in sent(desk.cancel(order))] == [CancelOrder]
    desk.feed(JournalState(True, ""))
    assert desk.place().state is OrderState.PENDING


def test_the_lost_journal_is_told_once_and_its_return_too() -> None:
    desk = Desk()
    for _ in range(3):
        desk.feed(JournalState(False, "no space left"))
    desk.feed(JournalState(True, ""))
    alerts = [a for a in desk.published(Alert) if a.kind == "journal_unwritable"]
    assert [(a.severity, a.cleared) for a in alerts] == [("page", False), ("info", True)]


def test_redis_may_be_gone_for_its_grace_then_only_reducing_passes_until_it_is_back() -> None:
    desk = Desk(settings=Settings(redis_grace_ms=3_000)).open_for_business()
    desk.feed(RedisState(False, "refused"))
    desk.wait_ms(2_900)
    resting = desk.resting()
    desk.wait_ms(300)
    assert desk.denied(desk.intent()).code == "reduce_only"
    assert resting.state is OrderState.OPEN
    desk.feed(RedisState(True, ""))
    assert isinstance(answers(desk.feed(desk.intent(), b"mm.1"))[0], Accepted)


def test_redis_that_was_never_gone_is_no_news() -> None:
    desk = Desk()
    turn = desk.feed(RedisState(True, ""))
    assert turn.outputs == ()


def test_stopping_adds_nothing_and_cancels_everything() -> None:
    desk = Desk().open_for_business()
    order = desk.resting()
    desk.feed(Stopping("SIGTERM"))
    assert order.state is OrderState.PENDING_CANCEL
    assert desk.denied(desk.intent()).code == "stopping"
