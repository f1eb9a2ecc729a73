"""The life of a service as its supervisor sees it: exit codes, last words, files. Real processes."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from crossbook.service import Beat, read_beat
from testkit.processes import Processes
from testkit.waiting import eventually

SERVICE = Path(__file__).parents[2] / "testkit" / "sample_service.py"


class Sample:
    """A sample service in a run directory of its own."""

    def __init__(self, processes: Processes, run_dir: Path) -> None:
        self.processes, self.run_dir = processes, run_dir
        self.env = {"CROSSBOOK_RUN_DIR": str(run_dir / "run"), "CROSSBOOK_NAME": "sample"}

    def start(self, *arguments: str, as_name: str = "sample", **variables: str) -> None:
        command = ["python", str(SERVICE), *arguments]
        self.processes.start(as_name, command, env={**self.env, **variables})

    def code(self, as_name: str = "sample") -> int:
        return self.processes.started[as_name].wait(timeout=30)

    def log(self, as_name: str = "sample") -> str:
        return self.processes.log_text(as_name)

    def events(self, as_name: str = "sample") -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log(as_name).splitlines() if line.startswith("{")]

    def logged(self, event: str, as_name: str = "sample") -> dict[str, Any]:
        """Wait for an event in the log."""
        return eventually(
            lambda: next((each for each in self.events(as_name) if each["event"] == event), {}),
            within_s=30,
            what=f"log event {event}",
        )

    def beat(self) -> Beat | None:
        return read_beat(self.run_dir / "run", "sample")


@pytest.fixture
def sample(processes: Processes, run_dir: Path) -> Sample:
    return Sample(processes, run_dir)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order_and_it_ends_with_0(sample: Sample, number: signal.Signals) -> None:
    sample.start("--do", "drain")
    sample.logged("sample_ready")
    sample.processes.kill("sample", number)
    assert sample.code() == 0
    events = [each["event"] for each in sample.events()]
    order = ["service_stopping", "main_returned", "drained_last_given", "drained_first_given", "service_stopped"]
    assert [event for event in events if event in order] == order
    last = sample.beat()
    assert last is not None
    assert last.state == "stopped"


def test_main_that_returns_ends_it_with_0(sample: Sample) -> None:
    sample.start("--do", "return")
    assert sample.code() == 0


def test_timers_end_before_the_sockets_they_use(sample: Sample) -> None:
    sample.start("--do", "talk")
    sample.logged("sample_ready")
    sample.processes.kill("sample", signal.SIGTERM)
    assert sample.code() == 0


def test_a_drain_that_hangs_is_cut_off_at_its_deadline(sample: Sample) -> None:
    sample.start("--do", "hang-in-drain", CROSSBOOK_STOP_MS="200")
    sample.logged("sample_ready")
    sample.processes.kill("sample", signal.SIGTERM)
    assert sample.code() == 70
    assert sample.logged("drain_not_finished")["waited_ms"] == 200


def test_main_that_does_not_stop_is_cancelled_and_the_drain_still_happens(sample: Sample) -> None:
    sample.start("--do", "ignore-stop", CROSSBOOK_STOP_MS="200")
    sample.logged("sample_ready")
    sample.processes.kill("sample", signal.SIGTERM)
    assert sample.code() == 0
    assert [each["event"] for each in sample.events()][-3:] == ["main_does_not_stop", "drained", "service_stopped"]


@pytest.mark.parametrize("where", ["raise-in-main", "raise-in-task", "raise-in-timer", "raise-in-callback"])
def test_what_nobody_handles_ends_it_with_70_and_a_traceback(sample: Sample, where: str) -> None:
    sample.start("--do", where)
    assert sample.code() == 70
    assert "ZeroDivisionError" in sample.logged("service_failed")["exception"]


def test_what_a_task_finds_wrong_in_the_configuration_ends_it_with_78_and_one_line(sample: Sample) -> None:
    sample.start("--do", "need-config-in-task")
    assert sample.code() == 78
    assert "NOSUCH is not listed" in sample.logged("service_refused")["reason"]
    assert "Traceback" not in sample.log()


def test_a_loop_that_stalls_is_ended_with_70_and_its_stacks(sample: Sample) -> None:
    """FAILURES G1: alive but not trading."""
    sample.start("--do", "stall", CROSSBOOK_WATCHDOG__STALL_MS="300")
    assert sample.code() == 70
    assert "the event loop has stalled for 300 ms" in sample.log()
    assert "sample_service.py" in sample.log()


def test_a_process_that_was_stopped_and_goes_on_is_not_ended_for_it(sample: Sample) -> None:
    sample.start("--do", "work", CROSSBOOK_WATCHDOG__STALL_MS="300")
    sample.logged("sample_ready")
    sample.processes.kill("sample", signal.SIGSTOP)
    time.sleep(1)  # longer than the stall that ends it: the time itself is what is tested
    sample.processes.kill("sample", signal.SIGCONT)
    seen = sample.beat()
    assert seen is not None
    eventually(lambda: _progress(sample) > seen.progress, what="progress after SIGCONT")
    sample.processes.kill("sample", signal.SIGTERM)
    assert sample.code() == 0


def test_a_configuration_that_is_wrong_is_one_line_and_78(sample: Sample) -> None:
    sample.start(CROSSBOOK_WATCHDOG__STAL_MS="1")
    assert sample.code() == 78
    assert sample.log() == (
        "sample-service: configuration: CROSSBOOK_WATCHDOG__STAL_MS: unknown key 'watchdog.stal_ms'; "
        "did you mean 'watchdog.stall_ms'?\n"
    )


def test_an_endpoint_that_another_process_has_is_69(sample: Sample) -> None:
    sample.start("--do", "publish")
    sample.logged("sample_ready")
    sample.start("--do", "publish", "--name", "second", as_name="second")
    assert sample.code("second") == 69
    assert "still runs; stop it first" in sample.log("second")


def test_a_second_process_of_the_same_name_is_69_and_the_first_keeps_its_beat(sample: Sample) -> None:
    sample.start("--do", "work")
    sample.logged("sample_ready")
    sample.start("--do", "work", as_name="second")
    assert sample.code("second") == 69
    assert "sample already runs" in sample.log("second")
    pid = sample.processes.started["sample"].pid
    assert eventually(lambda: (beat := sample.beat()) and beat.pid) == pid


def test_what_only_a_human_can_mend_is_one_line_and_77(sample: Sample) -> None:
    sample.start("--do", "need-human")
    assert sample.code() == 77
    assert "sample: the key may withdraw\n" in sample.log()


def test_check_says_that_the_configuration_is_right(sample: Sample) -> None:
    sample.start("--check")
    assert sample.code() == 0
    assert sample.log() == "sample: configuration is right\n"
    assert not (sample.run_dir / "run").exists()


def test_beats_carry_progress_and_metrics_are_written(sample: Sample) -> None:
    sample.start("--do", "work", CROSSBOOK_WATCHDOG__STALL_MS="5000")
    first = eventually(lambda: sample.beat() if _progress(sample) > 0 else None, what="a beat with progress")
    assert first is not None
    later = eventually(lambda: sample.beat() if _progress(sample) > first.progress else None)
    assert later is not None
    assert later.monotonic_ns > first.monotonic_ns
    assert later.progressed_ns > first.progressed_ns
    assert (later.name, later.state, later.instance) == ("sample", "running", first.instance)
    assert (later.pid, len(later.config_hash)) == (sample.processes.started["sample"].pid, 12)
    assert later.build.count("+") == 1
    metrics = json.loads((sample.run_dir / "run" / "sample" / "metrics.json").read_bytes())
    assert metrics["counters"]["work"] > 0
    assert metrics["counters"]["bus.events.sent"] > 0
    assert metrics["histograms"]["loop_lag_ns"]["count"] > 0


def test_sigusr1_begins_histograms_anew(sample: Sample) -> None:
    sample.start("--do", "work")
    file = sample.run_dir / "run" / "sample" / "metrics.json"

    def probes() -> int:
        told = json.loads(file.read_text()) if file.exists() else {"histograms": {}}
        return int(told["histograms"].get("loop_lag_ns", {}).get("count", 0))

    eventually(lambda: probes() > 40, within_s=30, what="a histogram that has counted for two seconds")
    sample.processes.started["sample"].send_signal(signal.SIGUSR1)
    eventually(lambda: probes() <= 40, within_s=30, what="a histogram that began anew")


def test_two_starts_have_different_instances(sample: Sample) -> None:
    instances = []
    for name in ("one", "two"):
        sample.start("--do", "return", as_name=name)
        assert sample.code(name) == 0
        instances.append(sample.logged("service_started", name)["instance"])
    assert instances[0] != instances[1]


def test_a_reload_changes_what_may_change_and_refuses_the_rest_whole(sample: Sample) -> None:
    config = sample.run_dir / "sample.toml"
    config.write_text("[work]\nstep = 1\n")
    sample.start("--do", "reload", "--config", str(config))
    sample.logged("sample_ready")
    config.write_text("stop_ms = 100\n[work]\nstep = 2\n")
    sample.processes.kill("sample", signal.SIGHUP)
    assert "stop_ms can only change with a restart" in sample.logged("config_reload_refused")["reason"]
    config.write_text("[work]\nstep = 3\n")
    sample.processes.kill("sample", signal.SIGHUP)
    assert sample.logged("config_reloaded")["changes"] == {"work.step": "1 -> 3"}
    assert sample.logged("applied")["step"] == 3


def test_a_secret_never_reaches_the_log(sample: Sample) -> None:
    sample.start("--do", "leak", CROSSBOOK_WORK__KEY="canary-5d21f")
    assert sample.code() == 70
    assert sample.logged("service_failed")
    assert "canary-5d21f" not in sample.log()
    assert "[redacted]" in sample.log()


def test_everything_it_writes_is_private(sample: Sample) -> None:
    sample.start("--do", "return")
    assert sample.code() == 0
    written = list((sample.run_dir / "run").rglob("*"))
    assert written
    assert all(path.stat().st_mode & 0o077 == 0 for path in written)


def _progress(sample: Sample) -> int:
    beat = sample.beat()
    return beat.progress if beat is not None else 0
