"""Without an OMS that works, orders are cancelled and held; the hold ends with its cause."""

import pytest

from risk.guardian.actions import What
from testkit.guardian_rig import GuardianRig, notices, tells

HOLD = ("binance", "hold", "all")
RELEASE = ("binance", "release", "all")


def held(rig: GuardianRig) -> GuardianRig:
    """The OMS is silent and the gateway has let go."""
    rig.oms_speaks = False
    assert HOLD in tells(rig.step(2_100))
    rig.answer(What.HOLD)
    return rig


def test_nothing_is_done_while_all_works() -> None:
    assert GuardianRig().start().step(60_000) == []


def test_an_oms_without_progress_is_held_once_its_time_is_over() -> None:
    rig = GuardianRig().start()
    rig.oms_speaks = False
    assert tells(rig.step(1_000)) == []
    actions = rig.step(1_100)
    assert tells(actions) == [HOLD]
    assert notices(actions) == [("hold", "binance", False)]


def test_a_state_repeated_is_no_progress() -> None:
    rig = GuardianRig().start()
    rig.oms_speaks = False
    stale = rig.guardian.oms.state
    assert stale is not None
    actions = []
    for _ in range(10):
        rig.guardian.on_event(stale, rig.now_ns)
        actions += rig.step(250)
    assert HOLD in tells(actions)


def test_a_hold_that_was_not_clean_is_asked_for_again_until_it_is() -> None:
    rig = GuardianRig().start()
    rig.oms_speaks = False
    rig.step(2_100)
    rig.answer(What.HOLD, ok=False, left=3)
    assert tells(rig.step(300)) == [HOLD]
    rig.answer(What.HOLD)
    assert tells(rig.step(5_000)) == []


def test_a_hold_nobody_took_is_sent_again_at_once() -> None:
    rig = GuardianRig().start()
    rig.oms_speaks = False
    rig.step(2_100)
    rig.guardian.gateways["binance"].on_not_sent((What.HOLD, "all"))
    assert tells(rig.step(300)) == [HOLD]


def test_progress_alone_does_not_release() -> None:
    rig = held(GuardianRig().start())
    rig.oms_speaks = True
    assert tells(rig.step(10_000)) == []
    assert "compared" in rig.guardian.held["binance"]


def test_a_comparison_made_before_the_silence_does_not_release() -> None:
    rig = GuardianRig().start()
    rig.compared()
    held(rig)
    rig.oms_speaks = True
    assert RELEASE not in tells(rig.step(5_000))


def test_it_releases_by_itself_after_progress_and_comparison() -> None:
    rig = held(GuardianRig().start())
    rig.oms_speaks = True
    rig.step(1_000)
    rig.compared()
    actions = rig.step(100)
    assert tells(actions)[0] == RELEASE
    assert notices(actions) == [("hold", "binance", True)]
    rig.answer(What.RELEASE)
    rig.step(500)
    assert tells(rig.step(5_000)) == []


def test_a_release_that_was_lost_is_sent_again() -> None:
    rig = held(GuardianRig().start())
    rig.oms_speaks = True
    rig.step(1_000)
    rig.compared()
    rig.step(600)
    assert RELEASE in tells(rig.step(600))


def test_a_gateway_that_restarts_under_a_hold_is_told_again() -> None:
    rig = held(GuardianRig().start())
    rig.restart_gateway("2")
    assert tells(rig.step(300)) == [HOLD]


def test_a_hold_that_an_earlier_guardian_left_ends_only_after_a_comparison() -> None:
    rig = GuardianRig()
    rig.facts["holds"] = "guardian"
    actions = rig.step(3_000)
    assert RELEASE not in tells(actions)
    rig.compared()
    assert RELEASE in tells(rig.step(100))


def test_an_operators_hold_is_not_ours_to_release() -> None:
    rig = GuardianRig()
    rig.facts["holds"] = "alice"
    assert tells(rig.step(10_000)) == []


@pytest.mark.parametrize(("waited_ms", "expected"), [(14_000, []), (16_000, [HOLD])])
def test_an_oms_never_heard_may_take_its_time_to_start(waited_ms: int, expected: list[tuple[str, str, str]]) -> None:
    rig = GuardianRig()
    rig.oms_speaks = False
    assert tells(rig.step(waited_ms)) == expected


def test_its_own_blindness_is_nobodys_silence() -> None:
    rig = GuardianRig().start()
    rig.now_ns += 30_000_000_000
    assert tells(rig.step(500)) == []
    rig.oms_speaks = False
    assert HOLD in tells(rig.step(2_100))


def test_redis_that_the_oms_deals_with_is_only_told() -> None:
    rig = GuardianRig().start()
    rig.redis_answers = False
    actions = rig.step(30_000)
    assert (tells(actions), notices(actions)) == ([], [("redis_lost", "redis", False)])
    rig.redis_answers = True
    assert notices(rig.step(200)) == [("redis_lost", "redis", True)]


def test_redis_lost_for_long_holds_an_oms_that_goes_on_adding() -> None:
    rig = GuardianRig().start()
    rig.redis_answers = False
    assert HOLD in tells(rig.step(61_000))
    rig.redis_answers = True
    rig.answer(What.HOLD)
    assert RELEASE in tells(rig.step(300))


def test_orders_nobody_owns_are_cancelled_after_a_while() -> None:
    rig = GuardianRig().start()
    rig.guardian.oms.live_orders = 3
    assert rig.step(30_000) == []
    rig.guardian.oms.live_orders = 1
    assert tells(rig.step(15_000)) == []
    actions = rig.step(6_000)
    assert tells(actions) == [("binance", "cancel_all", "all")]
    assert notices(actions) == [("orders_nobody_owns", "orders", False)]
