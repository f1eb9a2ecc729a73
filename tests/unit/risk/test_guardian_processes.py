"""Processes that hang are killed, those that restart all the time are left down, gone gateways are swept."""

from risk.guardian.actions import Action, EndProcess, EndSweep, KeepDown, Sweep
from risk.guardian.process_watch import ProcessSeen
from testkit.guardian_rig import MS, GuardianRig, notices

GONE = "gateway_gone"


def seen(rig: GuardianRig, name: str, pid: int, *, state: str = "RUNNING", silent_ms: int = 0) -> ProcessSeen:
    return ProcessSeen(name, state, pid, pid, rig.now_ns - silent_ms * MS)


def look(rig: GuardianRig, *processes: ProcessSeen) -> list[Action]:
    return rig.guardian.look_at_processes(list(processes), rig.now_ns)


def ended(actions: list[Action]) -> list[str]:
    return [a.name for a in actions if isinstance(a, EndProcess)]


def swept(actions: list[Action]) -> list[str]:
    return [a.program for a in actions if isinstance(a, Sweep)]


def late(rig: GuardianRig) -> GuardianRig:
    """The guardian itself has watched for long enough."""
    rig.step(10_000)
    return rig


def test_running_without_beats_is_a_hang() -> None:
    rig = late(GuardianRig())
    assert look(rig, seen(rig, "mm-spot", 7, silent_ms=3_000)) == []
    actions = look(rig, seen(rig, "mm-spot", 7, silent_ms=3_600))
    assert ended(actions) == ["mm-spot"]
    assert notices(actions) == [("process_hangs", "mm-spot", False)]


def test_one_that_speaks_on_the_bus_does_not_hang() -> None:
    rig = late(GuardianRig())
    assert look(rig, seen(rig, "oms", 7, silent_ms=9_000), seen(rig, "gateway-binance", 8, silent_ms=9_000)) == []
    rig.oms_speaks = rig.gateway_speaks = False
    rig.step(4_000)
    actions = look(rig, seen(rig, "oms", 7, silent_ms=9_000), seen(rig, "gateway-binance", 8, silent_ms=9_000))
    assert ended(actions) == ["oms", "gateway-binance"]


def test_what_never_beat_or_is_stopping_or_is_ourselves_is_not_judged() -> None:
    rig = late(GuardianRig())
    never = ProcessSeen("redis", "RUNNING", 5, 0, 0)
    starting = ProcessSeen("mm-spot", "RUNNING", 6, 5, 1)
    stopping = seen(rig, "mm-usdm", 7, state="STOPPING", silent_ms=9_000)
    assert look(rig, never, starting, stopping, seen(rig, "guardian", 8, silent_ms=9_000)) == []


def test_the_same_process_is_not_killed_at_every_look() -> None:
    rig = late(GuardianRig())
    hung = seen(rig, "mm-spot", 7, silent_ms=9_000)
    assert ended(look(rig, hung)) == ["mm-spot"]
    rig.step(1_000)
    assert ended(look(rig, hung)) == []
    rig.step(1_000)
    assert ended(look(rig, hung)) == ["mm-spot"]


def test_a_successor_that_hangs_too_is_left_longer_each_time() -> None:
    rig = late(GuardianRig())
    look(rig, seen(rig, "mm-spot", 1, silent_ms=9_000))
    rig.step(3_000)
    assert ended(look(rig, seen(rig, "mm-spot", 2, silent_ms=9_000))) == []
    rig.step(1_000)
    assert ended(look(rig, seen(rig, "mm-spot", 2, silent_ms=9_000))) == ["mm-spot"]


