"""The venue's switch is armed while we have orders, fed only while we are alive, and stopped when nothing is left."""

from gateway_kit.dead_man_switch import DeadManSwitch, SwitchSettings
from gateway_kit.requests import Ask, Kind

S = 1_000_000_000
ARM, STOP = Ask(Kind.COUNTDOWN, "BTCUSDT", value=10_000), Ask(Kind.COUNTDOWN, "BTCUSDT", value=0)


def switch() -> DeadManSwitch:
    return DeadManSwitch(SwitchSettings(countdown_ms=10_000, refresh_ms=3_000))


def test_it_is_armed_with_the_first_order_and_fed_in_time() -> None:
    armed = switch()
    assert armed.due([], True, 0) == []
    assert armed.due(["BTCUSDT"], True, S) == [ARM]
    armed.done(ARM, True, S)
    assert armed.armed() == ("BTCUSDT",)
    assert armed.due(["BTCUSDT"], True, 4 * S - 1) == []
    assert armed.due(["BTCUSDT"], True, 4 * S) == [ARM]


def test_it_starves_when_the_oms_or_the_loop_make_no_progress() -> None:
    starved = switch()
    starved.due(["BTCUSDT"], True, 0)
    starved.done(ARM, True, 0)
    assert [starved.due(["BTCUSDT"], False, second * S) for second in range(3, 30)] == [[]] * 27
    assert starved.starved_since_ns == 3 * S
    assert starved.due(["BTCUSDT"], True, 30 * S) == [ARM]


def test_a_failed_refresh_is_repeated_long_before_the_countdown_ends() -> None:
    failing = switch()
    failing.due(["BTCUSDT"], True, 0)
    failing.done(ARM, False, 0)
    assert failing.due(["BTCUSDT"], True, S // 2) == []
    assert failing.due(["BTCUSDT"], True, S) == [ARM]


def test_it_is_stopped_once_nothing_of_ours_is_left_and_not_before() -> None:
    stopped = switch()
    stopped.due(["BTCUSDT"], True, 0)
    stopped.done(ARM, True, 0)
    assert stopped.due([], True, S) == []
    assert stopped.due([], True, 3 * S) == [STOP]
    stopped.done(STOP, True, 3 * S)
    assert stopped.due([], True, 9 * S) == []


def test_each_symbol_has_its_own() -> None:
    both = switch()
    both.due(["BTCUSDT"], True, 0)
    assert both.due(["BTCUSDT", "ETHUSDT"], True, S) == [Ask(Kind.COUNTDOWN, "ETHUSDT", value=10_000)]
