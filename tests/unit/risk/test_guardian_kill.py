"""A kill, wherever it is seen first, stands everywhere and over restarts, until an operator resumes."""

import pytest

from crossbook.messages.control import Command
from risk.guardian.actions import Latch, What
from risk.guardian.latch import KillLatch, concerns
from testkit.guardian_rig import GuardianRig, latches, notices, tells

AT_GATEWAY = ("binance", "kill", "all")
AT_OMS = ("oms", "kill", "all")


def killed(rig: GuardianRig) -> GuardianRig:
    """Killed by an operator; OMS and gateway show it, and nothing is open."""
    rig.guardian.on_kill("all", "alice", "drill", rig.time_ns)
    rig.step(50)
    rig.answer(What.KILL)
    rig.killed_in_oms()
    rig.step(1_000)
    return rig


def test_an_operators_kill_is_written_down_first_and_told_everywhere() -> None:
    rig = GuardianRig().start()
    actions = rig.guardian.on_kill("all", "alice", "drill", rig.time_ns)
    assert isinstance(actions[0], Latch)
    assert notices(actions) == [("kill", "all", False)]
    assert set(tells(rig.step(100))) == {AT_GATEWAY, AT_OMS}


def test_a_kill_is_told_until_the_gateway_has_nothing_open() -> None:
    rig = GuardianRig().start()
    rig.guardian.on_kill("all", "alice", "drill", rig.time_ns)
    rig.killed_in_oms()
    rig.step(600)
    rig.answer(What.KILL, ok=False, left=2)
    assert rig.guardian.facts(rig.now_ns)["binance.open.all"] == "2 orders of ours open"
    assert tells(rig.step(300)) == [AT_GATEWAY]
    rig.answer(What.KILL)
    assert notices(rig.step(100)) == [("kill_verified", "all", False)]
    assert rig.step(10_000) == []
    assert rig.guardian.facts(rig.now_ns)["binance.open.all"] == "0"


def test_a_kill_that_only_the_oms_shows_is_latched() -> None:
    rig = GuardianRig().start()
    rig.killed_in_oms()
    actions = rig.step(600)
    assert latches(actions)
    assert tells(actions) == [AT_GATEWAY]
    assert rig.latch.kills["all"].by == "alice"


def test_a_kill_that_only_a_gateway_shows_is_latched_and_told_to_the_oms() -> None:
    rig = GuardianRig().start()
    rig.facts["kills"] = "venue:binance"
    actions = rig.step(300)
    assert latches(actions)
    assert ("oms", "kill", "venue:binance") in tells(actions)


def test_a_restarted_oms_that_has_forgotten_is_told_again() -> None:
    rig = killed(GuardianRig().start())
    rig.blocks = ()
    assert AT_OMS in tells(rig.step(600))


def test_a_restarted_gateway_proves_it_anew() -> None:
    rig = killed(GuardianRig().start())
    rig.restart_gateway("2")
    assert tells(rig.step(300)) == [AT_GATEWAY]


def test_a_gateway_resumed_behind_our_back_is_killed_again() -> None:
    rig = killed(GuardianRig().start())
    rig.facts["kills"] = ""
    assert AT_GATEWAY in tells(rig.step(300))


def test_the_latch_outlives_the_guardian() -> None:
    rig = killed(GuardianRig().start())
    again = GuardianRig(KillLatch.read(rig.latch.written(), rig.time_ns))
    assert set(tells(again.step(1_000))) >= {AT_GATEWAY, AT_OMS}


def test_a_latch_that_cannot_be_read_is_a_kill() -> None:
    latch = KillLatch.read(b'{"kills": {"al', 5)
    assert list(latch.kills) == ["all"]
    assert latch.kills["all"].reason.startswith("the latch file cannot be read")
    assert KillLatch.read(b"", 5).kills == {}


def test_resume_reaches_whoever_still_shows_the_kill() -> None:
    rig = killed(GuardianRig().start())
    actions = rig.guardian.on_resume("all", "bob", "mended")
    assert latches(actions)
    assert notices(actions) == [("kill", "all", True)]
    assert set(tells(rig.step(550))) == {("oms", "resume", "all"), ("binance", "resume", "all")}
    rig.blocks, rig.facts["kills"] = (), ""
    rig.step(600)
    assert (tells(rig.step(10_000)), rig.latch.kills) == ([], {})