def test_more_than_five_restarts_within_the_window_stay_down_until_started_by_hand() -> None:
    rig = late(GuardianRig())
    for pid in range(1, 7):
        assert look(rig, seen(rig, "mm-spot", pid)) == []
        rig.step(1_000)
    actions = look(rig, seen(rig, "mm-spot", 7))
    assert [a.name for a in actions if isinstance(a, KeepDown)] == ["mm-spot"]
    assert notices(actions) == [("process_kept_down", "mm-spot", False)]
    assert look(rig, ProcessSeen("mm-spot", "STOPPED", 0, 7, 0)) == []
    assert rig.guardian.facts(rig.now_ns)["kept_down"] == "mm-spot"
    assert look(rig, seen(rig, "mm-spot", 8)) == []
    assert rig.guardian.facts(rig.now_ns)["kept_down"] == "none"


def test_restarts_long_ago_and_restarts_by_hand_do_not_count() -> None:
    rig = late(GuardianRig())
    for pid in range(1, 12):
        assert look(rig, seen(rig, "mm-spot", pid)) == []
        rig.now_ns += 200_000 * MS
    for pid in range(20, 30):
        assert look(rig, seen(rig, "mm-usdm", pid)) == []
        assert look(rig, ProcessSeen("mm-usdm", "STOPPED", 0, pid, 0)) == []


def test_a_process_the_supervisor_gave_up_is_told_once() -> None:
    rig = late(GuardianRig())
    fatal = ProcessSeen("oms", "FATAL", 0, 7, 0, exit_status=78)
    assert notices(look(rig, fatal)) == [("process_fatal", "oms", False)]
    assert look(rig, fatal) == []


def test_a_gateway_gone_is_swept_until_a_sweep_comes_back_clean() -> None:
    rig = GuardianRig().start()
    rig.gateway_speaks = False
    assert swept(rig.step(2_300)) == []
    actions = rig.step(400)
    assert swept(actions) == ["sweeper-binance"]
    assert (GONE, "gateway-binance", False) in notices(actions)
    rig.processes = [ProcessSeen("sweeper-binance", "RUNNING", 9, 0, 0)]
    rig.step(500)
    rig.processes = [ProcessSeen("sweeper-binance", "EXITED", 0, 0, 0, exit_status=1)]
    assert ("sweep_failed", "binance", False) in notices(rig.step(1_000))
    assert swept(rig.step(10_000)) == ["sweeper-binance"]
    rig.processes = [ProcessSeen("sweeper-binance", "RUNNING", 10, 0, 0)]
    rig.step(500)
    rig.processes = [ProcessSeen("sweeper-binance", "EXITED", 0, 0, 0, exit_status=0)]
    assert ("swept", "binance", False) in notices(rig.step(1_000))
    assert swept(rig.step(60_000)) == []
    rig.gateway_speaks = True
    assert (GONE, "gateway-binance", True) in notices(rig.step(500))
    rig.gateway_speaks = False
    assert swept(rig.step(3_000)) == ["sweeper-binance"]


def test_a_sweep_ends_when_the_gateway_is_back_before_it() -> None:
    rig = GuardianRig().start()
    rig.gateway_speaks = False
    rig.step(3_000)
    rig.processes = [ProcessSeen("sweeper-binance", "RUNNING", 9, 0, 0)]
    rig.step(500)
    rig.gateway_speaks = True
    assert [a.program for a in rig.step(500) if isinstance(a, EndSweep)] == ["sweeper-binance"]
    assert rig.step(5_000) == []


def test_a_clean_sweep_proves_a_kill_while_the_gateway_is_gone() -> None:
    rig = GuardianRig().start()
    rig.gateway_speaks = False
    rig.guardian.on_kill("all", "alice", "drill", rig.time_ns)
    rig.step(3_000)
    rig.processes = [ProcessSeen("sweeper-binance", "RUNNING", 9, 0, 0)]
    rig.step(500)
    rig.processes = [ProcessSeen("sweeper-binance", "EXITED", 0, 0, 0)]
    assert ("kill_verified", "all", False) in notices(rig.step(1_000))


def test_market_data_alone_shows_that_a_gateway_lives() -> None:
    rig = GuardianRig().start()
    rig.gateway_speaks = False
    for _ in range(10):
        rig.guardian.gateways["binance"].published_ns = rig.now_ns
        assert swept(rig.step(1_000)) == []
