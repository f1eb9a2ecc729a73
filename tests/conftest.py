"""Fixtures of every test: the checkout, the shared samples, run directories, ports and real processes."""

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from testkit.evidence import Form
from testkit.ports import free_port as unused_port
from testkit.processes import Processes
from testkit.run_dirs import make_run_dir
from testkit.schedule import OneFileOneWorker, make_scheduler
from testkit.shared_files import ROOT, shared_path

settings.register_profile(
    "default", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=5_000)
settings.load_profile("thorough" if Form.of_environment().full else "default")

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneFileOneWorker:
    """Keep the tests of a file together, and those of the whole stack apart from each other."""
    return make_scheduler(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the `processes` fixture know that its test failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The shared directory of samples, market data and fact sheets; the test is skipped where there is none."""
    path = shared_path()
    if not path.is_dir():
        pytest.skip(f"no shared directory at {path} (set CROSSBOOK_SHARED to where it is)")
    return path


@pytest.fixture(scope="session")
def shared_samples(shared_dir: Path) -> Callable[..., Path]:
    """`shared_samples("binance", "x.json")`: a path below shared/samples; the test is skipped where it is absent."""

    def find(*parts: str) -> Path:
        path = shared_dir.joinpath("samples", *parts)
        if not path.exists():
            pytest.skip(f"no sample {path}")
        return path

    return find


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a free loopback port at each call."""
    return unused_port


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A private directory with a path short enough for ipc sockets, removed afterwards."""
    path = make_run_dir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def processes(request: pytest.FixtureRequest, run_dir: Path) -> Iterator[Processes]:
    """Starts real processes from the checkout; all are gone after the test, and their logs are shown if it failed."""
    logs = run_dir / "test-logs"
    logs.mkdir()
    group = Processes(logs, cwd=ROOT)
    try:
        yield group
    finally:
        group.stop_all()
        if request.node.stash.get(FAILED, False):
            print(group.tails())