def test_a_gateway_that_was_away_is_resumed_when_it_comes_back() -> None:
    rig = killed(GuardianRig().start())
    rig.gateway_speaks = False
    rig.step(1_500)
    rig.guardian.on_resume("all", "bob", "mended")
    rig.blocks = ()
    rig.step(5_000)
    kept = KillLatch.read(rig.latch.written(), rig.time_ns)
    again = GuardianRig(kept)
    again.facts["kills"] = "all"
    actions = again.step(1_000)
    assert ("binance", "resume", "all") in tells(actions)
    assert AT_OMS not in tells(actions)
    again.facts["kills"] = ""
    again.step(500)
    assert kept.resuming("binance") == ()


def test_a_kill_after_a_resume_counts() -> None:
    rig = killed(GuardianRig().start())
    rig.guardian.on_resume("all", "bob", "mended")
    rig.guardian.on_kill("all", "alice", "again", rig.time_ns)
    rig.blocks = ()
    told = tells(rig.step(1_000))
    assert AT_OMS in told
    assert ("binance", "resume", "all") not in told


def test_a_resume_of_what_is_not_killed_changes_nothing() -> None:
    assert GuardianRig().start().guardian.on_resume("all", "bob", "") == []


def test_a_drawdown_beyond_tolerance_kills_and_resume_accepts_the_loss() -> None:
    rig = GuardianRig().start()
    rig.loses(1_500)
    assert tells(rig.step(1_000)) == []
    rig.loses(1_500)
    assert AT_GATEWAY in tells(rig.step(100))
    assert rig.latch.kills["all"].reason == "drawdown 1500.00 is above 1000"
    rig.guardian.on_resume("all", "bob", "accepted")
    rig.loses(0)
    rig.step(2_000)
    assert rig.latch.kills == {}


def test_the_guardians_own_high_water_counts_too() -> None:
    rig = GuardianRig().start()
    rig.loses(0, equity=10_000)
    for _ in range(3):
        rig.loses(0, equity=8_900)
        rig.step(1_000)
    assert rig.latch.kills["all"].reason == "drawdown 1100.00 is above 1000"


def test_one_wrong_number_kills_nothing() -> None:
    rig = GuardianRig().start()
    rig.loses(9_000)
    rig.step(500)
    rig.loses(10)
    rig.step(5_000)
    assert rig.latch.kills == {}


def test_positions_beyond_tolerance_kill() -> None:
    rig = GuardianRig().start()
    for _ in range(2):
        rig.position("-1.1", 50_000.0)
        rig.step(1_000)
    assert rig.latch.kills["all"].reason == "positions worth 55000.00 are above 50000"


@pytest.mark.parametrize(
    ("scope", "venue", "expected"),
    [
        ("all", "okx", True),
        ("venue:binance", "binance", True),
        ("venue:binance", "okx", False),
        ("instrument:BTC-USDT@okx", "okx", True),
        ("asset:BTC", "okx", True),
        ("strategy:mm", "okx", False),
    ],
)
def test_a_scope_concerns_the_gateways_it_names(scope: str, venue: str, expected: bool) -> None:
    assert concerns(scope, venue) is expected


def test_a_command_is_obeyed_once_and_in_time_also_after_a_restart() -> None:
    latch = KillLatch()
    command = Command("alice", 7, 1_000_000_000, "drill")
    assert latch.refusal(command, 900_000_000) == ""
    assert latch.refusal(command, 900_000_000) == "counter 7 of alice was used before (last 7): replayed?"
    again = KillLatch.read(latch.written(), 0)
    assert "replayed" in again.refusal(command, 900_000_000)
    assert again.refusal(Command("alice", 8, 1_000_000_000, ""), 1_005_000_000) == "too late by 5 ms: send it again"
    assert again.refusal(Command("bob", 1, 1_000_000_000, ""), 900_000_000) == ""
